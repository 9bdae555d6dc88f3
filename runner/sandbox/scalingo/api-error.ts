/** A refusal that the client is to receive: a JSON body of the shapes of Scalingo's documentation, or plain text. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`${status} ${JSON.stringify(body)}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

/** 400 `{error, code?}`. */
export function badRequest(error: string, code?: string): ApiError {
  return new ApiError(400, code === undefined ? { error } : { error, code });
}

/** 401 `{error}`. */
export function unauthorized(error: string): ApiError {
  return new ApiError(401, { error });
}

/** 403 `{error, code}`. */
export function forbidden(error: string, code = 'forbidden'): ApiError {
  return new ApiError(403, { error, code });
}

/** 404 `{resource, error}`. */
export function notFound(resource: string): ApiError {
  return new ApiError(404, { resource, error: 'not found' });
}

/** 409 `{error}`. */
export function conflict(error: string): ApiError {
  return new ApiError(409, { error });
}

/** 422 `{errors: {field: [message]}}`. */
export function unprocessable(field: string, ...messages: readonly string[]): ApiError {
  return new ApiError(422, { errors: { [field]: messages } });
}

/** 429 in plain text, as Scalingo's limiter answers. */
export function tooMany(): ApiError {
  return new ApiError(429, 'Retry later\n');
}

/** The code that the system gave an error (`ENOENT`, `ECONNREFUSED`…), if any. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why a `fetch` got no answer: the system's code, which is that of the error's cause, or the error's message. */
export function networkCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return systemCode(error.cause) ?? (error.name === 'TimeoutError' ? 'ETIMEDOUT' : error.message);
}

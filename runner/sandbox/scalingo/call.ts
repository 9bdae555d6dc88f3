import type { Buffer } from 'node:buffer';
import { badRequest } from './api-error.ts';
import type { Model } from './model.ts';
import type { Platform } from './platform.ts';

/** One HTTP request, read whole. `origin` is the scheme and host by which the client came. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly origin: string;
}

/** One authenticated request, with what an operation may use. `params` are the parts of the path, by name. */
export interface Call {
  readonly model: Model;
  readonly platform: Platform;
  readonly request: ApiRequest;
  readonly params: Readonly<Record<string, string>>;
}

/** What is answered: JSON, plain text, or a file of the folder of archives. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly file?: string;
}

/** One operation of the API. It throws an `ApiError` to refuse. */
export type Operation = (call: Call) => Reply | Promise<Reply>;

/** A part of the path. */
export function param({ params }: Call, name: string): string {
  return params[name] ?? '';
}

/** The body as a JSON object; throws 400. An empty one is an empty object. */
export function jsonBody({ request }: Pick<Call, 'request'>): Record<string, unknown> {
  const text = request.body.toString('utf8');
  if (text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed)) return parsed;
  } catch {
    // A body that is not JSON is refused as one that is no object.
  }
  throw badRequest('invalid JSON body');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the body holds under the resource's name, the first one when it is a list; throws 400 without it. */
export function rooted(call: Call, root: string): Record<string, unknown> {
  const found = jsonBody(call)[root];
  const value: unknown = Array.isArray(found) ? found[0] : found;
  if (!isRecord(value)) throw badRequest(`${root} is missing`);
  return value;
}

/** As `rooted`, but the whole body when it is not rooted: documentation and clients differ (database users, keys). */
export function rootedOrNot(call: Call, root: string): Record<string, unknown> {
  const body = jsonBody(call);
  return isRecord(body[root]) ? rooted(call, root) : body;
}

/** A text of an object; undefined when it is absent, null or of another type. */
export function textOf(value: Record<string, unknown>, name: string): string | undefined {
  const found = value[name];
  return typeof found === 'string' ? found : undefined;
}

/** A truth of an object. */
export function truthOf(value: Record<string, unknown>, name: string): boolean | undefined {
  const found = value[name];
  return typeof found === 'boolean' ? found : undefined;
}

/** 200 with JSON. */
export function ok(json: unknown): Reply {
  return { status: 200, json };
}

/** 201 with JSON. */
export function created(json: unknown): Reply {
  return { status: 201, json };
}

/** 204, as what was removed is answered. */
export const noContent: Reply = { status: 204 };

/** One page of a list, newest first as it is given, with the API's own account of pages. */
export function page<T>({ request }: Call, root: string, all: readonly T[]): Reply {
  const size = Math.min(Number(request.query.get('per_page') ?? 20) || 20, 50);
  const current = Math.max(Number(request.query.get('page') ?? 1) || 1, 1);
  const total = Math.max(Math.ceil(all.length / size), 1);
  const pagination = {
    current_page: current,
    prev_page: current > 1 ? current - 1 : null,
    next_page: current < total ? current + 1 : null,
    total_pages: total,
    total_count: all.length,
  };
  return ok({ [root]: all.slice((current - 1) * size, current * size), meta: { pagination } });
}

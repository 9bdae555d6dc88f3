import type { IncomingMessage } from 'node:http';
import { S3Error } from './error.ts';
import { checkKey, decodePart } from './names.ts';

/** A request as S3 sees it (path style): `bucket` and `key` are '' where the path has none. */
export interface S3Request {
  readonly method: string;
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly incoming: IncomingMessage;
}

/** Splits the target of an HTTP request; throws `InvalidURI` or `KeyTooLongError`. Dots and slashes stay as sent. */
export function readRequest(incoming: IncomingMessage): S3Request {
  const target = incoming.url ?? '';
  if (!target.startsWith('/')) throw new S3Error('InvalidURI');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const slash = path.indexOf('/', 1);
  const bucket = decodePart(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decodePart(path.slice(slash + 1));
  checkKey(key);
  const query = mark < 0 ? [] : readQuery(target.slice(mark + 1));
  return { method: incoming.method ?? 'GET', path, bucket, key, query, incoming };
}

function readQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      return [decodePart(name.replaceAll('+', ' ')), decodePart(value.replaceAll('+', ' '))];
    });
}

/** A query parameter; names are case-sensitive. */
export function parameter(request: S3Request, name: string): string | undefined {
  return request.query.find(([one]) => one === name)?.[1];
}

/** A header; in a presigned URL, `x-amz-*` headers may stand in the query, as signers hoist them there. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.incoming.headers[name];
  if (value !== undefined) return Array.isArray(value) ? value.join(',') : value;
  if (!name.startsWith('x-amz-') || !isPresigned(request)) return undefined;
  const hoisted = request.query.find(([one]) => one.toLowerCase() === name)?.[1];
  return hoisted === undefined ? undefined : headerText(hoisted);
}

/** Every `x-amz-…` name that begins with `prefix`, with its value, from headers and from a presigned query. */
export function headersWith(request: S3Request, prefix: string): Record<string, string> {
  const names = new Set(Object.keys(request.incoming.headers));
  if (isPresigned(request)) for (const [name] of request.query) names.add(name.toLowerCase());
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = name.startsWith(prefix) ? header(request, name) : undefined;
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Any text as a header can carry it: its UTF-8 bytes, one character each; throws `InvalidArgument` for controls. */
export function headerText(text: string): string {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new S3Error('InvalidArgument');
  return Buffer.from(text).toString('latin1');
}

/** Whether the signature is in the query. */
export function isPresigned(request: S3Request): boolean {
  return parameter(request, 'X-Amz-Signature') !== undefined;
}

import { S3Error } from './error.ts';
import { latestObject, type StoredObject, type Versions } from './model.ts';
import { header, type S3Request } from './request.ts';

/** Applies the conditional headers of a read (RFC 9110, section 13.2.2); throws `PreconditionFailed` or `NotModified`. */
export function checkReadConditions(request: S3Request, object: StoredObject, prefix = ''): void {
  const of = (name: string) => header(request, `${prefix}${name}`);
  const modified = Math.floor(Date.parse(object.lastModified) / 1000) * 1000;
  const match = of('if-match');
  const failed =
    match === undefined
      ? modified > readDate(of('if-unmodified-since'), Number.POSITIVE_INFINITY)
      : !matches(match, object.etag);
  if (failed) throw new S3Error('PreconditionFailed');
  const noneMatch = of('if-none-match');
  const same =
    noneMatch === undefined
      ? modified <= readDate(of('if-modified-since'), Number.NEGATIVE_INFINITY)
      : matches(noneMatch, object.etag);
  if (!same) return;
  if (prefix !== '') throw new S3Error('PreconditionFailed');
  throw new S3Error('NotModified', { headers: { etag: `"${object.etag}"` } });
}

/** Applies `If-None-Match: *` and `If-Match` of a write; throws `PreconditionFailed` or `NoSuchKey`. */
export function checkWriteConditions(request: S3Request, versions: Versions): void {
  const existing = latestObject(versions);
  const noneMatch = header(request, 'if-none-match');
  if (noneMatch !== undefined && noneMatch !== '*') throw new S3Error('NotImplemented');
  if (noneMatch === '*' && existing !== undefined) throw new S3Error('PreconditionFailed');
  const match = header(request, 'if-match');
  if (match === undefined) return;
  if (existing === undefined) throw new S3Error('NoSuchKey');
  if (!matches(match, existing.etag)) throw new S3Error('PreconditionFailed');
}

function matches(list: string, etag: string): boolean {
  return list.split(',').some(one => {
    const value = one
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return value === '*' || value === etag;
  });
}

// S3 ignores a date that it cannot read.
function readDate(text: string | undefined, otherwise: number): number {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? otherwise : time;
}

import { headerAmong } from './call.ts';
import { S3Error } from './error.ts';
import { cannedAcls, type ObjectSettings, storageClasses } from './model.ts';
import { decodePart } from './names.ts';
import { header, headersWith, type S3Request } from './request.ts';

const keptHeaders = ['cache-control', 'content-disposition', 'content-language', 'expires'] as const;
/** S3 counts the UTF-8 bytes of names and values ("Working with object metadata"). */
const largestMetadata = 2048;

/** Reads what a write says of its object; throws when a header asks for what this server does not do. */
export function readSettings(request: S3Request): ObjectSettings {
  const storageClass = header(request, 'x-amz-storage-class') ?? 'STANDARD';
  const known = storageClasses.find(one => one === storageClass);
  if (known === undefined) throw new S3Error('InvalidStorageClass');
  return {
    headers: readHeaders(request),
    metadata: readMetadata(request),
    storageClass: known,
    acl: headerAmong(request, 'x-amz-acl', cannedAcls) ?? 'private',
    tags: readTaggingHeader(header(request, 'x-amz-tagging')),
  };
}

/** Reads tags written as a query string (`x-amz-tagging`). */
export function readTaggingHeader(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split('&').filter(pair => pair !== '');
  const plain = (part: string) => decodePart(part.replaceAll('+', ' '));
  return checkedTags(
    pairs.map(pair => {
      const [name = '', value = ''] = pair.split('=');
      return [plain(name), plain(value)] as const;
    }),
  );
}

/** Applies S3's limits ("Object tagging"): 10 tags, names of 1–128 characters, values up to 256, no name twice. */
export function checkedTags(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const fits = pairs.every(([name, value]) => name.length >= 1 && name.length <= 128 && value.length <= 256);
  if (!fits || pairs.length > 10 || new Set(pairs.map(([name]) => name)).size !== pairs.length) {
    throw new S3Error('InvalidTag');
  }
  return Object.fromEntries(pairs);
}

function readHeaders(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': header(request, 'content-type') ?? 'binary/octet-stream',
  };
  for (const name of keptHeaders) {
    const value = header(request, name);
    if (value !== undefined) headers[name] = value;
  }
  // `aws-chunked` frames the request and is no encoding of the object.
  const encodings = (header(request, 'content-encoding') ?? '').split(',').map(encoding => encoding.trim());
  const kept = encodings.filter(encoding => encoding !== '' && encoding !== 'aws-chunked').join(',');
  if (kept !== '') headers['content-encoding'] = kept;
  return headers;
}

function readMetadata(request: S3Request): Record<string, string> {
  const metadata = headersWith(request, 'x-amz-meta-');
  const size = Object.entries(metadata).reduce((sum, [name, value]) => {
    return sum + Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(value);
  }, 0);
  if (size > largestMetadata) throw new S3Error('MetadataTooLarge');
  return metadata;
}

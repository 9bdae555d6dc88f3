// AWS Signature Version 4 for S3 ("Authenticating Requests", Amazon S3 API reference), in the header or presigned.
// In: a request, the known credentials, the region and the time. Out: who signed, and what was said of the payload.
// Never: a signed identity whose signature was not compared with one computed here from the secret.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from './error.ts';
import { decodePart, encodeKey, encodeStrictly } from './names.ts';
import { header, isPresigned, parameter, type S3Request } from './request.ts';

const algorithm = 'AWS4-HMAC-SHA256';
/** S3 refuses a request whose clock differs by more than 15 minutes. */
const largestSkew = 15 * 60_000;
/** A presigned URL lives for seven days at most. */
const longestExpiry = 604_800;

/** A key pair that may sign. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What signatures are verified against. */
export interface AuthenticationSettings {
  readonly credentials: readonly Credential[];
  readonly region: string;
  readonly now: Date;
}

/** What chunk signatures are computed from: each chunk signs the one before, beginning with the request's own. */
export interface ChunkSigning {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly seed: string;
}

/** Who asks. `payload` is the value of `x-amz-content-sha256`. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'signed'; readonly payload: string; readonly signing: ChunkSigning };

interface Claim {
  readonly accessKeyId: string;
  readonly scopeDate: string;
  readonly scope: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payload: string;
}

/** Tells who sent a request; throws the S3 error of whatever is wrong with its signature. */
export function authenticate(request: S3Request, settings: AuthenticationSettings): Identity {
  const presigned = isPresigned(request);
  const authorization = request.incoming.headers.authorization;
  if (!presigned && authorization === undefined) return { kind: 'anonymous' };
  if (presigned && authorization !== undefined) {
    throw new S3Error('InvalidArgument', { message: 'Only one auth mechanism allowed' });
  }
  const claim = presigned ? readPresigned(request) : readAuthorization(request, authorization ?? '');
  checkRegion(claim, settings.region, presigned);
  const credential = settings.credentials.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
  if (credential === undefined) {
    throw new S3Error('InvalidAccessKeyId', { details: { AWSAccessKeyId: claim.accessKeyId } });
  }
  checkSignedHeaders(request, claim);
  const key = signingKey(credential.secretAccessKey, claim);
  checkSignature(request, claim, key);
  if (presigned) checkExpiry(request, claim, settings.now);
  else checkSkew(claim, settings.now);
  const signing = { key, date: claim.date, scope: claim.scope, seed: claim.signature };
  return { kind: 'signed', payload: claim.payload, signing };
}

/** HMAC-SHA256 of `text`, in hexadecimal, as every SigV4 signature is written. */
export function signText(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Compares two signatures without telling by its duration where they differ. */
export function sameSignature(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function readAuthorization(request: S3Request, text: string): Claim {
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(text);
  if (match === null) throw new S3Error('AuthorizationHeaderMalformed');
  const payload = header(request, 'x-amz-content-sha256');
  if (payload === undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  }
  const [, scope = '', signedHeaders = '', signature = ''] = match;
  const date = header(request, 'x-amz-date') ?? '';
  return {
    ...readScope(scope, 'AuthorizationHeaderMalformed'),
    ...splitHeaders(signedHeaders),
    signature,
    date,
    payload,
  };
}

function readPresigned(request: S3Request): Claim {
  const of = (name: string) => parameter(request, name) ?? '';
  const code = 'AuthorizationQueryParametersError';
  if (of('X-Amz-Algorithm') !== algorithm) throw new S3Error(code);
  const expires = of('X-Amz-Expires');
  if (!/^\d{1,7}$/.test(expires) || Number(expires) < 1 || Number(expires) > longestExpiry)
    throw new S3Error(code);
  return {
    ...readScope(of('X-Amz-Credential'), code),
    ...splitHeaders(of('X-Amz-SignedHeaders')),
    signature: of('X-Amz-Signature'),
    date: of('X-Amz-Date'),
    payload: header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

type ScopeErrorCode = 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError';

function readScope(text: string, code: ScopeErrorCode) {
  const match = /^(.+?)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(text);
  if (match === null) throw new S3Error(code);
  const [, accessKeyId = '', scopeDate = '', region = ''] = match;
  return { accessKeyId, scopeDate, region, scope: `${scopeDate}/${region}/s3/aws4_request` };
}

function splitHeaders(text: string): { signedHeaders: string[] } {
  return { signedHeaders: text.toLowerCase().split(';') };
}

function checkRegion(claim: Claim, region: string, presigned: boolean): void {
  if (claim.region === region) return;
  throw new S3Error(presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed', {
    message: `the region '${claim.region}' is wrong; expecting '${region}'`,
    details: { Region: region },
  });
}

// A header that changes the meaning of a request must be signed, or anybody could add it on the way.
function checkSignedHeaders(request: S3Request, claim: Claim): void {
  const present = Object.keys(request.incoming.headers).filter(name => name.startsWith('x-amz-'));
  const unsigned = ['host', ...present].filter(name => !claim.signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  throw new S3Error('AccessDenied', {
    message: 'There were headers present in the request which were not signed',
    details: { HeadersNotSigned: unsigned.join(', ') },
  });
}

function signingKey(secret: string, { scopeDate, region }: Claim): Buffer {
  const step = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
  return step(step(step(step(`AWS4${secret}`, scopeDate), region), 's3'), 'aws4_request');
}

function checkSignature(request: S3Request, claim: Claim, key: Buffer): void {
  const canonical = canonicalRequest(request, claim);
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = [algorithm, claim.date, claim.scope, digest].join('\n');
  if (sameSignature(signText(key, text), claim.signature)) return;
  throw new S3Error('SignatureDoesNotMatch', {
    details: { AWSAccessKeyId: claim.accessKeyId, StringToSign: text, CanonicalRequest: canonical },
  });
}

function canonicalRequest(request: S3Request, claim: Claim): string {
  const headers = claim.signedHeaders.map(
    name => `${name}:${canonicalValue(request.incoming.headers[name])}\n`,
  );
  return [
    request.method,
    encodeKey(decodePart(request.path)),
    canonicalQuery(request),
    headers.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

function canonicalValue(value: string | string[] | undefined): string {
  return [value ?? ''].flat().join(',').trim().replace(/ +/g, ' ');
}

function canonicalQuery(request: S3Request): string {
  return request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .sort()
    .join('&');
}

function checkSkew(claim: Claim, now: Date): void {
  const skew = Math.abs(now.getTime() - timeOf(claim));
  if (skew <= largestSkew) return;
  throw new S3Error('RequestTimeTooSkewed', {
    details: { RequestTime: claim.date, ServerTime: now.toISOString() },
  });
}

function checkExpiry(request: S3Request, claim: Claim, now: Date): void {
  const signed = timeOf(claim);
  const expires = signed + Number(parameter(request, 'X-Amz-Expires')) * 1000;
  if (now.getTime() > expires) {
    throw new S3Error('AccessDenied', {
      message: 'Request has expired',
      details: { Expires: new Date(expires).toISOString(), ServerTime: now.toISOString() },
    });
  }
  if (signed - now.getTime() > largestSkew) {
    throw new S3Error('AccessDenied', { message: 'Request is not valid yet' });
  }
}

function timeOf({ date, scopeDate }: Claim): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  const time =
    match === null ? Number.NaN : Date.parse(date.replace(/^(.{4})(..)(.{5})(..)/, '$1-$2-$3:$4:'));
  if (Number.isNaN(time) || !date.startsWith(scopeDate)) {
    throw new S3Error('AccessDenied', {
      message: 'AWS authentication requires a valid Date or x-amz-date header',
    });
  }
  return time;
}

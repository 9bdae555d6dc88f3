// The S3 server: one HTTP request in, one answer out, in the real protocol (path style, SigV4).
// In: a store, the credentials and region that it accepts, a clock, and perhaps a fault hook.
// Out: a `RequestListener` for `listenHttp`.
// Never: a success for something that was not done; an operation for a request whose signature was not verified,
// except the reads that a `public-read` ACL opens to everybody.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Call, Reply } from './call.ts';
import { S3Error } from './error.ts';
import { receiveText } from './payload.ts';
import { parameter, readRequest, type S3Request } from './request.ts';
import { findRoute, type Route } from './routes.ts';
import { authenticate, type Credential } from './signature.ts';
import type { S3Store } from './store.ts';
import { errorDocument, leaf } from './xml.ts';

/** A refusal that a fault hook orders: an HTTP status (400–599) and the code of the S3 error. */
export interface InjectedFault {
  readonly status: number;
  readonly code: string;
}

/** What a server accepts and answers, apart from what it stores. */
export interface S3ListenerSettings {
  /** The signing region and the location of every bucket, such as `fr-par`. */
  readonly region: string;
  readonly credentials: readonly Credential[];
  /** The server's clock: signatures, dates of objects and restorations follow it. */
  readonly now: () => Date;
  /** Asked before each authorised operation, by its name in the S3 API; what it gives is answered instead. */
  readonly fault?: (operation: string, bucket: string, key: string) => InjectedFault | undefined;
}

/** Makes the listener that answers for `store`. Bugs are answered as `InternalError` with their message. */
export function s3Listener(store: S3Store, settings: S3ListenerSettings): RequestListener {
  return (incoming, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    answer(store, settings, incoming)
      .then(reply => send(response, reply))
      .catch(error => sendError(incoming, response, { error, requestId }))
      // What is left of a refused body is read and dropped, so that the client can read the answer.
      .finally(() => incoming.resume());
  };
}

async function answer(
  store: S3Store,
  settings: S3ListenerSettings,
  incoming: IncomingMessage,
): Promise<Reply> {
  const request = readRequest(incoming);
  const now = settings.now();
  const identity = authenticate(request, { ...settings, now });
  const route = findRouteFor(request, identity.kind === 'anonymous');
  if (identity.kind === 'anonymous' && !isPublic(store, request, route)) throw new S3Error('AccessDenied');
  const fault = settings.fault?.(route.name, request.bucket, request.key);
  if (fault !== undefined) return faultReply(fault);
  const text = route.streams ? '' : await receiveText(request, identity);
  const call: Call = { store, request, identity, text, now, region: settings.region };
  return await route.operation(call);
}

// A stranger is not told what is implemented.
function findRouteFor(request: S3Request, anonymous: boolean): Route {
  try {
    return findRoute(request);
  } catch (error) {
    throw anonymous && error instanceof S3Error ? new S3Error('AccessDenied') : error;
  }
}

// An object's own ACL opens its bytes; a bucket's ACL opens the list of its keys and nothing else.
function isPublic(store: S3Store, request: S3Request, { name }: Route): boolean {
  const { bucket, key } = request;
  if (!store.hasBucket(bucket)) return false;
  if (bucketReads.includes(name)) return store.bucket(bucket).acl === 'public-read';
  if (name !== 'GetObject' && name !== 'HeadObject') return false;
  const versionId = parameter(request, 'versionId');
  const version = store.versions(bucket, key).find((one, index) => {
    return versionId === undefined ? index === 0 : one.versionId === versionId;
  });
  return version?.kind === 'object' && version.acl === 'public-read';
}

const bucketReads = [
  'ListObjects',
  'ListObjectsV2',
  'ListObjectVersions',
  'ListMultipartUploads',
  'HeadBucket',
];

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const type = reply.xml === undefined ? {} : { 'content-type': 'application/xml' };
  const length = Buffer.byteLength(reply.xml ?? '');
  const withoutLength = reply.bytes !== undefined || reply.status === 204;
  const sized = withoutLength ? {} : { 'content-length': length };
  response.writeHead(reply.status, { ...type, ...sized, ...reply.headers });
  if (reply.bytes === undefined || response.req.method === 'HEAD') response.end(reply.xml);
  else await pipeline(Readable.from(reply.bytes, { objectMode: false }), response);
}

function faultReply({ status, code }: InjectedFault): Reply {
  return { status, xml: errorDocument([leaf('Code', code), leaf('Message', 'This fault was injected.')]) };
}

interface Failure {
  readonly error: unknown;
  readonly requestId: string;
}

function sendError(incoming: IncomingMessage, response: ServerResponse, { error, requestId }: Failure): void {
  // A client that has half an answer must see a broken connection and not a short object.
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = error instanceof S3Error ? error : new S3Error('InternalError', { message: String(error) });
  const { status, code, message, headers, details } = known;
  const bodiless = incoming.method === 'HEAD' || status === 304;
  const resource = (incoming.url ?? '').replace(/\?.*$/s, '');
  const xml = errorDocument([
    leaf('Code', code),
    leaf('Message', message),
    ...Object.entries(details).map(([name, value]) => leaf(name, value)),
    leaf('Resource', resource),
    leaf('RequestId', requestId),
  ]);
  const sized = { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) };
  response.writeHead(status, { ...(bodiless ? {} : sized), ...headers });
  response.end(bodiless ? undefined : xml);
}

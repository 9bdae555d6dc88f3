import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Fault, type FaultState } from '../../fault.ts';
import { recordRetries } from '../record.ts';
import type { S3Resource } from '../resources.ts';
import { systemCode } from '../system-error.ts';
import { signWithKnownDigests } from './digests.ts';

/** How many requests are under way at most; Scaleway bears about 1,000 a second. */
export const concurrency = 16;

/**
 * A client for any S3 service: checksums only where the protocol asks for them, since the default framing
 * (`aws-chunked`) is stored as it is by some servers; bucket in the path.
 */
export function openClient(resource: S3Resource): S3Client {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client({
    endpoint: resource.endpoint,
    region: resource.region,
    credentials: { accessKeyId: resource.accessKeyId, secretAccessKey: resource.secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 4,
    // Resolving the middleware anew for each request is a fifth of what a small object costs.
    cacheMiddleware: true,
  });
  signWithKnownDigests(client);
  return client;
}

/** Calls `use` with a client of each of two buckets, that are closed afterwards; an error is told of the bucket that gave it. */
export async function withTwo<T>(
  source: S3Resource,
  destination: S3Resource,
  state: FaultState,
  use: (from: Side, to: Side) => Promise<T>,
): Promise<T> {
  return withS3(destination, state, to =>
    withS3(source, state, from => use(sideOf(source, from, state), sideOf(destination, to, state))),
  );
}

/** One bucket of two. `ask` does what it is given, and makes of what the service refuses a fault about this bucket. */
export interface Side {
  readonly client: S3Client;
  readonly resource: S3Resource;
  ask<T>(request: Promise<T>): Promise<T>;
}

function sideOf(resource: S3Resource, client: S3Client, state: FaultState): Side {
  const ask = <T>(request: Promise<T>) =>
    request.catch((error: unknown) => {
      throw explain(resource, error, state);
    });
  return { client, resource, ask };
}

/** Calls `use` with a client that is closed afterwards; what the service refuses becomes a fault that says what to do. */
export async function withS3<T>(
  resource: S3Resource,
  state: FaultState,
  use: (client: S3Client) => Promise<T>,
): Promise<T> {
  const client = openClient(resource);
  const again = countAgain(client);
  try {
    return await use(client);
  } catch (error) {
    throw explain(resource, error, state);
  } finally {
    if (again.requests > 0) {
      console.log(`${resource.bucket}: ${again.requests} ↻ (5xx)`);
      recordRetries({ resource: resource.name, refusal: '5xx', ...again });
    }
    client.destroy();
  }
}

/** Counts the attempts that the service refused for want of capacity before it took them, and the ms that were waited. */
function countAgain(client: S3Client): { readonly requests: number; readonly waited: number } {
  const again = { requests: 0, waited: 0 };
  client.middlewareStack.add(next => async args => {
    const answer = await next(args);
    const { attempts = 1, totalRetryDelay = 0 } = answer.output.$metadata;
    again.requests += attempts - 1;
    again.waited += totalRetryDelay;
    return answer;
  });
  return again;
}

/** The code of an S3 error (`NoSuchBucket`, `AccessDenied`…), or the HTTP status when the body said nothing. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  return error.name === 'Unknown' || error.name === 'UnknownError'
    ? `${error.$metadata.httpStatusCode}`
    : error.name;
}

const denied = new Set(['AccessDenied', 'Forbidden', '403', 'InvalidAccessKeyId', 'SignatureDoesNotMatch']);

function explain(resource: S3Resource, error: unknown, state: FaultState): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const { bucket, endpoint } = resource;
  const code = errorCode(error);
  if (code === 'InvalidObjectState') return new Fault('object-archived', { bucket }, state);
  if (code !== undefined) {
    const fault = denied.has(code) ? 's3-denied' : 's3-refused';
    return new Fault(fault, { bucket, endpoint, code, message: error.message }, state);
  }
  const system = systemCode(error);
  if (system === undefined) return error;
  return new Fault('s3-unreachable', { bucket, endpoint, code: system }, state);
}

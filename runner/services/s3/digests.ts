import type { S3Client } from '@aws-sdk/client-s3';

const known = new WeakMap<Uint8Array, string>();

/** Remembers the SHA-256 (hex) of a body to send, so that signing its request does not read it a second time. */
export function knowDigest(body: Uint8Array, sha256: string): void {
  known.set(body, sha256);
}

/**
 * Signs a body whose digest is known with that digest. SigV4 takes the payload's SHA-256 from this header when it is there
 * (AWS Signature Version 4, «Create a canonical request»), and the server compares it with what arrived.
 */
export function signWithKnownDigests(client: S3Client): void {
  client.middlewareStack.add(
    next => args => {
      const { input, request } = args;
      const body = 'Body' in input && input.Body instanceof Uint8Array ? input.Body : undefined;
      const sha256 = body === undefined ? undefined : known.get(body);
      if (sha256 !== undefined && hasHeaders(request)) request.headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'known-digests' },
  );
}

function hasHeaders(request: unknown): request is { readonly headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request;
}

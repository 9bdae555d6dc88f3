import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { RequestListener } from 'node:http';
import { pipeline } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import type { Artifact } from './model.ts';

/** What goes wrong where artifacts are stored: bytes that are not those announced, or a body that is cut short. */
export type StorageFault = 'corrupt' | 'cut';

/** Where GitHub stores artifacts: an origin of its own, with links that hold for a minute. */
export interface ArtifactStorage {
  /** A path with its signature, good for 60 seconds. */
  link(artifact: Artifact): string;
  readonly listener: RequestListener;
}

/**
 * Storage that refuses any request with an `Authorization` header, as Azure does. `now` gives milliseconds; `onRequest` is
 * told of the headers that arrive.
 */
export function createStorage(settings: {
  readonly now: () => number;
  readonly fault?: (artifact: Artifact) => StorageFault | undefined;
  readonly onRequest?: (headers: Readonly<Record<string, unknown>>) => void;
}): ArtifactStorage {
  const links = new Map<string, { readonly artifact: Artifact; readonly until: number }>();
  return {
    link(artifact) {
      const signature = randomBytes(16).toString('hex');
      links.set(signature, { artifact, until: settings.now() + 60_000 });
      return `/artifacts/${artifact.id}.zip?sig=${signature}`;
    },
    listener(request, response) {
      settings.onRequest?.(request.headers);
      const { searchParams } = new URL(request.url ?? '/', 'http://sandbox');
      const found = links.get(searchParams.get('sig') ?? '');
      const refuse = (status: number, text: string) => response.writeHead(status).end(text);
      if (request.headers.authorization !== undefined) return refuse(400, 'InvalidAuthenticationInfo');
      if (found === undefined || settings.now() > found.until) return refuse(403, 'AuthenticationFailed');
      const { artifact } = found;
      response.writeHead(200, { 'content-type': 'application/zip', 'content-length': artifact.bytes });
      const fault = settings.fault?.(artifact);
      if (fault === 'corrupt') return response.end(Buffer.alloc(artifact.bytes));
      if (fault === 'cut') return response.write(Buffer.alloc(1), () => response.destroy());
      return pipeline(createReadStream(artifact.file), response, () => undefined);
    },
  };
}

/** The SHA-256 of a file, in lower-case hexadecimal, as an artifact announces it. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipelined(createReadStream(file), hash);
  return hash.digest('hex');
}

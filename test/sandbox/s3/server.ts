import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type S3ListenerSettings, s3Listener } from '../../../runner/sandbox/s3/listener.ts';
import { openS3Store, type S3StoreSettings } from '../../../runner/sandbox/s3/store.ts';
import { listenHttp } from '../../../runner/sandbox/sockets.ts';

// The suite runs on every Node that the project supports, so the SDK's notice about the oldest is noise.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

export const region = 'fr-par';
export const credential = {
  accessKeyId: 'SCWSANDBOX0000000000',
  secretAccessKey: '11111111-2222-3333-4444-555555555555',
};

/** What a test does around the server's own answer, such as watching what is on the wire. */
interface Around {
  readonly around?: (listener: RequestListener) => RequestListener;
}

/** A running server on a directory of its own, with clients; `restart` opens the same directory again. */
export async function startServer({
  around = listener => listener,
  ...settings
}: Partial<S3ListenerSettings> & S3StoreSettings & Around = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-s3-'));
  const listen = async () => {
    const store = await openS3Store(directory, settings);
    const listener = s3Listener(store, {
      region,
      credentials: [credential],
      now: () => new Date(),
      ...settings,
    });
    return { store, listening: await listenHttp(around(listener)) };
  };
  let running = await listen();
  const clients: S3Client[] = [];
  return {
    directory,
    url: () => running.listening.url,
    store: () => running.store,
    client(config: S3ClientConfig = {}): S3Client {
      const client = new S3Client({
        region,
        endpoint: running.listening.url,
        forcePathStyle: true,
        credentials: credential,
        maxAttempts: 1,
        ...config,
      });
      clients.push(client);
      return client;
    },
    async restart(): Promise<void> {
      await running.listening.close();
      running = await listen();
    },
    async stop(): Promise<void> {
      for (const client of clients) client.destroy();
      await running.listening.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/** What a promise rejects with, as `code status`; or `resolved`. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata = '$metadata' in error ? error.$metadata : undefined;
    const status =
      typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
        ? metadata.httpStatusCode
        : 'no status';
    return `${error.name} ${status}`;
  }
}

/** The clients that matter: the SDK's default checksums, and the setting advised for providers that are not AWS. */
export const checksumSettings = [
  ['default checksums', {}],
  [
    'checksums when required',
    { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
  ],
] as const satisfies readonly (readonly [string, S3ClientConfig])[];

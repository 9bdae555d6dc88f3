import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writePrivately } from '../credentials.ts';
import { type HttpListening, listenHttp } from '../sockets.ts';
import { type S3ListenerSettings, s3Listener } from './listener.ts';
import { openS3Store, type S3Store } from './store.ts';

/** Region of the sandbox's S3 server, as at Scaleway. */
export const region = 'fr-par';

/** How long Glacier takes in a drill, ms; minutes to a day in real life. */
const shortRestoration = 2000;

/** Where the objects and the port are kept, who may enter, and what goes wrong. */
export interface StartS3 {
  readonly directory: string;
  readonly portFile: string;
  readonly credentials: S3ListenerSettings['credentials'];
  readonly restoreDelay?: number | undefined;
  readonly fault?: ((store: S3Store) => S3ListenerSettings['fault']) | undefined;
}

/** Starts the S3 server, at the port that it had: a deployed application keeps that address in its variables. */
export async function startS3(settings: StartS3): Promise<HttpListening> {
  const { directory, portFile, credentials, restoreDelay = shortRestoration } = settings;
  const store = await openS3Store(directory, { restoreDelay });
  const fault = settings.fault?.(store);
  const listener = s3Listener(store, {
    region,
    credentials,
    now: () => new Date(),
    ...(fault === undefined ? {} : { fault }),
  });
  const kept = await readFile(portFile, 'utf8').then(
    text => z.number().parse(JSON.parse(text)),
    () => 0,
  );
  const listening = await listenHttp(listener, { port: kept }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return listenHttp(listener);
  });
  if (listening.port !== kept) await writePrivately(portFile, listening.port);
  return listening;
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Faults, noFaults } from '../faults.ts';
import { listenHttp } from '../sockets.ts';
import { region } from './catalogue.ts';
import { faultSettings } from './faults.ts';
import { postgresPlatform } from './postgres-platform.ts';
import { openScalingo, type Scalingo, type ScalingoSettings } from './scalingo.ts';

const disaster = z.object({ database: z.array(z.object({ file: z.string(), takenAt: z.string() })) });

/** The application that was lost, which a drill must never touch. */
export const lostApplication = 'apilos-siap-production';

/** The platform on its socket, and what a `sandbox` target needs to reach it. */
export interface StartedScalingo {
  readonly scalingo: Scalingo;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Where things are in the sandbox's folder. */
export interface ScalingoPaths {
  readonly scalingo: string;
  readonly archives: string;
  readonly disaster: string;
}

/** The services that the platform leans on; all but PostgreSQL may come later. */
export type Neighbours = Partial<Omit<ScalingoSettings, 'platform' | 'archives' | 'lost'>> & {
  /** URL of the superuser of the sandbox's PostgreSQL. */
  readonly superuser: string;
  /** URL that a Redis add-on gets. */
  readonly redis?: string;
  readonly faults?: Faults;
};

/** Starts the platform of a sandbox whose disaster is made. */
export async function startScalingo(paths: ScalingoPaths, neighbours: Neighbours): Promise<StartedScalingo> {
  const { archives } = paths;
  const { superuser, redis, faults = noFaults, ...settings } = neighbours;
  const { database: backups } = disaster.parse(JSON.parse(await readFile(paths.disaster, 'utf8')));
  const pace = Number(process.env.SANDBOX_SCALINGO_PACE ?? 60);
  const scalingo = await openScalingo(paths.scalingo, {
    requestsPerMinute: pace,
    ...settings,
    ...faultSettings(faults),
    platform: postgresPlatform({ superuser, archives, ...(redis === undefined ? {} : { redis }) }),
    archives,
    lost: { app: lostApplication, archives, backups },
  });
  const { url, close } = await listenHttp(scalingo.listener);
  const environment = {
    SANDBOX_SCALINGO_API: `${url}/api/v1`,
    SANDBOX_SCALINGO_AUTH_API: `${url}/auth/v1`,
    SANDBOX_SCALINGO_DATABASE_API: `${url}/db/api`,
    SANDBOX_SCALINGO_TOKEN: scalingo.token,
    SANDBOX_SCALINGO_REGION: region,
    SANDBOX_SCALINGO_PACE: `${pace}`,
  };
  return { scalingo, url, environment, close: () => close().then(scalingo.close) };
}

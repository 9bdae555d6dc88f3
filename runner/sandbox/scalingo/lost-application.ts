import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { App, Backup, State } from './state.ts';

/** A database backup of the disaster: its archive's name and its instant (ISO 8601). */
export interface LeftBackup {
  readonly file: string;
  readonly takenAt: string;
}

/** What was lost: an application by name, whose add-on's backups are left in the folder `archives`, newest first. */
export interface Lost {
  readonly app: string;
  readonly archives: string;
  readonly backups: readonly LeftBackup[];
}

const hour = 3_600_000;

/**
 * Puts the lost application on the platform: crashed, its database gone, its backups still listed, with one that failed
 * and one that was being made when all was lost.
 */
export async function addLostApplication(
  state: State,
  lost: Lost,
  random: (bytes: number) => string,
): Promise<void> {
  const newest = Date.parse(lost.backups[0]?.takenAt ?? '1970-01-01T00:00:00Z');
  const app = lostApp(state, lost.app, newest - 700 * 24 * hour);
  app.id = random(12);
  const addon = 'ad-5f1e21cb-7d49-4f0c-9b0e-3b6d2c1a4521';
  const resource = 'apilos_siap_pro_4521';
  const host = `${lost.app}-4521.postgresql.a.osc-fr1.scalingo-dbs.com`;
  const url = `postgresql://${resource}:${random(12)}@${host}:34521/${resource}?sslmode=prefer`;
  app.variables.push({ id: `va-${random(12)}`, name: 'SCALINGO_POSTGRESQL_URL', value: url });
  app.variables.push({ id: `va-${random(12)}`, name: 'DATABASE_URL', value: '$SCALINGO_POSTGRESQL_URL' });
  state.apps.push(app);
  state.addons.push({
    id: addon,
    app: app.id,
    resource,
    provider: 'postgresql',
    plan: 'pl-postgresql-starter-1024',
    createdAt: app.createdAt,
    readyAt: app.createdAt,
    url,
    database: null,
    users: [{ name: resource, readOnly: false, protected: true }],
    features: ['force-ssl'],
    suspended: true,
  });
  const base = { addon, method: 'periodic' as const, size: 0, file: null };
  for (const { file, takenAt } of lost.backups) {
    const { size } = await stat(join(lost.archives, file));
    const at = Date.parse(takenAt);
    const name = file.replace(/\.tar\.gz$/, '');
    const whole: Backup = {
      ...base,
      id: random(12),
      name,
      size,
      file,
      createdAt: at,
      startedAt: at,
      status: 'done',
    };
    state.backups.push(whole);
  }
  const failed = newest - 72 * hour;
  const [one, two] = [random(12), random(12)];
  state.backups.push({
    ...base,
    id: one,
    name: `${resource}_failed`,
    createdAt: failed,
    startedAt: failed,
    status: 'error',
  });
  state.backups.push({
    ...base,
    id: two,
    name: `${resource}_pending`,
    createdAt: newest + 4 * hour,
    startedAt: null,
    status: 'pending',
  });
}

function lostApp(state: State, name: string, createdAt: number): App {
  return {
    id: '',
    name,
    owner: state.account,
    stack: 'st-aaaa0022',
    forceHttps: true,
    stickySession: false,
    routerLogs: false,
    status: 'crashed',
    createdAt,
    updatedAt: createdAt,
    lastDeployment: null,
    variables: [],
    running: {},
    formation: [
      { name: 'web', amount: 2, size: 'M' },
      { name: 'worker', amount: 1, size: 'M' },
    ],
  };
}

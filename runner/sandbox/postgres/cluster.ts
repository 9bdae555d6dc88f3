import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SandboxRefusal } from '../refusal.ts';
import type { Binaries } from './binaries.ts';
import { accessRules } from './inside.ts';
import { type Launcher, runThrough } from './launcher.ts';

/** Paths of a cluster: all below the private folder that `startPostgres` is given. */
export function clusterPaths(directory: string) {
  return {
    data: join(directory, 'data'),
    unfinished: join(directory, 'data.new'),
    password: join(directory, 'password'),
    log: join(directory, 'server.log'),
    libraries: join(directory, 'lib'),
  };
}

/** Superuser's password: read from its 0600 file, or made at random and written there. */
export async function superuserPassword(directory: string): Promise<string> {
  const { password } = clusterPaths(directory);
  const known = await readFile(password, 'utf8').catch(() => '');
  if (known !== '') return known.trimEnd();
  const made = randomBytes(24).toString('base64url');
  await writeFile(password, `${made}\n`, { mode: 0o600 });
  return made;
}

/** Makes the cluster if there is none. It gets its name only when complete, so a killed `initdb` leaves nothing half-made. */
export async function initializeCluster(
  directory: string,
  binaries: Binaries,
  launcher: Launcher,
): Promise<void> {
  const { data, unfinished, password } = clusterPaths(directory);
  const exists = await readFile(join(data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  // An older cluster gets the rules of today.
  if (exists) return await writeFile(join(data, 'pg_hba.conf'), accessRules());
  await rm(unfinished, { recursive: true, force: true });
  const locale = chooseLocale(await installedLocales());
  const identity = ['--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256'];
  const words = ['--encoding=UTF8', `--locale=${locale}`, '--lc-messages=C', '--no-instructions'];
  await runThrough(launcher, binaries, [binaries.initdb, '-D', unfinished, ...identity, ...words]);
  await writeFile(join(unfinished, 'pg_hba.conf'), accessRules());
  await rename(unfinished, data);
}

/** French order where the machine knows it, as on the platform; else English, else plain UTF-8, else C. */
export function chooseLocale(installed: readonly string[]): string {
  const wanted = [/^fr_FR\.utf-?8$/i, /^en_US\.utf-?8$/i, /^C\.utf-?8$/i];
  for (const pattern of wanted) {
    const found = installed.find(name => pattern.test(name));
    if (found !== undefined) return found;
  }
  return 'C';
}

async function installedLocales(): Promise<string[]> {
  const listed = await promisify(execFile)('locale', ['-a']).catch(() => ({ stdout: '' }));
  return listed.stdout.split('\n');
}

/**
 * Waits until no server and no killed `initdb`'s child works on the cluster, then forgets the server's lock file, whose
 * process number may by now be another's. Throws `directory-in-use` if one is still there after `patience` ms.
 */
export async function awaitVacancy(directory: string, patience = 15_000): Promise<void> {
  if (process.platform !== 'linux') return;
  const { data, unfinished } = clusterPaths(directory);
  for (let waited = 0; await isOccupied(data, unfinished); waited += 50) {
    if (waited >= patience) throw new SandboxRefusal('directory-in-use', { directory });
    await sleep(50);
  }
  await rm(join(data, 'postmaster.pid'), { force: true });
}

/** Every process of a server works in its data folder; `initdb` and what it starts name the one that they fill. */
async function isOccupied(data: string, unfinished: string): Promise<boolean> {
  const numbers = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = numbers.map(async pid => {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return folder === data || folder === unfinished || command.split('\0').includes(unfinished);
  });
  return (await Promise.all(found)).includes(true);
}

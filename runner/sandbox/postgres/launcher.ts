import { execFile } from 'node:child_process';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxRefusal } from '../refusal.ts';
import type { Binaries } from './binaries.ts';

/** A way to run a programme that is not root: words put before the command, who then owns the server's files. */
export type Launcher = {
  readonly name: 'plain' | 'user-namespace' | 'capability' | 'nobody';
  readonly prefix: readonly string[];
  /** Owner of the files, as this process sees it. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Identity that `spawn` must take itself, where no prefix does. */
  readonly identity?: { readonly uid: number; readonly gid: number };
};

const nobody = process.platform === 'darwin' ? 4294967294 : 65534;

/**
 * The ways to try, best first. PostgreSQL refuses to run as root.
 * A user namespace keeps root's files readable to a server that believes to be user 1000, even in a 0700 home;
 * where containers forbid it, `nobody` with the one capability that opens 0700 folders does as well.
 */
export function launchersFor(uid: number, gid: number): readonly Launcher[] {
  if (uid !== 0) return [{ name: 'plain', prefix: [], owner: { uid, gid } }];
  const other = { uid: nobody, gid: nobody };
  // Without this bit, access(2), with which PostgreSQL looks for its own programmes, ignores the capability.
  const capability = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  const identity = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  return [
    {
      name: 'user-namespace',
      prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000'],
      owner: { uid, gid },
    },
    { name: 'capability', prefix: ['setpriv', ...identity, ...capability], owner: other },
    { name: 'nobody', prefix: [], owner: other, identity: other },
  ];
}

/** The first of `launchers` that can really run the server on `directory`, whose files it then owns. */
export async function chooseLauncher(
  launchers: readonly Launcher[],
  binaries: Binaries,
  directory: string,
): Promise<Launcher> {
  const reasons: string[] = [];
  for (const launcher of launchers) {
    await giveTo(launcher.owner, directory);
    const reason = await tryLauncher(launcher, binaries, directory);
    if (reason === undefined) return launcher;
    reasons.push(`${launcher.name}: ${reason}`);
  }
  throw new SandboxRefusal('postgres-cannot-run', { directory, reason: reasons.join(' | ') });
}

/** Runs a programme through a launcher, with the libraries on the loader's path; resolves with its standard output. */
export async function runThrough(
  launcher: Launcher,
  binaries: Binaries,
  command: readonly string[],
): Promise<string> {
  const [file, ...rest] = [...launcher.prefix, '/bin/sh', '-c', withLibraries, 'sh', binaries.libraries];
  if (file === undefined) throw new Error('a launcher without a command');
  const options = { ...launcher.identity, env: serverEnvironment() };
  return (await promisify(execFile)(file, [...rest, ...command], options)).stdout;
}

/** The server's environment: nothing of the caller's, so that no `PG…` variable or locale changes what it does. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** Set inside the shell, since macOS strips the variable on its way into `/bin/sh`. */
export const exportLibraries = 'export LD_LIBRARY_PATH="$1" DYLD_LIBRARY_PATH="$1"; shift';

const withLibraries = `${exportLibraries}; exec "$@"`;

/** Undefined if it works, else why not: not root, can enter the directory, can load the server and its libraries. */
async function tryLauncher(
  launcher: Launcher,
  binaries: Binaries,
  directory: string,
): Promise<string | undefined> {
  const script = 'test "$(id -u)" != 0 && cd "$1" && test -w . && exec "$2" --version';
  try {
    await runThrough(launcher, binaries, ['/bin/sh', '-c', script, 'sh', directory, binaries.postgres]);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error.message.split('\n').slice(1).join(' ') || error.message
      : `${error}`;
  }
}

/** The top last: a chown that was interrupted is then seen, and done again. */
async function giveTo(owner: Launcher['owner'], path: string): Promise<void> {
  const found = await lstat(path);
  if (found.uid === owner.uid || found.isSymbolicLink()) return;
  if (found.isDirectory()) {
    for (const name of await readdir(path)) await giveTo(owner, join(path, name));
  }
  await chown(path, owner.uid, owner.gid);
}

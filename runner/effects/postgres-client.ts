import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Fault } from '../fault.ts';
import { toolEnvironment } from './environment.ts';

/** The command that installs the PostgreSQL client on Debian and its kin. */
export const installCommand = 'apt-get install -y postgresql-client';

/**
 * Makes sure that `pg_restore` is there. On Debian as root it installs the client, after `say` was told the command;
 * elsewhere the fault `postgres-client-missing` gives the command, and nothing was changed.
 */
export async function ensurePostgresClient(say: (command: string) => void): Promise<void> {
  if (isInstalled()) return;
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    throw new Fault('postgres-client-missing', { command: `sudo ${installCommand}` });
  }
  say(installCommand);
  await apt(['update', '-q']);
  await apt(['install', '-y', '-q', 'postgresql-client']);
  if (!isInstalled()) throw new Fault('postgres-client-missing', { command: installCommand });
}

function isInstalled(): boolean {
  return ['pg_restore', 'pg_dump', 'psql'].every(
    name => spawnSync(name, ['--version'], { env: toolEnvironment() }).status === 0,
  );
}

async function apt(args: readonly string[]): Promise<void> {
  const env = toolEnvironment({ DEBIAN_FRONTEND: 'noninteractive' }, /^(https?|ftp|no)_proxy$/i);
  const child = spawn('apt-get', args, { stdio: ['ignore', 2, 2], env });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Fault('postgres-client-missing', { command: `apt-get ${args.join(' ')}` });
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectSsh, type ServerKey, type SshServer } from '../tunnel/connection.ts';

/**
 * Calls `use` with a `GIT_SSH_COMMAND` that trusts one server only. A fingerprint is not enough for OpenSSH, so the server is
 * asked for its key first, by a connection that checks it against the fingerprint and tries the operator's key; the key then
 * stands alone in a `known_hosts` of its own (0600, removed at the end). Faults: those of `connectSsh`.
 */
export async function withSshCommand<T>(server: SshServer, use: (command: string) => Promise<T>): Promise<T> {
  const { client, serverKey } = await connectSsh(server);
  client.end();
  const folder = await mkdtemp(join(tmpdir(), 'reprise-ssh-'));
  try {
    const knownHosts = join(folder, 'known_hosts');
    await writeFile(knownHosts, knownHostsLine(server, serverKey), { mode: 0o600 });
    return await use(sshCommand(server, knownHosts));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A line of `known_hosts`: the port is written unless it is SSH's own (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
function knownHostsLine({ host, port = 22 }: SshServer, { type, blob }: ServerKey): string {
  return `${port === 22 ? host : `[${host}]:${port}`} ${type} ${blob.toString('base64')}\n`;
}

function sshCommand({ identity }: SshServer, knownHosts: string): string {
  const own =
    'keyFile' in identity
      ? ['IdentitiesOnly=yes', 'IdentityAgent=none', `IdentityFile="${resolve(identity.keyFile)}"`]
      : [`IdentityAgent="${identity.agent}"`];
  const options = [
    `UserKnownHostsFile="${knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'ServerAliveInterval=30',
    ...own,
  ];
  return ['ssh', '-F', '/dev/null', ...options.flatMap(option => ['-o', quoteForShell(option)])].join(' ');
}

/** Git gives the command to a shell. */
function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

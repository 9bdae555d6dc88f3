import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { type Gateway, type GatewaySettings, startGateway } from '../../../runner/sandbox/ssh/gateway.ts';
import { ownHostKey } from '../../../runner/sandbox/ssh/host-key.ts';

export const run = promisify(execFile);

export async function privateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-ssh-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A key pair made by `ssh-keygen`. */
export async function makeKey(folder: string, name = 'id', type = 'ed25519') {
  const keyFile = join(folder, name);
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'operateur', '-f', keyFile]);
  return { keyFile, publicKey: await readFile(`${keyFile}.pub`, 'utf8') };
}

/** A gateway that knows one key, and the name `base.prive:30000` as `port`. */
export async function openGateway(
  folder: string,
  settings: Partial<GatewaySettings> & { database?: number },
) {
  const { keyFile, publicKey } = await makeKey(folder);
  const gateway = await startGateway({
    hostKey: await ownHostKey(join(folder, 'host_key')),
    authorizedKeys: () => [publicKey],
    resolveTarget: (host, port) => (`${host}:${port}` === 'base.prive:30000' ? settings.database : undefined),
    serveGit: async () => 1,
    ...settings,
  });
  onTestFinished(() => gateway.close());
  return { gateway, keyFile };
}

/** Options with which OpenSSH trusts this gateway and nothing else. */
export async function sshOptions(folder: string, gateway: Gateway, keyFile: string): Promise<string[]> {
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${gateway.port} ${gateway.publicKey}\n`);
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'BatchMode=yes',
    'ExitOnForwardFailure=yes',
  ];
  return ['-F', '/dev/null', '-i', keyFile, ...options.flatMap(option => ['-o', option])];
}

/** `ssh -N -L` as the manual procedure has it, once it listens. */
export async function openSshTunnel(options: readonly string[], gateway: Gateway, target: string) {
  const port = await freePort();
  const args = [
    ...options,
    '-N',
    '-L',
    `127.0.0.1:${port}:${target}`,
    '-p',
    `${gateway.port}`,
    'git@127.0.0.1',
  ];
  const child = spawn('ssh', args, { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`ssh ended with ${child.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return port;
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import { Fault } from '../../fault.ts';

/** How to prove who connects: a file that holds an OpenSSH private key, or the socket of an agent (`SSH_AUTH_SOCK`). */
export type SshIdentity = { readonly keyFile: string } | { readonly agent: string };

/** An SSH server. `hostFingerprint` is what it must show, as `SHA256:…`: one, or one by kind of key. */
export interface SshServer {
  readonly host: string;
  /** 22 unless told. */
  readonly port?: number;
  /** `git` unless told: the only user of Scalingo's gateway. */
  readonly user?: string;
  readonly hostFingerprint: string | readonly string[];
  readonly identity: SshIdentity;
}

/** A server's key in SSH's own form, and its type (`ssh-ed25519`…). */
export interface ServerKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** An authenticated connection and the key that the server proved to have. */
export interface SshConnection {
  readonly client: Client;
  readonly serverKey: ServerKey;
}

/** `SHA256:…` of a public key, as `ssh-keygen -l` prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/**
 * Connects and authenticates; the server's key is compared with the pinned fingerprint before anything is sent about the
 * operator. Faults: `ssh-unreachable`, `ssh-host-key-changed`, `ssh-key-unreadable`, `ssh-key-refused`, `ssh-failed`.
 */
export async function connectSsh(server: SshServer): Promise<SshConnection> {
  const credentials = await readIdentity(server.identity);
  const seen: { key?: ServerKey } = {};
  const client = new ssh2.Client();
  const place = { host: server.host, port: server.port ?? 22 };
  const pinned = [server.hostFingerprint].flat();
  const settings: ConnectConfig = {
    ...credentials,
    username: server.user ?? 'git',
    sock: await connectSocket(place),
    readyTimeout: 20_000,
    keepaliveInterval: 30_000,
    keepaliveCountMax: 4,
    hostVerifier: (blob: Buffer) => {
      seen.key = { type: keyType(blob), blob };
      return pinned.includes(fingerprintOf(blob));
    },
  };
  await handshake(client, settings, error => classify(error, server, seen.key));
  if (seen.key === undefined) throw new Error('an SSH server without a key');
  return { client, serverKey: seen.key };
}

function handshake(client: Client, settings: ConnectConfig, faultOf: (error: Error) => Fault): Promise<void> {
  return new Promise((ready, failed) => {
    // Stays for good: an error after this one must not end the process.
    client.on('error', error => failed(faultOf(error)));
    client.once('close', () => failed(faultOf(new Error('closed'))));
    client.once('ready', ready);
    try {
      client.connect(settings);
    } catch (error) {
      failed(faultOf(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

/** The socket is ours, since ssh2 would leave small packets waiting. */
function connectSocket(place: { readonly host: string; readonly port: number }) {
  return new Promise<ReturnType<typeof connect>>((ready, failed) => {
    const socket = connect({ ...place, noDelay: true, timeout: 20_000 });
    const fail = (message: string) => {
      socket.destroy();
      failed(new Fault('ssh-unreachable', { ...place, message }));
    };
    socket.once('error', error => fail(error.message));
    socket.once('timeout', () => fail('timeout'));
    socket.once('connect', () => {
      socket.setTimeout(0);
      ready(socket);
    });
  });
}

async function readIdentity(
  identity: SshIdentity,
): Promise<Pick<ConnectConfig, 'agent'> | { privateKey: Buffer }> {
  if ('agent' in identity) return { agent: identity.agent };
  const path = identity.keyFile;
  try {
    const privateKey = await readFile(path);
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error) throw parsed;
    return { privateKey };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault('ssh-key-unreadable', { path, message });
  }
}

function classify(error: Error, server: SshServer, key: ServerKey | undefined): Fault {
  const place = { host: server.host, port: server.port ?? 22 };
  const expected = [server.hostFingerprint].flat();
  const found = key === undefined ? '' : fingerprintOf(key.blob);
  if (key !== undefined && !expected.includes(found)) {
    return new Fault('ssh-host-key-changed', { ...place, found, expected: expected.join(', ') });
  }
  const level = 'level' in error ? error.level : '';
  if (level === 'client-authentication' || level === 'agent') {
    return new Fault('ssh-key-refused', { ...place, user: server.user ?? 'git' });
  }
  return new Fault('ssh-failed', { ...place, message: error.message });
}

/** A public key begins with its type, preceded by its length in four bytes (RFC 4253, section 6.6). */
function keyType(blob: Buffer): string {
  return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
}

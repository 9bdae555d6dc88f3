/*
 * An SSH tunnel to a database that nothing else reaches (`scalingo db-tunnel`, or `ssh -N -L` by hand). In: the gateway, the
 * fingerprint pinned for it, a key, and the target as the gateway names it. Out: a free local port.
 * Can never happen: a key shown to a server that is not the pinned one; a port behind which something else answers; a
 * tunnel reported open whose target the gateway refuses.
 */
import { Fault } from '../fault.ts';
import { connectSsh, type SshServer } from './tunnel/connection.ts';
import { listenAndForward, openChannel, type Target } from './tunnel/forward.ts';

/** Where to go, and through whom. */
export interface TunnelOptions extends SshServer {
  readonly target: Target;
}

/** An open tunnel. `closed` resolves when it is gone, whoever ended it; `close` may be called again. */
export interface Tunnel {
  readonly port: number;
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a tunnel and tries it once before returning. Faults: `ssh-unreachable`, `ssh-host-key-changed`,
 * `ssh-key-unreadable`, `ssh-key-refused`, `ssh-failed`, `tunnel-refused`.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { client } = await connectSsh(options);
  const { target } = options;
  const closed = new Promise<void>(gone => void client.once('close', gone));
  try {
    const trial = await openChannel(client, target).catch((error: Error) => {
      throw new Fault('tunnel-refused', { ...target, gateway: options.host, message: error.message });
    });
    trial.destroy();
    const forward = await listenAndForward(client, target);
    void closed.then(() => forward.close());
    const close = async () => {
      client.end();
      await Promise.all([forward.close(), closed]);
    };
    return { port: forward.port, closed, close };
  } catch (error) {
    client.end();
    throw error;
  }
}

/** Calls `use` with an open tunnel, closed afterwards whatever happens. Faults: those of `openTunnel`. */
export async function withTunnel<T>(options: TunnelOptions, use: (tunnel: Tunnel) => Promise<T>): Promise<T> {
  const tunnel = await openTunnel(options);
  try {
    return await use(tunnel);
  } finally {
    await tunnel.close();
  }
}

/** The host and port that a DSN names, to be given as `target`. Fault `dsn-invalid`, which never repeats the address. */
export function targetOf(url: string): Target {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const port = Number(parsed?.port || defaultPorts.get(parsed?.protocol ?? ''));
  if (parsed === undefined || parsed.hostname === '' || !Number.isInteger(port)) {
    throw new Fault('dsn-invalid', { resource: 'tunnel' });
  }
  return { host: parsed.hostname, port };
}

const defaultPorts = new Map([
  ['postgres:', 5432],
  ['postgresql:', 5432],
  ['redis:', 6379],
]);

/** The same DSN by way of the tunnel: only host and port change. Bears the password: to be kept secret as `url` is. */
export function throughTunnel(url: string, tunnel: { readonly port: number }): string {
  targetOf(url);
  const parsed = new URL(url);
  parsed.hostname = '127.0.0.1';
  parsed.port = `${tunnel.port}`;
  return parsed.href;
}

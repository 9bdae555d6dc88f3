/**
 * The platform's SSH gateway, as `ssh.osc-fr1.scalingo.com` is: tunnels to databases that nothing else reaches, and git.
 *
 * In: a host key, who may enter, what lies behind, and who serves git. Out: a port, and the fingerprint to pin.
 * Can never happen: a shell, a password, a user other than `git`, a forward to what `resolveTarget` does not name,
 * a connection that outlives `close`.
 */
import ssh2, { type Connection, type Session } from 'ssh2';
import { listenTcp } from '../sockets.ts';
import { authenticate } from './authentication.ts';
import { forward, type ResolveTarget } from './forwarding.ts';
import { parseGitCommand, type ServeGit, serveGitCommand } from './git-command.ts';
import type { HostKey } from './host-key.ts';

/** What the gateway needs; the functions are asked at each use, so that a key added later opens at once. */
export interface GatewaySettings {
  readonly hostKey: HostKey;
  readonly port?: number;
  /** Public keys of collaborators, one OpenSSH line each. */
  readonly authorizedKeys: () => readonly string[];
  readonly resolveTarget: ResolveTarget;
  readonly serveGit: ServeGit;
}

/** A running gateway. `cut` breaks its connections as an idle cut or an outage would, and it goes on listening. */
export interface Gateway {
  readonly host: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly publicKey: string;
  cut(): void;
  close(): Promise<void>;
}

/** Starts the gateway on 127.0.0.1. Rejects with Node's own error when the port cannot be bound. */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const { privateKey, fingerprint, publicKey } = settings.hostKey;
  // OpenSSH prefers chacha20, which ssh2 computes without the processor's help.
  const algorithms = {
    cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  } as const;
  const protocol = new ssh2.Server(
    { hostKeys: [privateKey], algorithms: { cipher: [...algorithms.cipher] } },
    connection => welcome(connection, settings),
  );
  const { port, cut, close } = await listenTcp(
    socket => protocol.injectSocket(socket),
    settings.port === undefined ? {} : { port: settings.port },
  );
  return { host: '127.0.0.1', port, fingerprint, publicKey, cut, close };
}

function welcome(connection: Connection, settings: GatewaySettings): void {
  // A client that leaves in the middle is its own business.
  connection.on('error', () => undefined);
  connection.on('authentication', context => authenticate(context, settings.authorizedKeys()));
  connection.on('ready', () => {
    connection.on('tcpip', (accept, reject, info) => {
      void forward({ accept, reject, info }, settings.resolveTarget);
    });
    connection.on('session', accept => allowGitOnly(accept(), settings.serveGit));
    connection.on('request', (_accept, reject) => reject?.());
  });
}

/** Requests without a listener, such as `shell`, `subsystem` and `x11`, are refused by ssh2 itself. */
function allowGitOnly(session: Session, serveGit: ServeGit): void {
  session.on('env', (accept, reject, { key }) => (key === 'GIT_PROTOCOL' ? accept : reject)?.());
  session.on('exec', (accept, reject, { command }) => {
    const call = parseGitCommand(command);
    if (call === undefined) reject();
    else void serveGitCommand(call, accept(), serveGit);
  });
}

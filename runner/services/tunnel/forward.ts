import type { Socket } from 'node:net';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';

/** A host and port as the SSH server names them. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A local port whose connections are carried to a target. */
export interface Forward {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens one channel to the target; rejects with ssh2's error when the server refuses it. */
export function openChannel(client: Client, target: Target): Promise<ClientChannel> {
  return new Promise((opened, refused) => {
    client.forwardOut('127.0.0.1', 0, target.host, target.port, (error, channel) => {
      if (error === undefined) opened(channel);
      else refused(error);
    });
  });
}

/** Listens on a free port of 127.0.0.1: never a chosen one, behind which somebody else's database could be answering. */
export async function listenAndForward(client: Client, target: Target): Promise<Forward> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    void carry(socket, client, target);
  });
  const port = await bind(server);
  const close = () =>
    new Promise<void>(closed => {
      server.close(() => closed());
      for (const socket of sockets) socket.destroy();
    });
  return { port, close };
}

async function carry(socket: Socket, client: Client, target: Target): Promise<void> {
  try {
    join(socket, await openChannel(client, target));
  } catch {
    // The client of the tunnel sees its connection end, as with `ssh -L`.
    socket.destroy();
  }
}

/** Each side's end is the other's end, and each side's death the other's. */
function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one);
  for (const [dying, mourner] of [
    [one, other],
    [other, one],
  ] as const) {
    dying.on('error', () => mourner.destroy());
    dying.on('close', () => mourner.destroy());
  }
}

function bind(server: Server): Promise<number> {
  return new Promise((bound, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => bound(portOf(server.address())));
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

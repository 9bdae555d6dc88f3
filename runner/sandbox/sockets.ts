// The only file of the sandbox that opens sockets.
// In: a listener (what answers) and where to listen. Out: the bound port, its URL, and a `close` that really ends it.
// Never: an address other than 127.0.0.1, or a connection that outlives `close`.
import { createSocket } from 'node:dgram';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, Socket } from 'node:net';

/** Where to listen: `port` 0 (default) takes a free one; `unref` lets the process end while the server listens. */
export interface ListenOptions {
  readonly port?: number;
  readonly unref?: boolean;
}

/** A listening HTTP server. `close` ends idle, keep-alive and busy connections too; a second call does nothing. */
export interface HttpListening {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `listener` over HTTP on 127.0.0.1.
 *
 * Rejects with Node's own error (`EADDRINUSE`…) when the port cannot be bound.
 */
export async function listenHttp(
  listener: RequestListener,
  options: ListenOptions = {},
): Promise<HttpListening> {
  // A long upload must not meet Node's 300 s limit, and a pooled connection must not close between two calls.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000, noDelay: true }, listener);
  if (options.unref === true) {
    server.unref();
    server.on('connection', socket => socket.unref());
  }
  const port = await bind(server, options.port ?? 0);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closing;
  };
  return { port, url: `http://127.0.0.1:${port}`, close };
}

/** A listening TCP server. `close` ends its connections; a second call does nothing. */
export interface TcpListening {
  readonly port: number;
  /** Ends the connections of the moment, as a broken network does, and goes on listening. */
  cut(): void;
  close(): Promise<void>;
}

/** Gives each connection on 127.0.0.1 to `onConnection`. Rejects with Node's own error when the port cannot be bound. */
export async function listenTcp(
  onConnection: (socket: Socket) => void,
  options: ListenOptions = {},
): Promise<TcpListening> {
  const sockets = new Set<Socket>();
  // Without `noDelay`, a protocol inside SSH waits 40 ms for each small packet.
  const server = createTcpServer({ noDelay: true }, socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  if (options.unref === true) server.unref();
  const port = await bind(server, options.port ?? 0);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise(resolve => {
      server.close(() => resolve());
      cut();
    });
    return closing;
  };
  return { port, cut, close };
}

/** A bound UDP socket. `close` may be called again. */
export interface UdpListening {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers each datagram on 127.0.0.1 with what `answer` gives, or with silence when that is undefined.
 *
 * Rejects with Node's own error when the port cannot be bound.
 */
export async function listenUdp(
  answer: (message: Buffer) => Buffer | undefined,
  options: ListenOptions = {},
): Promise<UdpListening> {
  const socket = createSocket('udp4');
  if (options.unref === true) socket.unref();
  socket.on('message', (message, from) => {
    const reply = answer(message);
    // A client that is gone is no error of the server.
    if (reply !== undefined) socket.send(reply, from.port, from.address, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port ?? 0, '127.0.0.1', () => {
      socket.off('error', reject);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise(resolve => socket.close(() => resolve()));
    return closing;
  };
  return { port: socket.address().port, close };
}

/** A connection to a server of the sandbox, from an address of the loopback. Rejects with Node's own error when nothing answers there. */
export function connectTcp(port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** A socket for a client that connects it itself, by port and host; it comes from `localAddress`. */
export function socketFrom(localAddress: string): Socket {
  const socket = new Socket();
  const dial = socket.connect.bind(socket);
  Reflect.set(socket, 'connect', (port: number, host: string) => dial({ port, host, localAddress }));
  return socket;
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

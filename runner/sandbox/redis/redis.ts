/**
 * A server that speaks Redis's protocol: what Celery and a check need of it, and no more. It says of itself, in `product`
 * of INFO and HELLO, that it is Redis-compatible and not Redis.
 *
 * In: a folder for its snapshot, a password. Out: a port of 127.0.0.1. State survives a restart, as Redis's own snapshots do.
 * Can never happen: a command before authentication, a connection that outlives `close`.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { listenTcp } from '../sockets.ts';
import { type Client, runCommand, type Server } from './commands.ts';
import { commandReader, encodeReply } from './protocol.ts';
import { openKeyspaces, snapshotOf } from './store.ts';

/** Where to keep the snapshot and what to ask for; `idleTimeout` in ms is 150 s unless told, as at Scalingo. */
export interface RedisOptions {
  readonly directory: string;
  readonly password: string;
  readonly port?: number;
  readonly idleTimeout?: number;
  /** Whether every connection is broken at once. */
  readonly down?: boolean;
}

/** A running server. `cut` breaks its connections and it goes on listening. */
export interface Redis {
  readonly port: number;
  cut(): void;
  close(): Promise<void>;
}

/** Starts the server, on the snapshot that the folder may hold. */
export async function startRedis(options: RedisOptions): Promise<Redis> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const file = join(options.directory, 'snapshot.json');
  const saved = await readFile(file, 'utf8').catch(() => undefined);
  const server: Server = { password: options.password, keyspaces: openKeyspaces(Date.now, saved) };
  const { port, cut, close } = await listenTcp(
    socket => {
      if (options.down === true) socket.destroy();
      else converse(socket, server, options.idleTimeout ?? 150_000);
    },
    options.port === undefined ? {} : { port: options.port },
  );
  let written = saved;
  const save = async () => {
    const text = snapshotOf(server.keyspaces);
    if (text === written) return;
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
    written = text;
  };
  let saving = Promise.resolve();
  const saveNext = () => {
    saving = saving.then(save).catch(() => undefined);
    return saving;
  };
  const timer = setInterval(saveNext, 1000).unref();
  let closing: Promise<void> | undefined;
  const end = async () => {
    clearInterval(timer);
    await close();
    await saveNext();
  };
  return {
    port,
    cut,
    close() {
      closing ??= end();
      return closing;
    },
  };
}

function converse(socket: Socket, server: Server, idleTimeout: number): void {
  const client: Client = { authenticated: false, database: 0, version: 2 };
  const read = commandReader();
  socket.setTimeout(idleTimeout, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', bytes => {
    try {
      for (const words of read(bytes)) {
        const reply = runCommand(server, client, words);
        socket.write(encodeReply(reply, client.version), 'latin1');
        if (words[0]?.toUpperCase() === 'QUIT') socket.end();
      }
    } catch {
      socket.end('-ERR Protocol error\r\n');
    }
  });
}

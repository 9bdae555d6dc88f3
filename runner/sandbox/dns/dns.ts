/**
 * Name servers as a zone has them: authoritative ones, of which each learns a change after its own delay, and one public
 * resolver that remembers answers for as long as their TTL allows, the negative ones included.
 *
 * In: zones, delays, a clock. Out: an `ip:port` per server, over UDP and TCP, and `publish`, which changes a zone.
 * Can never happen: a question that leaves this machine; a public answer newer than what the cache still holds.
 */
import type { Socket } from 'node:net';
import { listenTcp, listenUdp } from '../sockets.ts';
import { createCache } from './cache.ts';
import { startHistory, type ZoneHistory } from './history.ts';
import { type Answering, answerMessage } from './packet.ts';
import { emptyAnswer, lookUp, type Zone } from './zones.ts';

/** What a server does instead of answering rightly: nothing at all, `SERVFAIL`, or what was true at the start. */
export type DnsFault = 'silent' | 'servfail' | 'frozen';

/** What the servers are. `delays` (milliseconds) has one entry per authoritative server; the public resolver asks the last. */
export interface DnsSettings {
  readonly zones: readonly Zone[];
  readonly delays?: readonly number[];
  /** How late the public resolver is, in milliseconds; as late as the last authoritative server unless told. */
  readonly publicDelay?: number;
  /** How many milliseconds a second of TTL lasts in the public resolver's memory; 1,000 by default. */
  readonly secondLasts?: number;
  readonly now?: () => number;
  /** Asked at each question; `server` is `authoritative-1`… or `public`. */
  readonly fault?: (server: string, name: string) => DnsFault | undefined;
  /** Told of each question that arrives. */
  readonly onQuestion?: (server: string, name: string, type: string) => void;
}

/** Running name servers; the addresses are `127.0.0.1:port`. */
export interface DnsServers {
  readonly authoritative: readonly string[];
  readonly public: readonly string[];
  readonly publish: ZoneHistory['publish'];
  close(): Promise<void>;
}

/** Starts the servers on free ports of 127.0.0.1. */
export async function startDns(settings: DnsSettings): Promise<DnsServers> {
  const { zones, now = Date.now, delays = [0, 0], secondLasts = 1000 } = settings;
  const history = startHistory(zones, now);
  const cache = createCache(now, secondLasts);
  const slowest = settings.publicDelay ?? delays.at(-1) ?? 0;
  const seen = (delay: number, frozen: boolean) => (frozen ? zones : history.seenAfter(delay));
  const resolve = (frozen: boolean): Answering => {
    return (name, type) => cache.answer(name, type, () => recursive(seen(slowest, frozen), name, type));
  };
  const answerings = delays.map((delay, index) => {
    const tell = (frozen: boolean): Answering => {
      return (name, type) => lookUp(seen(delay, frozen), name, type);
    };
    return { server: `authoritative-${index + 1}`, tell, recursive: false };
  });
  const all = [...answerings, { server: 'public', tell: resolve, recursive: true }];
  const listenings = await Promise.all(all.map(one => serve(one, settings)));
  const addresses = listenings.map(({ port }) => `127.0.0.1:${port}`);
  return {
    authoritative: addresses.slice(0, -1),
    public: addresses.slice(-1),
    publish: history.publish,
    close: async () => void (await Promise.all(listenings.map(listening => listening.close()))),
  };
}

/** Nobody but the zones' own servers exists here, so a public resolver cannot resolve anything else. */
function recursive(...question: Parameters<typeof lookUp>): ReturnType<typeof lookUp> {
  const answer = lookUp(...question);
  return answer.rcode === 'REFUSED' ? emptyAnswer('SERVFAIL') : answer;
}

interface Server {
  readonly server: string;
  readonly tell: (frozen: boolean) => Answering;
  readonly recursive: boolean;
}

function serve({ server, tell, recursive }: Server, { fault, onQuestion }: DnsSettings) {
  const answering: Answering = (name, type) => {
    onQuestion?.(server, name, type);
    const ordered = fault?.(server, name);
    if (ordered === 'silent') return undefined;
    if (ordered === 'servfail') return emptyAnswer('SERVFAIL');
    return tell(ordered === 'frozen')(name, type);
  };
  return listenBoth(message => answerMessage(message, answering, recursive));
}

type Reply = (message: Buffer) => Buffer | undefined;

/** UDP and TCP on one port; a port that is free for one only is given up for another. */
async function listenBoth(reply: Reply) {
  for (let attempt = 1; ; attempt++) {
    const udp = await listenUdp(reply);
    try {
      const tcp = await listenTcp(socket => answerStream(socket, reply), { port: udp.port });
      return { port: udp.port, close: async () => void (await Promise.all([udp.close(), tcp.close()])) };
    } catch (error) {
      await udp.close();
      if (attempt === 10) throw error;
    }
  }
}

/** Messages over TCP are preceded by their length in two bytes (RFC 1035 §4.2.2). */
function answerStream(socket: Socket, reply: Reply): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', chunk => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
      const end = 2 + pending.readUInt16BE();
      const answer = reply(pending.subarray(2, end));
      pending = pending.subarray(end);
      if (answer !== undefined) socket.write(Buffer.concat([lengthOf(answer), answer]));
    }
  });
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}

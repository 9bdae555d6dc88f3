import type { Duplex } from 'node:stream';
import type { AcceptConnection, RejectConnection, ServerChannel, TcpipRequestInfo } from 'ssh2';
import { insideAddress } from '../postgres/inside.ts';
import { connectTcp } from '../sockets.ts';

/** The local port behind a name of the platform's private network; undefined for what the gateway must not reach. */
export type ResolveTarget = (host: string, port: number) => number | undefined;

/** A request to open a `direct-tcpip` channel, as ssh2 gives it. */
export interface ForwardRequest {
  readonly accept: AcceptConnection<ServerChannel>;
  readonly reject: RejectConnection;
  readonly info: TcpipRequestInfo;
}

/** Opens the channel to where `resolveTarget` says, or refuses it. */
export async function forward(request: ForwardRequest, resolveTarget: ResolveTarget): Promise<void> {
  const port = resolveTarget(request.info.destIP, request.info.destPort);
  const socket =
    port === undefined ? undefined : await connectTcp(port, insideAddress).catch(() => undefined);
  if (socket === undefined) request.reject();
  else join(socket, request.accept());
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

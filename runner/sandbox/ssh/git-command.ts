import type { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';

/** What git asks over SSH: to send to (`git-receive-pack`) or take from (`git-upload-pack`) an application's repository. */
export interface GitCall {
  readonly service: 'git-receive-pack' | 'git-upload-pack';
  readonly app: string;
}

/** The client's end of a git conversation. `gone` is aborted when the client leaves. */
export interface GitStreams {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  readonly gone: AbortSignal;
}

/** Serves a call to its end and resolves with the exit code that the client's git sees. */
export type ServeGit = (call: GitCall, streams: GitStreams) => Promise<number>;

/** Reads `git-receive-pack '<app>.git'`; undefined for anything else, since there is no shell. Names are Scalingo's. */
export function parseGitCommand(command: string): GitCall | undefined {
  const [, verb, app] = /^git[- ](receive|upload)-pack '\/?([a-z0-9-]{1,48})\.git'$/.exec(command) ?? [];
  if (verb === undefined || app === undefined) return undefined;
  return { service: verb === 'receive' ? 'git-receive-pack' : 'git-upload-pack', app };
}

/** Gives a call its channel, and the channel its exit code. */
export async function serveGitCommand(call: GitCall, channel: ServerChannel, serve: ServeGit): Promise<void> {
  const leaving = new AbortController();
  channel.on('close', () => leaving.abort());
  channel.on('error', () => leaving.abort());
  const streams = { input: channel, output: channel, errors: channel.stderr, gone: leaving.signal };
  const code = await serve(call, streams).catch(() => 128);
  channel.exit(code);
  channel.end();
}

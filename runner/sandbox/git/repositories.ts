/**
 * The platform's git server: one bare repository per application, served by the real git behind the SSH gateway.
 *
 * In: a folder, and what to do when a revision is pushed to be deployed. Out: `serve`, which the gateway calls.
 * Can never happen: a shallow history received, another branch than master or main, a revision kept whose deployment
 * failed (so that pushing it again tries again), a process of git that goes on when its client has left.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { GitCall, GitStreams, ServeGit } from '../ssh/git-command.ts';
import { hookScript } from './hook.ts';
import { type Deploy, judgePush } from './judge.ts';

/** The repositories in a folder; they survive a restart. Names are those of applications. */
export interface Repositories {
  /** Makes the empty repository of an application; does nothing if it has one. */
  create(app: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(app: string): Promise<void>;
  readonly serve: ServeGit;
}

/** Opens the repositories of `directory`; `deploy` runs while the push that caused it waits, and decides on it. */
export async function openRepositories(directory: string, deploy: Deploy): Promise<Repositories> {
  const hooks = join(directory, '.hooks');
  await mkdir(hooks, { recursive: true, mode: 0o700 });
  await writeFile(join(hooks, 'pre-receive'), hookScript, { mode: 0o700 });
  const path = (app: string) => join(directory, `${app}.git`);
  return {
    async create(app) {
      if (await exists(path(app))) return;
      const args = ['init', '--quiet', '--bare', '--initial-branch=master', path(app)];
      const [code] = await once(spawn('git', args, { env: gitEnvironment(hooks), stdio: 'ignore' }), 'close');
      if (code !== 0) throw new Error(`git init: ${code}`);
    },
    rename: (from, to) => rename(path(from), path(to)),
    remove: app => rm(path(app), { recursive: true, force: true, maxRetries: 5 }),
    async serve(call, streams) {
      if (await exists(path(call.app))) return serve(call, streams, { path: path(call.app), hooks, deploy });
      streams.errors.write(`fatal: repository '${call.app}' not found\n`);
      return 128;
    },
  };
}

type Serving = { readonly path: string; readonly hooks: string; readonly deploy: Deploy };

async function serve(call: GitCall, streams: GitStreams, { path, hooks, deploy }: Serving): Promise<number> {
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
  const child = spawn(call.service, [path], {
    env: gitEnvironment(hooks),
    stdio: [...stdio],
    detached: true,
  });
  const hook = child.stdio[3];
  if (!isDuplex(hook)) throw new Error('the hook has no descriptor 3');
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  streams.gone.addEventListener('abort', stop);
  for (const stream of [child.stdin, child.stdout, child.stderr, hook]) stream?.on('error', () => undefined);
  if (child.stdin !== null) streams.input.pipe(child.stdin);
  child.stdout?.pipe(streams.output, { end: false });
  child.stderr?.pipe(streams.errors, { end: false });
  const judging = judgePush(call.app, hook, deploy).catch(onlyGone);
  // Both awaited at once: a refusal of the one must not wait, unheard, for the end of the other.
  const [[code]] = await Promise.all([once(child, 'close'), judging]).finally(() => {
    streams.gone.removeEventListener('abort', stop);
  });
  return typeof code === 'number' ? code : 128;
}

/** A hook that was killed with its client's push breaks its pipe, which is its end. */
function onlyGone(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
}

/** Nothing of the caller's git configuration changes what the server does. */
function gitEnvironment(hooks: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: hooks,
    // A collection in the background would outlive the push.
    GIT_CONFIG_KEY_1: 'receive.autogc',
    GIT_CONFIG_VALUE_1: 'false',
  };
}

function isDuplex(stream: unknown): stream is Duplex {
  return typeof stream === 'object' && stream !== null && 'write' in stream && 'read' in stream;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ResolveTarget } from '../ssh/forwarding.ts';

/** A revision of an application and the variables of its start. */
export interface ApplicationOptions {
  readonly app: string;
  readonly sha: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the platform's private names lead: what the SSH gateway is given as well. */
  readonly resolveTarget: ResolveTarget;
  readonly log: (line: string) => void;
}

/** An application's process, its output going to its log. `exit` resolves with its code, or -1 for a signal. */
export interface ApplicationProcess {
  readonly child: ChildProcess;
  readonly exit: Promise<number>;
  stop(): Promise<void>;
}

/** Starts the bundled application with a command (`web`, `postdeploy`) and its environment alone. */
export async function spawnApplication(
  command: string,
  options: ApplicationOptions,
): Promise<ApplicationProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    ...reachable(options.environment, options.resolveTarget),
    APP: options.app,
    CONTAINER_VERSION: options.sha,
    PORT: '0',
  };
  const child = spawn(process.execPath, ['--no-warnings', programme(), command], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A Ctrl-C in the terminal is not for it.
    detached: true,
  });
  const gone = once(child, 'exit');
  // Not `close`: it never comes when it is the parent that disconnects.
  const outputs = [child.stdout, child.stderr].map(output => followLines(output, options.log));
  const exit = gone.then(async ([code]) => {
    await Promise.all(outputs);
    return typeof code === 'number' ? code : -1;
  });
  await once(child, 'spawn');
  return { child, exit, stop: () => stop(child, exit) };
}

/** Resolves at the end of the output. */
async function followLines(output: Readable | null, log: (line: string) => void): Promise<void> {
  if (output === null) return;
  for await (const line of createInterface({ input: output })) log(line);
}

async function stop(child: ChildProcess, exit: Promise<number>): Promise<void> {
  if (child.connected) child.disconnect();
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exit;
  clearTimeout(impatience);
}

/** Variables that hold an address of the platform's private network, written as the process can reach it. */
function reachable(
  environment: Readonly<Record<string, string>>,
  resolveTarget: ResolveTarget,
): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => {
    return [
      name,
      /^(postgres(ql)?|rediss?):\/\//.test(value) ? translate(value, resolveTarget) : value,
    ] as const;
  });
  return Object.fromEntries(entries);
}

function translate(address: string, resolveTarget: ResolveTarget): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const port = resolveTarget(url.hostname, Number(url.port));
  if (port === undefined) return address;
  url.hostname = '127.0.0.1';
  url.port = `${port}`;
  return url.href;
}

/** Beside the bundled sandbox; from the sources, in `dist/`. */
function programme(): string {
  const places = ['./webapp.mjs', '../../../dist/webapp.mjs'].map(path =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = places.find(path => existsSync(path));
  if (found === undefined) throw new Error('the application is not built: run `npm run build`');
  return found;
}

import { type ApplicationOptions, spawnApplication } from './process.ts';

/** Faults that a drill can switch on for a start. */
export type BootFault = 'crash' | 'never-listens';

/** What to start; `bootTimeout` in ms is the platform's 60 s unless told. */
export interface StartOptions extends ApplicationOptions {
  readonly bootTimeout?: number;
  readonly fault?: BootFault;
}

/** A running application. `ended` resolves when its process is gone, whoever stopped it. */
export interface Application {
  readonly app: string;
  readonly sha: string;
  readonly url: string;
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Why an application did not start, in the platform's words for the state of a deployment. */
export class BootFailure extends Error {
  readonly status: 'crashed-error' | 'timeout-error';

  constructor(status: 'crashed-error' | 'timeout-error', message: string) {
    super(message);
    this.name = 'BootFailure';
    this.status = status;
  }
}

/** Starts an application with its variables of this moment. Rejects with `BootFailure`. */
export async function startApplication(options: StartOptions): Promise<Application> {
  const { child, exit, stop } = await spawnApplication('web', options);
  const limit = options.bootTimeout ?? 60_000;
  const port = await new Promise<number>((listening, failed) => {
    const late = `the application did not listen on the port within ${limit / 1000} seconds`;
    const timer = setTimeout(() => failed(new BootFailure('timeout-error', late)), limit);
    void exit.then(code => {
      clearTimeout(timer);
      failed(new BootFailure('crashed-error', `the application crashed, exit status ${code}`));
    });
    if (options.fault === 'crash') child.kill('SIGKILL');
    child.on('message', message => {
      if (options.fault === 'never-listens') return;
      clearTimeout(timer);
      listening(portIn(message));
    });
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const { app, sha } = options;
  return { app, sha, url: `http://127.0.0.1:${port}`, ended: exit.then(() => undefined), close: stop };
}

function portIn(message: unknown): number {
  const port =
    typeof message === 'object' && message !== null && 'port' in message ? message.port : undefined;
  if (typeof port !== 'number') throw new Error('the application told no port');
  return port;
}

/** Runs the post-deployment hook (`bin/post_deploy`) and resolves with its exit code. */
export async function runPostDeploy(options: ApplicationOptions): Promise<number> {
  const { exit } = await spawnApplication('postdeploy', options);
  return exit;
}

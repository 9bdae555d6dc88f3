/* A headless Chromium spoken to over a pipe (Chrome DevTools Protocol, `--remote-debugging-pipe`): no port, no package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of a Chromium on this machine, if there is one. */
export const chromiumPath = names
  .flatMap(name => (process.env.PATH ?? '').split(':').map(folder => join(folder, name)))
  .find(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A browser with one page. */
export class Chromium {
  readonly #folder = mkdtempSync(join(tmpdir(), 'reprise-chromium-'));
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #events = new Map<string, () => void>();
  #session: string | undefined;
  #last = 0;

  constructor(path: string) {
    const args = [...flags, `--user-data-dir=${this.#folder}`];
    this.#child = spawn(path, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , input, output] = this.#child.stdio;
    if (!input || !output || !('write' in input) || !('read' in output))
      throw new Error('no pipes to Chromium');
    this.#input = input;
    this.#listen(output);
  }

  #listen(output: Readable): void {
    let rest = '';
    output.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#receive(JSON.parse(part));
    });
  }

  #receive({ id, method, result, error }: Reply): void {
    if (method !== undefined) this.#events.get(method)?.();
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(error.message));
  }

  /** Sends a command of the protocol to the page, once it is attached, and waits for its result. */
  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const reply = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return Object(await reply);
  }

  /** Opens a page of our own from a file. */
  async open(url: string): Promise<void> {
    if (this.#session === undefined) {
      const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
      this.#session = String(sessionId);
      await this.send('Page.enable');
    }
    const loaded = new Promise<void>(resolve => this.#events.set('Page.loadEventFired', resolve));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The width of the window in CSS pixels, and whether the reader prefers dark. */
  async look(width: number, scheme: 'light' | 'dark', media = 'screen'): Promise<void> {
    const mobile = width < 600;
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile,
    });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.send('Emulation.setEmulatedMedia', { media, features });
  }

  /** What an expression in the page is worth, as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return Object(result).value;
  }

  /** Ends the browser and removes its profile. */
  async close(): Promise<void> {
    const ended = new Promise(resolve => this.#child.once('exit', resolve));
    // Asked rather than killed, so that its other processes have stopped writing to the profile.
    this.#session = undefined;
    void this.send('Browser.close');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

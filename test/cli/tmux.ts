import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Whether there is a tmux; without it the tests of the terminal are skipped, and that is said. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) process.stderr.write('tmux is not there: the tests of the terminal are skipped\n');

/** A private tmux in which one command runs. */
export class Screen {
  readonly #folder: string;
  readonly #socket: string;

  constructor(folder: string, command: string, environment = '') {
    this.#folder = mkdtempSync(join(tmpdir(), 'reprise-tmux-'));
    this.#socket = join(this.#folder, 'socket');
    onTestFinished(() => {
      spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
      rmSync(this.#folder, { recursive: true, force: true });
    });
    const shell = `cd '${folder}' && LANG=fr_FR.UTF-8 LC_ALL= ${environment} ${command}; echo "SORTIE $?"; sleep 300`;
    this.#tmux('-u', 'new-session', '-d', '-x', '110', '-y', '60', shell);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  }

  /** What is shown now, with what scrolled away; a line that the terminal cut is whole. */
  get text(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-').trimEnd();
  }

  /** Waits until `text` is shown after what was there before, then types the keys. */
  async answer(text: string, ...keys: readonly string[]): Promise<void> {
    await this.shows(text);
    // What is typed before the question is there is thrown away.
    await sleep(700);
    for (const key of keys) this.#tmux('send-keys', key);
  }

  /** Types keys at once, whatever is shown. */
  type(...keys: readonly string[]): void {
    for (const key of keys) this.#tmux('send-keys', key);
  }

  /** Types a text as it is, whatever is shown. */
  typeText(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Keeps every byte that the command writes to the terminal from now on; gives what was kept. */
  record(): () => string {
    const file = join(this.#folder, 'bytes');
    writeFileSync(file, '');
    this.#tmux('pipe-pane', '-o', `cat >> '${file}'`);
    return () => readFileSync(file, 'latin1');
  }

  /** Pastes a text at once, line feeds included. */
  paste(text: string): void {
    const file = join(this.#folder, 'pasted');
    writeFileSync(file, text);
    this.#tmux('load-buffer', file);
    this.#tmux('paste-buffer');
  }

  /** Closes the terminal under the command. */
  close(): void {
    this.#tmux('kill-server');
  }

  async shows(text: string): Promise<void> {
    const flat = (shown: string) => shown.replaceAll(/\s+/g, ' ');
    const limit = performance.now() + 20_000;
    while (!flat(this.text).includes(flat(text))) {
      if (performance.now() > limit) throw new Error(`never shown: ${text}\n${this.text}`);
      await sleep(50);
    }
  }
}

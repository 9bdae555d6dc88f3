/*
 * One place where the runbook of the harness is performed: its runs, its target, and, outside the bundle, the file to which
 * each cell appends its own name, so that a cell that ran twice is seen.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle } from '../../runner/replay.ts';
import type { Session } from '../../runner/session/session.ts';
import { type Call, type Injection, readTrace, straceArguments } from './strace.ts';

/** The cells of `plan.md` in their order; `mesurer` and `compter` read, `vider` and `charger` destroy. */
export const cells = ['mesurer', 'vider', 'ecrire', 'charger', 'compter', 'annoncer'] as const;

/** The line of `plan.md` by which `vider` takes its time. */
export const WAIT = 'sleep "${TORTURE_SLEEP:-0.02}"';

/** Those that must never be done twice. */
export const once = ['vider', 'ecrire', 'charger', 'annoncer'] as const;

/** The id that `fixed.cjs` gives a run. */
const RUN = '20260101-000000-abcdef';

/** What a command came to; `code` is absent when it was killed. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder with the runbook and its key; `programme` is the command line to use. */
export class Place {
  readonly folder: string;
  readonly programme: string;
  readonly runs: string;
  readonly bundle: string;
  readonly #mark: string;

  constructor(programme: string, runs?: string) {
    this.programme = programme;
    this.folder = mkdtempSync(join(scratch(), 'reprise-torture-'));
    this.#mark = this.folder;
    this.runs = runs ?? join(this.folder, 'runs');
    this.bundle = join(this.runs, RUN);
    cpSync(join(import.meta.dirname, 'plan.md'), join(this.folder, 'plan.md'));
    mkdirSync(join(this.folder, 'cible'));
    mkdirSync(this.runs, { recursive: true });
    writeFileSync(join(this.folder, 'effets'), '');
    writeFileSync(join(this.folder, 'piece.txt'), 'une pièce\n');
    this.key('cle', 'camille');
    this.answer([]);
  }

  /** Makes a key, and puts it on the list of signers as that of `principal`. */
  key(name: string, principal: string): void {
    const path = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', principal, '-f', path]);
    const [type, key] = this.read(`${name}.pub`).split(' ');
    appendFileSync(join(this.folder, 'signataires'), `${principal} ${type} ${key}\n`);
  }

  /** Changes the runbook of this place; `text` must stand in it once. */
  edit(text: string, by: string): void {
    const [before, after, ...more] = this.read('plan.md').split(text);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`plan.md does not hold \`${text}\` once`);
    writeFileSync(join(this.folder, 'plan.md'), `${before}${by}${after}`);
  }

  /** The names that cells have appended, in order. */
  effects(): readonly string[] {
    return this.read('effets')
      .split('\n')
      .flatMap(line => (line === '' ? [] : [line.split(' ')[0] ?? '']));
  }

  /** The text of a file of the place; empty when there is none. */
  read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Writes the answers file: what a person says who, of each step in doubt, looked whether it has had its effect. */
  answer(doubts: readonly string[]): void {
    const settled = (step: string): string => {
      if (!doubts.includes(step)) return '';
      const isDone = this.effects().includes(step);
      const exported = isDone && step === 'ecrire' ? ', exports: { lignes: 4 }' : '';
      return `, doubt: ${isDone ? 'done' : 'not-done'}, reason: vu sur place${exported}`;
    };
    const lines = cells.map(step => `  ${step}: { run: true${settled(step)} }\n`);
    writeFileSync(
      join(this.folder, 'reponses.yaml'),
      `operator: camille\nsteps:\n  constater: { confirm: all, evidence: [piece.txt] }\n${lines.join('')}`,
    );
  }

  /** `reprise run` with an id that is known beforehand, under strace. */
  async traced(injection?: Injection): Promise<Ended & { readonly calls: readonly Call[] }> {
    const log = join(this.folder, 'trace');
    const fixed = join(import.meta.dirname, 'fixed.cjs');
    const programme = [process.execPath, '-r', fixed, this.programme, ...this.#runArguments()];
    const ended = await this.start('strace', [...straceArguments(this.bundle, log, injection), ...programme])
      .ended;
    return { ...ended, calls: readTrace(log) };
  }

  /** `reprise resume` of the run whose id is known, under strace. */
  async tracedResume(injection: Injection): Promise<Ended & { readonly calls: readonly Call[] }> {
    return await this.tracedCommand(['resume', this.bundle, '--json', ...this.#common()], injection);
  }

  /** A command on the run whose id is known, under strace. */
  async tracedCommand(
    args: readonly string[],
    injection?: Injection,
  ): Promise<Ended & { readonly calls: readonly Call[] }> {
    const log = join(this.folder, 'trace');
    const programme = [process.execPath, this.programme, ...args];
    const ended = await this.start('strace', [...straceArguments(this.bundle, log, injection), ...programme])
      .ended;
    return { ...ended, calls: readTrace(log) };
  }

  /** Any command, as anyone would give it. */
  async call(...args: readonly string[]): Promise<Ended> {
    return await this.start(process.execPath, [this.programme, ...args]).ended;
  }

  /** `reprise run`, as anyone would. */
  async run(): Promise<Ended> {
    return await this.call(...this.#runArguments());
  }

  #runArguments(): readonly string[] {
    return ['run', 'plan.md', '--target', 'essai', '--runs', this.runs, '--json', ...this.#common()];
  }

  #common(): readonly string[] {
    return ['--key', 'cle', '--answers', 'reponses.yaml'];
  }

  /** `reprise resume` of a run. */
  async resume(bundle = this.bundle): Promise<Ended> {
    return await this.call('resume', bundle, ...this.#common());
  }

  /** Starts a command in the place. */
  start(
    command: string,
    args: readonly string[],
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const { REPRISE_EXECUTION: _, ...environment } = process.env;
    const child = spawn(command, args, {
      cwd: this.folder,
      env: {
        ...environment,
        LANG: 'fr_FR.UTF-8',
        TORTURE_PLACE: this.#mark,
        TORTURE_EFFECTS: join(this.folder, 'effets'),
        TORTURE_TARGET: join(this.folder, 'cible'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    child.stderr.setEncoding('utf8').on('data', text => (err += text));
    const ended = new Promise<Ended>(over => child.once('exit', code => over({ code, out, err })));
    // What was written before a kill may still be in the pipe when the process is gone.
    const read = Promise.all([ended, new Promise<void>(over => child.stdout.once('end', over))]);
    return { child, ended: read.then(([{ code }]) => ({ code, out, err })) };
  }

  /** Waits until the lock of the run can be had, which is when the run process and its cells are gone. */
  async unlocked(): Promise<boolean> {
    const lock = join(this.bundle, 'lock');
    if (!existsSync(lock)) return true;
    return (await this.start('flock', ['-w', '20', lock, 'true']).ended).code === 0;
  }

  /** Processes that were started from this place and live. */
  living(): readonly number[] {
    return readdirSync('/proc').flatMap(name =>
      /^\d+$/.test(name) && isOf(name, this.#mark) ? [Number(name)] : [],
    );
  }

  /** The run as its journal has it; nothing when it has not been opened. */
  session(): Session | undefined {
    try {
      return readBundle({ directory: this.bundle, run: RUN }).session;
    } catch {
      return undefined;
    }
  }

  /** The lines of the journal, without a torn one. */
  journal(): readonly string[] {
    const path = join(this.bundle, 'journal.jsonl');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  }

  /** Removes the place. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where places are made: in memory when there is room, since a kill leaves the same there and syncs cost nothing. */
export function scratch(): string {
  const { bavail, bsize } = statfsSync(existsSync('/dev/shm') ? '/dev/shm' : '/');
  return existsSync('/dev/shm') && bavail * bsize > 1 << 30 ? '/dev/shm' : tmpdir();
}

function isOf(pid: string, mark: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    if (/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))) return false;
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TORTURE_PLACE=${mark}`);
  } catch {
    return false;
  }
}

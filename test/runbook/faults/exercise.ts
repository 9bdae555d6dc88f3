/*
 * A drill of APiLos's plan under a simulated fault: the programme itself, without a terminal, one application only. What an
 * exercise does is kept in a folder of its own, the sandbox included, and goes with it.
 */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { Entry, Fact } from '../../../runner/journal/event.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const programme = join(root, 'dist/reprise.cjs');
const runbook = join(root, 'runbook');

/** Longer than any exercise, two at a time on a busy machine. */
export const limit = 240_000;

/** What a command came to; what it printed is plain text, its spaces ordinary ones. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder for one exercise and the commands that act in it. */
export class Exercise {
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-fault-'));
  readonly #runs = join(this.folder, 'runs');

  /** `reprise run` of the whole plan under `faults`, and what is given with `--set`; all is taken back unless `options` differ. */
  async run(
    faults: string,
    given: readonly string[] = [],
    options: readonly string[] = ['--undo'],
  ): Promise<Ended> {
    const words = ['run', 'runbook/plan-de-reprise.md', '--target', 'sandbox', '--auto', ...options];
    const settings = ['applications=siap', ...given].flatMap(one => ['--set', one]);
    return await this.#call(...words, '--runs', this.#runs, ...settings, '--fault', faults);
  }

  /** `reprise resume` without a fault, in which whoever answers has `steps` tried again. */
  async resume(steps: readonly string[]): Promise<Ended> {
    const answers: unknown = parse(readFileSync(join(runbook, 'reponses-exercice.yaml'), 'utf8'));
    const again = steps.map(step => [step, { ...stepOf(answers, step), failure: 'retry' }]);
    const file = join(this.folder, 'reponses.yaml');
    copyFileSync(join(runbook, 'preuve-exercice.txt'), join(this.folder, 'preuve-exercice.txt'));
    writeFileSync(
      file,
      stringify({ ...record(answers), steps: { ...stepsOf(answers), ...Object.fromEntries(again) } }),
    );
    return await this.#call('resume', this.bundle, '--auto', '--answers', file);
  }

  /** `reprise undo`. */
  async undo(): Promise<Ended> {
    return await this.#call('undo', this.bundle);
  }

  /** The folder of the archives that the one run downloads. */
  get downloads(): string {
    return join(this.folder, 'reprise-sandbox', basename(this.bundle), 'downloads');
  }

  /** The exit code of `reprise verify`. */
  async verified(): Promise<number | null> {
    return (await this.#call('verify', this.bundle)).code;
  }

  /** The runs that there are. */
  runs(): readonly string[] {
    return existsSync(this.#runs) ? readdirSync(this.#runs) : [];
  }

  /** The folder of the one run. */
  get bundle(): string {
    const [run, ...others] = this.runs();
    if (run === undefined || others.length > 0) throw new Error('there is not exactly one run');
    return join(this.#runs, run);
  }

  /** The journal. */
  entries(): readonly Entry[] {
    const lines = readFileSync(join(this.bundle, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    return lines.map(line => JSON.parse(line));
  }

  /** Removes everything. */
  forget(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #call(...args: readonly string[]): Promise<Ended> {
    const env = { ...process.env, TMPDIR: this.folder, SANDBOX_SCALINGO_PACE: '1000' };
    const child = spawn(process.execPath, [programme, ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limit,
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    child.stderr.setEncoding('utf8').on('data', text => (err += text));
    const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
    return new Promise(over => child.once('close', code => over({ code, out: plain(out), err: plain(err) })));
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function stepsOf(answers: unknown): Readonly<Record<string, unknown>> {
  return record(record(answers).steps);
}

function stepOf(answers: unknown, step: string): Readonly<Record<string, unknown>> {
  return record(stepsOf(answers)[step]);
}

/** The facts of a journal, each as one line. */
export function factsOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(entry => (entry.type === 'fact-recorded' ? [lineOf(entry.fact)] : []));
}

function lineOf(fact: Fact): string {
  switch (fact.kind) {
    case 'backup-rejected':
      return `rejected ${fact.resource} ${fact.id}: ${fact.reason}`;
    case 'backup-used':
      return `used ${fact.resource} ${fact.id}`;
    case 'finding':
      return `finding ${fact.severity}: ${fact.text}`;
    case 'verification':
      return `${fact.ok ? 'verified' : 'refuted'} ${fact.title}: ${fact.found}`;
    case 'requests-retried':
      return `retried ${fact.resource} ${fact.refusal}: ${fact.requests} after ${fact.waited} ms`;
    default:
      return fact.kind;
  }
}

/** Facts, what probes answered, how checks were polled and how long steps took, a line each. */
export function told(entries: readonly Entry[]): string {
  const others = entries.flatMap(entry => {
    if (entry.type === 'input-probed') return [`probed ${entry.input} = ${entry.answer}`];
    if (entry.type !== 'step-finished') return [];
    const lasted = `lasted ${entry.step}: ${Math.floor(entry.duration / 1000)} s`;
    if (entry.polls === undefined) return [lasted];
    return [lasted, `polled ${entry.step}: ${entry.polls.first}, then ${entry.polls.last}`];
  });
  return [...factsOf(entries), ...others].join('\n');
}

/** The steps that failed, in order; one that failed twice is there twice. */
export function failuresOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(entry =>
    entry.type === 'step-finished' && entry.outcome === 'failed' ? [entry.step] : [],
  );
}

/** How the run was closed. */
export function endingOf(entries: readonly Entry[]): string {
  const last = entries.at(-1);
  return last?.type === 'run-closed' ? last.outcome : (last?.type ?? '');
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** The command line that the build made. */
export const programme = resolve(import.meta.dirname, '..', '..', 'dist', 'reprise.cjs');

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command under way. */
export interface UnderWay {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The front matter of the small runbooks: a folder to act on, in a drill and in earnest. */
const front = `---
title: Essai
lang: fr
dmia: 4h
timezone: Europe/Paris
resources:
  dossier: { kind: directory, label: Dossier de travail }
inputs:
  refaire: { label: Refaire, type: choice, choices: [oui, non], default: oui }
roles:
  operateur: { label: Opérateur, holders: [camille] }
  observateur: { label: Observateur, holders: [noa] }
targets:
  essai:
    mode: drill
    label: Essai
    resources: { dossier: { path: '.' } }
  reel:
    mode: real
    label: Réel
    resources: { dossier: { path: '.' } }
---

# Essai

`;

/** A folder with a runbook, a key and its list of signers; gone when the test is over. */
export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-cli-'));

  constructor(body: string, answers = '') {
    onTestFinished(() => {
      this.#endRuns();
      rmSync(this.folder, { recursive: true, force: true });
    });
    this.write('plan.md', front + body);
    this.answer(answers);
    this.key('cle', 'camille');
  }

  /** A run outlives its terminal, so a test that failed half-way must end it; the lock names its process. */
  #endRuns(): void {
    const runs = this.has('runs') ? readdirSync(join(this.folder, 'runs')) : [];
    for (const lock of runs.map(run => join('runs', run, 'lock')).filter(name => this.has(name))) {
      const pid = Number(/"pid":(\d+)/.exec(this.read(lock))?.[1] ?? 0);
      if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  }

  /** Writes a file of the scene. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** The text of a file of the scene. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Whether a file of the scene is there. */
  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** Writes the answers file; `steps` are lines of YAML. */
  answer(steps: string): void {
    const lines = steps.split('\n').map(line => `  ${line}\n`);
    this.write('reponses.yaml', `operator: camille\nsteps:\n${steps === '' ? '  {}\n' : lines.join('')}`);
  }

  /** Makes a key, and a list of signers in which it is the one of `principal`. */
  key(name: string, principal: string): void {
    const path = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', principal, '-f', path]);
    const [type, key] = this.read(`${name}.pub`).split(' ');
    this.write(`${name}.signataires`, `${principal} ${type} ${key}\n`);
  }

  /** Starts a command in the scene's folder, without a terminal. */
  start(...args: readonly string[]): UnderWay {
    const { REPRISE_MARK: _, LC_ALL: __, LC_MESSAGES: ___, ...environment } = process.env;
    const child = spawn(process.execPath, [programme, ...args], {
      cwd: this.folder,
      env: { ...environment, LANG: 'fr_FR.UTF-8', TZ: 'Europe/Paris' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    child.stderr.setEncoding('utf8').on('data', text => (err += text));
    const ended = new Promise<Ended>(over => child.once('close', code => over({ code, out, err })));
    return { child, ended };
  }

  /** Runs a command to its end. */
  async call(...args: readonly string[]): Promise<Ended> {
    return await this.start(...args).ended;
  }

  /** `reprise run` on the drill's target, with the key of the operator and the answers file. */
  async run(...args: readonly string[]): Promise<Ended> {
    return await this.call(...this.runArguments(...args));
  }

  /** What `run` says on the command line. */
  runArguments(...args: readonly string[]): readonly string[] {
    return ['run', 'plan.md', '--target', 'essai', '--key', 'cle', '--answers', 'reponses.yaml', ...args];
  }

  /** `reprise resume` of the one run, with the key and the answers file. */
  async resume(...args: readonly string[]): Promise<Ended> {
    return await this.call('resume', this.bundle, '--key', 'cle', '--answers', 'reponses.yaml', ...args);
  }

  /** The folder of the one run, relative to the scene's. */
  get bundle(): string {
    const [run, ...others] = readdirSync(join(this.folder, 'runs'));
    if (run === undefined || others.length > 0) throw new Error('there is not exactly one run');
    return join('runs', run);
  }

  /** The entries of the one run's journal as far as their lines are whole; none before it is there. */
  entries(): readonly Readonly<Record<string, unknown>>[] {
    const journal = join(this.bundle, 'journal.jsonl');
    if (!this.has(journal)) return [];
    const lines = this.read(journal).split('\n').slice(0, -1);
    return lines.map(line => JSON.parse(line));
  }

  /** The journal as one short line an entry: its type, its step and what it says of the outcome. */
  story(): readonly string[] {
    return this.entries().map(entry =>
      ['type', 'step', 'outcome', 'as', 'cause', 'choice']
        .flatMap(key => (typeof entry[key] === 'string' ? [entry[key]] : []))
        .join(' '),
    );
  }
}

/** Waits until something is so; the test's own limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Output without what differs from run to run: ids, times, durations, digests, process ids, folders. */
export function normal(text: string): string {
  return text
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'RUN')
    .replaceAll(new RegExp(`${tmpdir()}/reprise-cli-\\w+`, 'g'), 'SCENE')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replaceAll(/SHA256:[\w+/]{43}/g, 'KEY')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'TIME')
    .replaceAll(/reste \d+\s(?:h|min)(?:\s\d+\smin)?/g, 'reste TEMPS')
    .replaceAll(/\b\d+(?:,\d+)?\s(?:ms|s|min)\b/g, 'DURÉE')
    .replaceAll(/processus \d+ sur `[^`]*`/g, 'processus PID sur `HÔTE`');
}

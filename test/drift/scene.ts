import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Lang } from '../../runner/diagnostic.ts';
import { reportDrift } from '../../runner/drift/compare.ts';
import type { SourceReading } from '../../runner/drift/reading.ts';
import { readRunbook } from '../../runner/model/build.ts';
import type { Runbook } from '../../runner/model/runbook.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';
import { startFindings } from '../../runner/syntax/findings.ts';
import { readLines } from '../../runner/syntax/lines.ts';

const front = `---
title: Essai
resources:
  depot: { kind: github }
  autre: { kind: github }
  plateforme: { kind: scalingo }
targets:
  sandbox: { mode: drill, embedded: true }
---

# Essai

## Ce qui est sûr

`;

/** A runbook whose one section declares these sources, one directive a line. */
export function documentWith(...sources: readonly string[]): string {
  return front + sources.map(source => `::source{${source}}\n`).join('\n');
}

/** The runbook of a source; its diagnostics are the error otherwise. */
export function runbookOf(source: string, file = 'plan.md'): Runbook {
  const { runbook, diagnostics } = readRunbook(source, file);
  if (runbook === undefined) throw new Error(printDiagnostics(diagnostics, source, 'en', { color: false }));
  return runbook;
}

/** What is said of readings, as a terminal shows it. */
export function said({ source, file }: Runbook, readings: readonly SourceReading[], lang: Lang): string {
  const findings = startFindings(file, readLines(source));
  reportDrift(readings, findings);
  return printDiagnostics(findings.sorted(), source, lang, { color: false });
}

/** A folder of its own, gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-drift-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A git repository whose commits are made one by one, each at its day. */
export class History {
  readonly folder = temporaryFolder();

  constructor() {
    this.#git(['init', '--quiet', '--initial-branch=main']);
  }

  /** Commits these files, and without those that are undefined. */
  commit(day: string, message: string, files: Readonly<Record<string, string | undefined>>): string {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    this.#git(['add', '--all']);
    this.#git(['commit', '--quiet', '-m', message], `${day}T10:00:00+00:00`);
    return this.#git(['rev-parse', 'HEAD']).trim();
  }

  /** Puts a tag on the newest commit. */
  tag(name: string): void {
    this.#git(['tag', name]);
  }

  /** Writes a file of the working tree, or removes it. */
  write(name: string, text: string | undefined): void {
    const path = join(this.folder, name);
    if (text === undefined) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  #git(args: readonly string[], date = '2026-01-01T00:00:00+00:00'): string {
    const person = { GIT_AUTHOR_NAME: 'Essai', GIT_AUTHOR_EMAIL: 'essai@exemple.invalid' };
    const committer = { GIT_COMMITTER_NAME: 'Essai', GIT_COMMITTER_EMAIL: 'essai@exemple.invalid' };
    const alone = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const dates = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const env = { PATH: process.env.PATH, ...person, ...committer, ...alone, ...dates };
    return execFileSync('git', ['-C', this.folder, ...args], { env, encoding: 'utf8' });
  }
}

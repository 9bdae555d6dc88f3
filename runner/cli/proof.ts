import { existsSync } from 'node:fs';
import { type PastDrills, readDrills } from '../drills.ts';
import { systemClock } from '../effects/clock.ts';
import { folderHistory } from '../effects/folder-history.ts';
import { Fault } from '../fault.ts';
import { importedPaths } from '../model/imports.ts';
import type { Runbook } from '../model/runbook.ts';
import { diagnosticAnnotation } from '../report/annotations.ts';
import { neutralise } from '../report/neutralise.ts';
import { proofFindings, proofsOf, type SectionProof, standingOf } from '../report/proof.ts';
import { printProofs } from '../report/proof-words.ts';
import { fill } from '../report/words.ts';
import { flagOption, type Invocation, textOption } from './arguments.ts';
import { openDocument } from './document.ts';
import { exitCode } from './exit-code.ts';
import { version } from './version.ts';

const putAside = {
  fr: 'exécution écartée, illisible, non scellée ou altérée : {run}\n',
  en: 'run put aside, unreadable, not sealed or tampered with: {run}\n',
} as const;

/** `reprise status --all`: each section of a plan, with the last drill that exercised it. */
export async function showProofs(invocation: Invocation): Promise<number> {
  const format = formatOf(invocation);
  const document = await openDocument(invocation);
  if (document === undefined) return exitCode.refused;
  const { runbook, lang } = document;
  const { drills, aside } = await drillsOf(invocation, runbook);
  for (const run of aside) process.stderr.write(fill(putAside[lang], { run: neutralise(run, 'line') }));
  const imports = new Set([...runbook.steps.values()].flatMap(importedPaths));
  const here = await folderHistory(runbook.file, imports);
  const proofs = proofsOf(runbook, drills, here);
  if (format === 'json') process.stdout.write(proofs.map(jsonOf).join(''));
  else if (format === 'github') {
    const findings = proofFindings(runbook.file, proofs);
    process.stdout.write(findings.map(each => diagnosticAnnotation(each, lang)).join(''));
  } else {
    const { title, timeZone } = runbook.front;
    process.stdout.write(printProofs(title, proofs, { lang, timeZone, now: systemClock().now() }));
  }
  return exitCode.success;
}

/** Before the first run its directory is not there, unless it was named, when it is missing. */
async function drillsOf(invocation: Invocation, runbook: Runbook): Promise<PastDrills> {
  const directory = textOption(invocation, 'runs');
  if (directory === undefined && !existsSync('runs')) return { drills: [], aside: [] };
  return await readDrills(directory ?? 'runs', runbook, version);
}

function formatOf(invocation: Invocation): 'text' | 'json' | 'github' {
  const asked = textOption(invocation, 'format') ?? (flagOption(invocation, 'json') ? 'json' : 'text');
  if (asked === 'text' || asked === 'json' || asked === 'github') return asked;
  throw new Fault('bad-option', { command: invocation.command.name, detail: `--format ${asked}` });
}

function jsonOf(proof: SectionProof): string {
  const { title, slug, place, steps, last, changed, modified } = proof;
  const standing = standingOf(proof);
  const line = place.start.line;
  return `${JSON.stringify({ title, slug, line, standing, steps, last: last ?? null, changed, modified: modified ?? null })}\n`;
}

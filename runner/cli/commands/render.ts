import { statSync, writeFileSync } from 'node:fs';
import type { Lang } from '../../diagnostic.ts';
import { readDrills } from '../../drills.ts';
import { openBundle } from '../../effects/bundle.ts';
import { errorCode } from '../../effects/durable.ts';
import { Fault } from '../../fault.ts';
import type { Runbook } from '../../model/runbook.ts';
import { type Durations, durationsOf } from '../../page/durations.ts';
import { renderRunbook } from '../../page/page.ts';
import { readBundle } from '../../replay.ts';
import { neutralise } from '../../report/neutralise.ts';
import { fill } from '../../report/words.ts';
import { renderTranscript } from '../../transcript/transcript.ts';
import { type Invocation, textOption } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { version } from '../version.ts';

const putAside = {
  fr: 'exécution écartée, illisible, non scellée ou altérée : {run}\n',
  en: 'run put aside, unreadable, not sealed or tampered with: {run}\n',
} as const;

/** `reprise render`: a runbook, or the run in a bundle, as one self-contained HTML page. */
export async function perform(invocation: Invocation): Promise<number> {
  const html = isDirectory(bundleOperand(invocation))
    ? renderBundle(invocation)
    : await renderDocument(invocation);
  if (html === undefined) return exitCode.refused;
  const output = textOption(invocation, 'output');
  if (output === undefined) process.stdout.write(html);
  else write(output, html);
  return exitCode.success;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function write(path: string, html: string): void {
  try {
    writeFileSync(path, html);
  } catch (error) {
    throw new Fault('cannot-write', { path, error: errorCode(error) });
  }
}

function renderBundle(invocation: Invocation): string {
  const { source, file, entries } = readBundle(openBundle(bundleOperand(invocation)));
  return renderTranscript({ source, file, entries }).html;
}

async function renderDocument(invocation: Invocation): Promise<string | undefined> {
  const document = await openDocument(invocation);
  if (document === undefined) return undefined;
  const { runbook, lang } = document;
  return renderRunbook(runbook, await pastDurations(invocation, runbook, lang));
}

/** Durations where a directory of runs was named; a run that proves nothing is said on standard error, and not counted. */
async function pastDurations(
  invocation: Invocation,
  runbook: Runbook,
  lang: Lang,
): Promise<Durations | undefined> {
  const directory = textOption(invocation, 'runs');
  if (directory === undefined) return undefined;
  const { drills, aside } = await readDrills(directory, runbook, version);
  for (const run of aside) process.stderr.write(fill(putAside[lang], { run: neutralise(run, 'line') }));
  return durationsOf(runbook, drills);
}

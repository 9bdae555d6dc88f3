import { statSync, writeFileSync } from 'node:fs';
import { openBundle } from '../../effects/bundle.ts';
import { readBundle } from '../../replay.ts';
import { renderRunbook } from '../../transcript/page.ts';
import { renderTranscript } from '../../transcript/transcript.ts';
import { type Invocation, textOption } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';

/** `reprise render`: a runbook, or the run in a bundle, as one self-contained HTML page. */
export async function perform(invocation: Invocation): Promise<number> {
  const html = isDirectory(bundleOperand(invocation))
    ? renderBundle(invocation)
    : await renderDocument(invocation);
  if (html === undefined) return exitCode.refused;
  const output = textOption(invocation, 'output');
  if (output === undefined) process.stdout.write(html);
  else writeFileSync(output, html);
  return exitCode.success;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function renderBundle(invocation: Invocation): string {
  const { source, file, entries } = readBundle(openBundle(bundleOperand(invocation)));
  return renderTranscript({ source, file, entries }).html;
}

async function renderDocument(invocation: Invocation): Promise<string | undefined> {
  const document = await openDocument(invocation);
  return document === undefined ? undefined : renderRunbook(document.loaded.source, document.loaded.file);
}

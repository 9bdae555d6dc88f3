/*
 * The author's act: a path in, a Runbook and its Diagnostics out, and the Plan that it makes for a target. Nothing runs.
 */
import { open } from 'node:fs/promises';
import type { Diagnostic } from './diagnostic.ts';
import { Fault } from './fault.ts';
import { readRunbook } from './model/build.ts';
import type { Json, Runbook } from './model/runbook.ts';
import type { Plan } from './plan/plan.ts';
import { planRunbook } from './plan/plan-runbook.ts';

/** Bytes beyond which a file is not even read; the document's own cap is lower and says its line. */
const largestFile = 16 * 1024 * 1024;

/** A document that was read: its runbook when it is whole, and all that was found. */
export interface Loaded {
  readonly file: string;
  readonly source: string;
  readonly runbook?: Runbook;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and validates the document at `path`. Faults: `cannot-read`, `not-utf8`, `file-too-large`. */
export async function loadRunbook(path: string): Promise<Loaded> {
  const source = await readText(path);
  return { file: path, source, ...readRunbook(source, path) };
}

/** The text of a file, which must be UTF-8. Faults: `cannot-read`, `not-utf8`, `file-too-large`. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault('not-utf8', { path });
  }
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > largestFile) throw new Fault('file-too-large', { path, bytes: size, limit: largestFile });
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('cannot-read', { path, detail: error instanceof Error ? error.message : String(error) });
  }
}

/** The target that was asked for, or the only embedded one. Faults: `unknown-target`, `target-needed`. */
export function chooseTarget(runbook: Runbook, asked: string | undefined): string {
  if (asked !== undefined) return asked;
  const embedded = [...runbook.front.targets.values()].filter(target => target.embedded);
  const [only] = embedded;
  if (only === undefined || embedded.length > 1) {
    throw new Fault('target-needed', { targets: [...runbook.front.targets.keys()].join(', ') });
  }
  return only.name;
}

/** The plan of a runbook for a target, with the inputs that somebody gave. */
export function loadPlan(runbook: Runbook, target: string, inputs: Readonly<Record<string, Json>>): Plan {
  return planRunbook(runbook, { target, inputs });
}

/** The values of inputs given as `name=value` texts. The fault `bad-setting` for a text that is not one. */
export function parseSettings(runbook: Runbook, settings: readonly string[]): Record<string, Json> {
  const inputs: Record<string, Json> = Object.create(null);
  for (const setting of settings) {
    const cut = setting.indexOf('=');
    if (cut < 1) throw new Fault('bad-setting', { setting });
    const name = setting.slice(0, cut);
    inputs[name] = typed(runbook, name, setting.slice(cut + 1));
  }
  return inputs;
}

function typed(runbook: Runbook, name: string, text: string): Json {
  switch (runbook.front.inputs.get(name)?.type) {
    case 'number':
      return Number(text);
    case 'list':
      return text.split(',').map(item => item.trim());
    default:
      return text;
  }
}

import type { Lang } from '../diagnostic.ts';
import { countReadings } from '../drift/compare.ts';
import type { SourceReading } from '../drift/reading.ts';
import { recordFacts } from '../drift/record.ts';
import { findDrift } from '../drift.ts';
import { errorCode } from '../effects/durable.ts';
import { replaceFile } from '../effects/replace-file.ts';
import { Fault } from '../fault.ts';
import { type Loaded, loadRunbook, parseSettings, readText } from '../load.ts';
import type { Runbook } from '../model/runbook.ts';
import { sourcesOf } from '../model/sources.ts';
import { neutralise } from '../report/neutralise.ts';
import { fill } from '../report/words.ts';
import { flagOption, type Invocation, listOption, textOption } from './arguments.ts';
import { preparationOf } from './preparation.ts';

const words = {
  fr: {
    counts:
      'dérive — sources : {sources} ; inchangées : {same} ; changées : {drifted} ; à consigner : {unrecorded} ; non vérifiées : {unchecked}\n',
    recorded: '{file} — faits consignés : {changed}\n',
  },
  en: {
    counts:
      'drift — sources: {sources}; unchanged: {same}; changed: {drifted}; to be recorded: {unrecorded}; not checked: {unchecked}\n',
    recorded: '{file} — facts recorded: {changed}\n',
  },
} as const;

const onlyWithDrift = ['checkout', 'target', 'record', 'set', 'fault'] as const;

/** Whether drift is asked for. Fault: `bad-option` for an option that only drift has, or that it does not go with. */
export function wantsDrift(invocation: Invocation): boolean {
  const isAsked = flagOption(invocation, 'drift');
  const { command } = invocation;
  if (isAsked && flagOption(invocation, 'watch'))
    throw new Fault('bad-option', { command: command.name, detail: '--drift, --watch' });
  const alone = onlyWithDrift.find(name => invocation.options[name] !== undefined);
  if (!isAsked && alone !== undefined)
    throw new Fault('bad-option', { command: command.name, detail: `--${alone}, --drift` });
  return isAsked;
}

/** What each source of a runbook is today, as the command line says where to look. */
export async function readDrift(
  invocation: Invocation,
  runbook: Runbook,
  lang: Lang,
): Promise<readonly SourceReading[]> {
  return findDrift(runbook, {
    checkouts: checkoutsOf(invocation, runbook),
    target: textOption(invocation, 'target'),
    inputs: parseSettings(runbook, listOption(invocation, 'set')),
    preparation: preparationOf(invocation, lang),
  });
}

/** Folders by the resource named before `=`; under the empty name, the one for any. */
function checkoutsOf(invocation: Invocation, runbook: Runbook): ReadonlyMap<string, string> {
  return new Map(
    listOption(invocation, 'checkout').map(text => {
      const cut = text.indexOf('=');
      const name = text.slice(0, Math.max(cut, 0));
      const isNamed = cut > 0 && runbook.front.resources.get(name)?.kind === 'github';
      return isNamed ? [name, text.slice(cut + 1)] : ['', text];
    }),
  );
}

/** The document with the facts of today, and the readings of its sources. */
export interface Recorded {
  readonly loaded: Loaded;
  readonly readings: readonly SourceReading[];
  readonly changed: number;
}

/** Writes the facts of today into the document, whole or not at all. Fault: `drift-document-changed`. */
export async function recordDrift(
  { file, source }: Loaded,
  readings: readonly SourceReading[],
): Promise<Recorded> {
  const { text, changed } = recordFacts(source, readings);
  if ((await readText(file)) !== source) throw new Fault('drift-document-changed', { path: file });
  if (changed > 0) record(file, text);
  const loaded = await loadRunbook(file);
  const sources = loaded.runbook ? sourcesOf(loaded.runbook.root) : [];
  const known = readings.flatMap(({ present }, index): SourceReading[] => {
    const found = sources[index];
    if (found === undefined) return [];
    return [{ ...found, present: present.state === 'found' ? { ...present, holds: true } : present }];
  });
  return { loaded, readings: known, changed };
}

function record(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch (error) {
    throw new Fault('drift-not-recorded', { path, detail: errorCode(error) });
  }
}

/** What was looked at, in a line. */
export function sayDrift(readings: readonly SourceReading[], lang: Lang): string {
  return fill(words[lang].counts, countReadings(readings));
}

/** What was written, in a line. */
export function sayRecorded(file: string, changed: number, lang: Lang): string {
  return fill(words[lang].recorded, { file: neutralise(file, 'line'), changed });
}

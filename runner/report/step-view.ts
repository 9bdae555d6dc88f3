import type { Lang } from '../diagnostic.ts';
import type { Fingerprint } from '../journal/event.ts';
import type { CellExport, Mode, Runbook, Step } from '../model/runbook.ts';
import { neutralise } from './neutralise.ts';
import { questionWords } from './question-words.ts';
import { noBreak, wordsOf } from './words.ts';

/** What stands above a step at a terminal: which target, in which mode, and how long is left. */
export interface StepHead {
  readonly mode: Mode;
  readonly target: string;
  /** Time left against the objective, in words; absent when the plan has none. */
  readonly left?: string;
}

/** A step as the document has it, prose first, then code, under a line that says where it would act. */
export function viewStep(runbook: Runbook, step: Step, head: StepHead, lang: Lang): string {
  return [headLine(step, head, lang), '', bodyOf(runbook, step), ''].join('\n');
}

function headLine(step: Step, head: StepHead, lang: Lang): string {
  const words = questionWords[lang];
  const kind =
    step.kind === 'cell'
      ? words.effects[step.effect]
      : step.kind === 'manual'
        ? words.manual.toLowerCase()
        : step.kind;
  const on = 'on' in step && step.on !== undefined ? `${kind} → ${step.on}` : kind;
  const left = head.left === undefined ? [] : [head.left];
  const parts = [words.modes[head.mode], `${words.target} ${head.target}`, `#${step.id}`, on, ...left];
  return neutralise(`── ${parts.join(' · ')} ──`, 'line');
}

/** What the document does not show at a glance: where the step stands, what it is given and what it hands on. */
export function viewDetails(runbook: Runbook, step: Step, lang: Lang): string {
  const words = questionWords[lang];
  const imports = 'imports' in step ? step.imports : [];
  const given = imports.map(each => (each.from === 'cell' ? `#${each.cell}` : Object.values(each).join(' ')));
  const exported = step.kind === 'cell' ? step.exports.map(each => exportText(each, lang)) : [];
  const timeout = 'timeout' in step && step.timeout !== undefined ? [`${step.timeout / 1000} s`] : [];
  const rows = [
    [words.place, [`${runbook.file}:${step.place.start.line}`]],
    [words.timeLimit, timeout],
    [words.given, given],
    [words.produces, exported],
  ] as const;
  const colon = noBreak(wordsOf(lang).colon);
  const lines = rows
    .filter(([, texts]) => texts.length > 0)
    .map(([name, texts]) => `  ${name}${colon}${texts.join(', ')}`);
  return lines.map(line => neutralise(line, 'line')).join('\n');
}

function exportText({ name, type, secret }: CellExport, lang: Lang): string {
  return `${name} (${secret ? questionWords[lang].secret : type})`;
}

/** The directive without its own two lines. */
function bodyOf(runbook: Runbook, step: Step): string {
  const { start, end } = step.place;
  const lines = runbook.source.slice(start.offset, end.offset).split('\n').slice(1, -1);
  return neutralise(lines.join('\n').trim(), 'terminal');
}

/** What the server of a resource says of itself, one fact a line. */
export function viewFingerprint(fingerprint: Fingerprint, run: string, lang: Lang): string {
  const words = questionWords[lang];
  const state = fingerprint.empty
    ? words.empty
    : fingerprint.marker === run
      ? words.ownMarker
      : words.notEmpty;
  const facts = Object.entries(fingerprint.facts).map(
    ([name, value]) => `  ${name.replace(/~$/, '')}: ${value}`,
  );
  const lines = [`${fingerprint.resource} — ${words.server} « ${fingerprint.name} » (${state})`, ...facts];
  return lines.map(line => neutralise(line, 'line')).join('\n');
}

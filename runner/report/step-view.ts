import type { Lang } from '../diagnostic.ts';
import type { Fingerprint } from '../journal/event.ts';
import type { CellExport, CellImport, Mode, Runbook, Step } from '../model/runbook.ts';
import { neutralise } from './neutralise.ts';
import { questionWords } from './question-words.ts';
import { duration } from './time.ts';
import { noBreak, wordsOf } from './words.ts';

/** What stands above a step at a terminal: which target, in which mode, and how long is left. */
export interface StepHead {
  readonly mode: Mode;
  readonly target: string;
  /** The instance: `step`, or `step[item]`. */
  readonly id: string;
  /** Time left against the objective, in words; absent when the plan has none. */
  readonly left?: string;
}

/** From how many lines on a step pushes its head off a small screen. */
const LONG = 15;

/**
 * A step as the document has it, prose first, then code, under a line that says where it would act; below a long one that line
 * stands once more, so that it is in sight of the question.
 */
export function viewStep(runbook: Runbook, step: Step, head: StepHead, lang: Lang): string {
  const line = headLine(step, head, lang);
  const body = bodyOf(runbook, step);
  const again = body.split('\n').length > LONG ? [line, ''] : [];
  return [line, '', body, '', ...again].join('\n');
}

function headLine(step: Step, head: StepHead, lang: Lang): string {
  const words = questionWords[lang];
  const kind =
    step.kind === 'cell'
      ? words.effects[step.effect]
      : step.kind === 'manual'
        ? words.manual.toLowerCase()
        : words.kinds[step.kind];
  const on = 'on' in step && step.on !== undefined ? `${kind} → ${step.on}` : kind;
  const left = head.left === undefined ? [] : [head.left];
  const parts = [words.modes[head.mode], `${words.target} ${head.target}`, `#${head.id}`, on, ...left];
  return neutralise(`── ${parts.join(' · ')} ──`, 'line');
}

/** What the document does not show at a glance: where the step stands, what it is given and what it hands on. */
export function viewDetails(runbook: Runbook, step: Step, lang: Lang): string {
  const words = questionWords[lang];
  const imports = 'imports' in step ? step.imports : [];
  const given = imports.map(originOf);
  const exported = step.kind === 'cell' ? step.exports.map(each => exportText(each, lang)) : [];
  const timeout = 'timeout' in step && step.timeout !== undefined ? [duration(step.timeout, lang)] : [];
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

function originOf(each: CellImport): string {
  switch (each.from) {
    case 'cell':
      return `#${each.cell}`;
    case 'file':
      return each.path;
    case 'package':
      return each.name;
  }
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

function quoted(name: string, lang: Lang): string {
  return lang === 'fr' ? `« ${name} »` : `“${name}”`;
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
  const lines = [
    `${fingerprint.resource} — ${words.server} ${quoted(fingerprint.name, lang)} (${state})`,
    ...facts,
  ];
  return lines.map(line => neutralise(line, 'line')).join('\n');
}

import type { Lang } from '../diagnostic.ts';
import type { Fingerprint } from '../journal/event.ts';
import type { Mode, Runbook, Step } from '../model/runbook.ts';
import { neutralise } from './neutralise.ts';
import { questionWords } from './question-words.ts';

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
  const kind = step.kind === 'cell' ? words.effects[step.effect] : step.kind;
  const on = 'on' in step && step.on !== undefined ? `${kind} → ${step.on}` : kind;
  const left = head.left === undefined ? [] : [`${words.left} : ${head.left}`];
  const parts = [words.modes[head.mode], `${words.target} ${head.target}`, `#${step.id}`, on, ...left];
  return neutralise(`── ${parts.join(' · ')} ──`, 'line');
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

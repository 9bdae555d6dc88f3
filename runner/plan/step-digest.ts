/*
 * What an approval or a resume compares: the sha256 of a step's kind, attributes and code, and of the items that it is for.
 */
import { createHash } from 'node:crypto';
import type { Json, Step } from '../model/runbook.ts';

/** The parts of a step that change what it does; places and wording are left out, a checklist's words are not. */
function essence(step: Step): Json {
  const on = 'on' in step && step.on !== undefined ? { on: step.on } : {};
  const of = 'of' in step && step.of !== undefined ? { of: step.of } : {};
  const timeout = 'timeout' in step && step.timeout !== undefined ? { timeout: step.timeout } : {};
  const code = 'code' in step ? { language: step.code.language, code: step.code.text } : {};
  const approve = 'approve' in step && step.approve !== undefined ? { approve: step.approve } : {};
  const common = { kind: step.kind, id: step.id, ...on, ...of, ...timeout, ...approve, ...code };
  switch (step.kind) {
    case 'cell':
      return { ...common, effect: step.effect, retry: step.retry };
    case 'check':
      return { ...common, within: step.within, every: step.every };
    case 'probe':
      return { ...common, fills: step.fills };
    case 'undo':
      return common;
    case 'manual':
      return {
        ...common,
        role: step.role ?? null,
        evidence: step.evidence,
        items: step.items.map(({ text }) => text),
      };
  }
}

function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}

/** The digest of a step for the items of the `each` sections around it, as lower-case hexadecimal. */
export function digestStep(step: Step, items: Readonly<Record<string, Json>>): string {
  return createHash('sha256')
    .update(canonical({ step: essence(step), items }), 'utf8')
    .digest('hex');
}

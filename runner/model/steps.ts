/*
 * One directive of the container kind to one Step. In: the directive as written. Out: a step whose attributes are values,
 * with what must still be found elsewhere in the document; undefined, and findings, when it cannot be one.
 */
import type { Directive } from '../syntax/document.ts';
import type { Findings } from '../syntax/findings.ts';
import { type Attributes, readAttributes } from './attributes.ts';
import { type ImportedName, readStepCode, refuseCode, type StepCode } from './code.ts';
import type { CellStep, CheckStep, ManualStep, ProbeStep, Step, UndoStep } from './runbook.ts';

/** A step, and what later checks need of how it was written. */
export interface StepDraft {
  readonly step: Step;
  readonly attributes: Attributes;
  readonly names: readonly ImportedName[];
}

interface Written {
  readonly directive: Directive;
  readonly attributes: Attributes;
  readonly findings: Findings;
  /** Absent when the step has no code, or none that can run. */
  readonly code: StepCode | undefined;
}

/** How long between two polls of a check, unless `every` says otherwise. */
const pollEvery = 5_000;

function firstSentence(prose: string): string {
  const sentence = /^.*?[.!?…](?=\s|$)/.exec(prose)?.[0] ?? prose;
  const bare = sentence.replace(/[\s.:;,]+$/, '');
  return bare.length > 120 ? `${bare.slice(0, 119).trimEnd()}…` : bare;
}

function common(
  { directive }: Written,
  id: string,
): { id: string; title: string; place: Directive['place'] } {
  return { id, title: directive.label || firstSentence(directive.prose) || id, place: directive.place };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  const result: { [K in Key]?: Value } = {};
  if (value !== undefined) result[key] = value;
  return result;
}

function onAndTimeout({ attributes }: Written): { on?: string; timeout?: number } {
  return { ...optional('on', attributes.name('on')), ...optional('timeout', attributes.duration('timeout')) };
}

function requireResource({ directive, findings, code }: Written, on: string | undefined): void {
  if (on !== undefined || code?.code.language !== 'sql') return;
  findings.error('sql-without-resource', directive.opener, { directive: directive.name });
}

type Build = (written: Written, id: string) => Step | undefined;

function readCell(written: Written, id: string): CellStep | undefined {
  const { attributes, directive, findings, code } = written;
  const where = onAndTimeout(written);
  const effect = attributes.choice('effect', ['read', 'write', 'destroy'], 'write');
  const retry = attributes.count('retry', 100) ?? 0;
  const approve = optional('approve', attributes.name('approve'));
  requireResource(written, where.on);
  if (effect === 'destroy' && where.on === undefined)
    findings.error('destroy-without-resource', directive.opener);
  if (!code) return undefined;
  const { imports, exports } = code;
  const acts = { effect, retry, ...approve };
  return { ...common(written, id), kind: 'cell', code: code.code, ...where, ...acts, imports, exports };
}

function readManual(written: Written, id: string): ManualStep {
  const { attributes, directive, findings } = written;
  refuseCode(directive, findings);
  for (const item of directive.items) if (item.checked) findings.error('item-already-checked', item.place);
  return {
    ...common(written, id),
    kind: 'manual',
    ...optional('role', attributes.name('role')),
    evidence: attributes.choice('evidence', ['none', 'optional', 'required'], 'none'),
    ...optional('approve', attributes.name('approve')),
    items: directive.items.map(({ text, place }) => ({ text, place })),
  };
}

function readCheck(written: Written, id: string): CheckStep | undefined {
  const { attributes, directive, findings, code } = written;
  const of = optional('of', attributes.name('of'));
  const where = onAndTimeout(written);
  const within = attributes.duration('within') ?? 0;
  const every = attributes.duration('every') ?? pollEvery;
  if (every === 0)
    findings.error('malformed-duration', attributes.place('every'), { key: 'every', found: '0' });
  requireResource(written, where.on);
  if (!code) return undefined;
  if (code.code.language === 'ts' && !code.exports.some(({ name }) => name === 'ok')) {
    findings.error('check-without-ok', directive.opener);
  }
  return {
    ...common(written, id),
    kind: 'check',
    code: code.code,
    ...of,
    ...where,
    within,
    every,
    imports: code.imports,
  };
}

function readProbe(written: Written, id: string): ProbeStep | undefined {
  const { attributes, code, findings } = written;
  const fills = attributes.required('fills');
  const where = onAndTimeout(written);
  requireResource(written, where.on);
  if (!code || fills === undefined) return undefined;
  for (const { from, place } of code.imports) {
    if (from === 'cell') findings.error('import-in-probe', place);
  }
  return { ...common(written, id), kind: 'probe', code: code.code, fills, ...where, imports: code.imports };
}

function readUndo(written: Written, id: string): UndoStep | undefined {
  const { attributes, code } = written;
  const of = attributes.required('of');
  const where = onAndTimeout(written);
  requireResource(written, where.on);
  if (!code || of === undefined) return undefined;
  return { ...common(written, id), kind: 'undo', code: code.code, of, ...where, imports: code.imports };
}

const builders: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['cell', readCell],
  ['manual', readManual],
  ['check', readCheck],
  ['probe', readProbe],
  ['undo', readUndo],
]);

/** The names of the directives that are steps. */
export const stepKinds: readonly string[] = [...builders.keys()];

/** Reads a directive whose name is one of `stepKinds`. */
export function readStep(directive: Directive, findings: Findings): StepDraft | undefined {
  const attributes = readAttributes(directive, findings);
  const code = directive.name === 'manual' ? undefined : readStepCode(directive, findings);
  const id = attributes.id();
  const step = builders.get(directive.name)?.({ directive, attributes, findings, code }, id ?? '');
  attributes.finish();
  return step && id !== undefined ? { step, attributes, names: code?.names ?? [] } : undefined;
}

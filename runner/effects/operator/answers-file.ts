/*
 * The answers file of a drill: for each step what a person would have said. Nothing is answered that it does not name; a
 * run that is answered by it says so in its record (« réponse scriptée »).
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Fault } from '../../fault.ts';
import { json, said } from '../../journal/guard.ts';
import type { Json } from '../../model/runbook.ts';

const value = z.custom<Json>(json, { error: 'not JSON, half a character, or nested over 100 deep' });
const text = z.custom<string>(found => typeof found === 'string' && found.isWellFormed(), {
  error: 'not a text',
});

const reason = text.refine(said, { error: 'no reason' });

const stepAnswers = z.strictObject({
  /** Who answers, when it is not the operator. */
  by: text.optional(),
  /** Lets a cell run that asks (one that destroys). */
  run: z.literal(true).optional(),
  /** Confirms every item of a manual step, or the items of these numbers (from 1). */
  confirm: z.union([z.literal('all'), z.array(z.int().positive())]).optional(),
  remark: text.optional(),
  /** Files to attach, relative to the answers file. */
  evidence: z.array(text).optional(),
  /** Skips a cell, a step that failed, or what `confirm` leaves of a manual step; the text is the reason. */
  skip: reason.optional(),
  'by-hand': reason.optional(),
  exports: z.record(z.string(), value).optional(),
  name: text.optional(),
  /** The second person who would approve; nothing is signed. */
  approve: text.optional(),
  failure: z.enum(['retry', 'pause']).optional(),
  doubt: z.enum(['done', 'not-done', 'redo']).optional(),
  reason: reason.optional(),
});

const file = z.strictObject({
  operator: text,
  t0: text.optional(),
  inputs: z.record(z.string(), value).optional(),
  steps: z.record(z.string(), stepAnswers),
});

/** What an answers file says of one step. */
export type StepAnswers = z.infer<typeof stepAnswers>;

/** An answers file, validated. `directory` is where its relative paths begin. */
export type AnswersFile = z.infer<typeof file>;

/** Reads the text of an answers file; the fault `bad-answers` says where it is wrong. */
export function parseAnswers(text: string, path: string): AnswersFile {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Fault('bad-answers', { path, detail: problem.message });
  const parsed = file.safeParse(document.toJS({ maxAliasCount: 10 }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Fault('bad-answers', { path, detail: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` });
}

/*
 * One point of the sweep: a run is hurt at one call, and then gone on with as a careful operator would. Out: what went
 * against the guarantees, in words; nothing when all held.
 */

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../runner/journal/canonical.ts';
import { verifyBundle } from '../../runner/verify.ts';
import { cells, once, Place } from './place.ts';
import { CALLS, type Call, type Injection } from './strace.ts';

/** Every call of a run that is not hurt, as so many points. */
export function pointsOf(
  calls: readonly Call[],
): readonly { readonly call: string; readonly when: number }[] {
  return CALLS.flatMap(call => {
    const count = calls.filter(({ name }) => name === call).length;
    return Array.from({ length: count }, (_, index) => ({ call, when: index + 1 }));
  });
}

/** The calls among them that change something; what is only read leaves nothing half done. */
export function changesOf(
  calls: readonly Call[],
): readonly { readonly call: string; readonly when: number }[] {
  return pointsOf(calls).filter(({ call, when }) => {
    const found = calls.filter(({ name }) => name === call)[when - 1];
    return (
      found !== undefined && found.result !== -1 && (call !== 'openat' || found.text.includes('O_CREAT'))
    );
  });
}

/** The points to try: with `TORTURE=sample` each eleventh, spread over the whole run, which takes about a minute. */
export function chosen<T>(points: readonly T[]): readonly T[] {
  return process.env.TORTURE === 'sample' ? points.filter((_, index) => index % 11 === 5) : points;
}

/** Hurts a run at one point, carries it on until it is closed, and says what was violated. */
export async function hurt(programme: string, injection: Injection): Promise<readonly string[]> {
  const place = new Place(programme);
  try {
    const { calls, code, out, err } = await place.traced(injection);
    const found = [
      ...(code === 0 ? await intact(place) : []),
      ...reached(injection, calls, code),
      ...refusal(injection, code, err),
    ];
    if (!(await place.unlocked())) found.push('the lock is not free');
    found.push(...place.living().map(pid => `process ${pid} lives after the lock is free`));
    // Without the journal among the calls it is not known when an intent was on disk.
    if (injection.at === undefined) found.push(...early(place, calls));
    const closed = await closing(place);
    return [...found, ...closed, ...kept(place, out), ...orderly(place), ...(await intact(place))];
  } finally {
    place.remove();
  }
}

function reached({ does, call }: Injection, calls: readonly Call[], code: number | null): readonly string[] {
  const isHit = does === 'KILL' ? code === null : calls.some(each => each.injected && each.name === call);
  return isHit ? [] : ['the point was not reached'];
}

/** A run that met an error says in which state things are, unless nothing came of the error. */
function refusal({ does }: Injection, code: number | null, err: string): readonly string[] {
  if (does === 'KILL') return [];
  const found: string[] = [];
  if (code === 0) return found;
  if (code === 70) found.push(`a bug: ${err}`);
  if (!err.includes('état')) found.push(`the state is not said: ${err}`);
  return found;
}

/** Effects of cells whose intent was not on disk, synced, when the run was hurt. */
function early(place: Place, calls: readonly Call[]): readonly string[] {
  const journal = readBytes(place);
  let written = 0;
  let synced = 0;
  for (const { name, text, result, injected } of calls) {
    if (result === undefined) break;
    if (!text.includes('/journal.jsonl>')) continue;
    // After an error of the journal nothing of it counts; another call may have failed without consequence.
    if (injected) break;
    if (name === 'write') written += result;
    if (name === 'fdatasync') synced = written;
  }
  const intents = journal
    .subarray(0, synced)
    .toString()
    .matchAll(/"step":"([^"]+)","type":"step-intended"/g);
  const begun = [...intents].map(match => match[1]);
  return place
    .effects()
    .filter(step => !begun.includes(step))
    .map(step => `${step} acted before its intent was on disk`);
}

function readBytes(place: Place): Buffer {
  try {
    return readFileSync(join(place.bundle, 'journal.jsonl'));
  } catch {
    return Buffer.alloc(0);
  }
}

/** Kills a run in its middle with a torn last line, hurts its first resume at one point, and goes on from there. */
export async function hurtAgain(programme: string, injection: Injection): Promise<readonly string[]> {
  const place = new Place(programme);
  try {
    const { out } = await place.traced({ call: 'fdatasync', when: 7, does: 'KILL' });
    await place.unlocked();
    appendFileSync(join(place.bundle, 'journal.jsonl'), '{"at":"2026-');
    settle(place);
    const second = await place.tracedResume(injection);
    const found = [
      ...reached(injection, second.calls, second.code),
      ...refusal(injection, second.code, second.err),
      ...((await place.unlocked()) ? [] : ['the lock is not free']),
      ...place.living().map(pid => `process ${pid} lives after the lock is free`),
    ];
    const closed = await closing(place);
    return [
      ...found,
      ...closed,
      ...kept(place, out + second.out),
      ...orderly(place),
      ...(await intact(place)),
    ];
  } finally {
    place.remove();
  }
}

/** Answers for the steps in doubt what the operator has seen of them. */
function settle(place: Place): void {
  const doubts = [...(place.session()?.steps.entries() ?? [])].flatMap(([step, { status }]) =>
    ['running', 'lost', 'doubtful'].includes(status) ? [step] : [],
  );
  place.answer(doubts);
}

/** Goes on until the run is closed and sealed; where no run was opened, that nothing keeps a new one from it. */
async function closing(place: Place): Promise<readonly string[]> {
  if (place.session() === undefined) return await afresh(place);
  for (let round = 0; round < 3; round++) {
    settle(place);
    const { code, err } = await place.resume();
    if (code === 0 || (code === 2 && err.includes('[run-closed]'))) return [];
    if (code === 2 || code === 70) return [`resume: ${err}`];
  }
  return ['the run cannot be closed'];
}

async function afresh(place: Place): Promise<readonly string[]> {
  const found = place.effects().map(step => `${step} acted and no run was opened`);
  const resumed = await place.resume();
  if (resumed.code !== 2) found.push(`resume of what was not opened: ${resumed.code} ${resumed.err}`);
  const { code, err } = await place.run();
  return code === 0 ? found : [...found, `a new run: ${err}`];
}

/** Entries that were shown and are not in the journal, byte for byte. */
function kept(place: Place, out: string): readonly string[] {
  const lines = new Set(place.journal());
  const shown = out
    .split('\n')
    .slice(0, -1)
    .map(line => canonicalJson(JSON.parse(line)));
  return shown.filter(line => !lines.has(line)).map(line => `lost: ${line}`);
}

/** Each cell that writes acted once, and all in the order of the document. */
function orderly(place: Place): readonly string[] {
  const effects = place.effects();
  const doubled = once.filter(step => effects.filter(each => each === step).length !== 1);
  const order = [...new Set(effects)];
  const isOrdered = order.join() === cells.join();
  return [
    ...doubled.map(step => `${step} acted ${effects.filter(each => each === step).length} times`),
    ...(isOrdered ? [] : [`order: ${effects.join(' ')}`]),
  ];
}

async function intact(place: Place): Promise<readonly string[]> {
  if (place.session() === undefined) return [];
  const verdict = await verifyBundle(place.bundle, { allowedSigners: join(place.folder, 'signataires') });
  return verdict.verdict === 'verified' ? [] : [`verdict: ${JSON.stringify(verdict)}`];
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { type Call, callRun, type Door, openDoor } from '../../runner/effects/door.ts';
import { doorKey, reachDoor } from '../../runner/effects/door-place.ts';
import type { Line } from '../../runner/effects/lines.ts';
import { answers, isStanding } from '../../runner/effects/operator/dialogue.ts';
import { Relay } from '../../runner/effects/operator/relay.ts';
import type { Answers, Question } from '../../runner/ports.ts';

const camille = { id: 'camille', role: 'operateur' };
const question = { ask: 'item', step: 'relire', item: 0, text: 'Relu' } as const;
const done = { by: camille, voice: 'typed', choice: 'done' } as const;
const asked = { number: 1, question, after: 0 };
const never = () => new Promise<never>(() => {});

/** A run process whose terminal is there until `hangUp` is called, with its door. */
async function runProcess() {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-relay-'));
  let isOver = false;
  let hangUp = (): void => {};
  const happened = new Promise<void>(resolve => {
    hangUp = () => {
      isOver = true;
      resolve();
    };
  });
  const relay = new Relay(camille, { happened, isOver: () => isOver });
  const door: Door = await openDoor(folder, {
    receive: async () => ({}),
    stay: (call, line) => relay.stay(call, line),
  });
  onTestFinished(async () => {
    await door.close();
    rmSync(folder, { recursive: true, force: true });
  });
  relay.open();
  return { folder, relay, hangUp };
}

interface Caller {
  readonly line: Line;
  readonly heard: unknown[];
}

async function caller(folder: string, call: Call): Promise<Caller> {
  const line = await callRun(folder, call);
  if (line === undefined) throw new Error('nobody opens');
  const heard: unknown[] = [];
  line.onMessage(message => heard.push(message));
  onTestFinished(() => line.close());
  return { line, heard };
}

const heardTimes = async ({ heard }: Caller, count: number) =>
  await expect.poll(() => heard.length).toBeGreaterThanOrEqual(count);

test('the terminal answers while it is there', async () => {
  const { folder, relay } = await runProcess();
  const { line, heard } = await caller(folder, { join: 'answer', as: 'camille' });
  line.send({ number: 1, answer: done });
  expect(await relay.ask(question, async () => done)).toEqual(done);
  expect(heard).toEqual([]);
});

test('a wish to pause stands, unless it is the terminal that goes away', async () => {
  const { relay, hangUp, folder } = await runProcess();
  const paused = { ...done, choice: 'pause' } as const;
  expect(await relay.ask(question, async () => paused)).toEqual(paused);
  const answered = relay.ask(question, async () => {
    setImmediate(hangUp);
    return paused;
  });
  const { line } = await caller(folder, { join: 'answer', as: 'camille' });
  line.onMessage(() => line.send({ number: 1, answer: done }));
  expect(await answered).toEqual(done);
});

test('whatever does not answer the question that stands is not taken, and the question is put again', async () => {
  const { relay, hangUp, folder } = await runProcess();
  const answered = relay.ask(question, never);
  hangUp();
  const joined = await caller(folder, { join: 'answer', as: 'camille' });
  await heardTimes(joined, 1);
  const unfit: readonly object[] = [
    { number: 2, answer: done },
    { number: 1 },
    { number: 1, answer: { ...done, choice: 'yes' } },
    { number: 1, answer: { ...done, choice: 'skip' } },
    { number: 1, answer: { ...done, voice: 'scripted' } },
    { number: 1, answer: { ...done, by: { id: 'noa' } } },
    { number: 1, answer: { ...done, by: { ...camille, declaredFor: 'noa' } } },
    { number: 1, answer: { ...done, more: true } },
    [],
  ];
  for (const [index, message] of unfit.entries()) {
    joined.line.send(message);
    await heardTimes(joined, index + 2);
  }
  expect(joined.heard).toEqual(Array.from({ length: unfit.length + 1 }, () => asked));
  joined.line.send({ number: 1, answer: done });
  expect(await answered).toEqual(done);
});

test('exports that are missing, of another type, or not asked for are not taken', async () => {
  const { relay, hangUp, folder } = await runProcess();
  const byHand = { ask: 'by-hand', step: 'a', exports: declared, imports: {} } as const;
  const answered = relay.ask<'by-hand'>(byHand, never);
  hangUp();
  const joined = await caller(folder, { join: 'answer', as: 'camille' });
  await heardTimes(joined, 1);
  const unfit = [{}, { jeton: 4 }, { jeton: 'un-jeton-long', autre: 1 }];
  for (const [index, exports] of unfit.entries()) {
    joined.line.send({ number: 1, answer: { ...done, reason: 'panne', exports } });
    await heardTimes(joined, index + 2);
  }
  const fit = { ...done, reason: 'panne', exports: { jeton: 'un-jeton-long' } };
  joined.line.send({ number: 1, answer: fit });
  expect(await answered).toEqual(fit);
});

test('an answer too deep for any journal is not taken', async () => {
  const { relay, hangUp, folder } = await runProcess();
  const answered = relay.ask<'by-hand'>({ ask: 'by-hand', step: 'a', exports: anyJson, imports: {} }, never);
  hangUp();
  const socket = await reachDoor(doorKey(folder));
  if (socket === undefined) throw new Error('nobody opens');
  const heard: unknown[] = [];
  createInterface(socket).on('line', line => heard.push(JSON.parse(line)));
  const saying = (exports: string): string =>
    `{"number":1,"answer":${JSON.stringify({ ...done, reason: 'panne' }).slice(0, -1)},"exports":${exports}}}\n`;
  socket.write('{"join":"answer","as":"camille"}\n');
  for (const [index, depth] of [101, 200_000].entries()) {
    socket.write(saying(`{"liste":${'['.repeat(depth)}${']'.repeat(depth)}}`));
    await expect.poll(() => heard.length).toBe(index + 2);
  }
  socket.write(saying('{"liste":[[]]}'));
  expect(await answered).toEqual({ ...done, reason: 'panne', exports: { liste: [[]] } });
  socket.destroy();
});

test('an answer that comes twice is no answer to the next question', async () => {
  const { relay, hangUp, folder } = await runProcess();
  hangUp();
  const { line } = await caller(folder, { join: 'answer', as: 'camille' });
  const first = relay.ask(question, never);
  line.send({ number: 1, answer: done });
  line.send({ number: 1, answer: done });
  expect(await first).toEqual(done);
  const next = relay.ask({ ...question, item: 1 }, never);
  const other = { ...done, choice: 'pause' } as const;
  line.send({ number: 1, answer: done });
  line.send({ number: 2, answer: other });
  expect(await next).toEqual(other);
});

test('who asks without end and never listens is sent away, and others can still answer', async () => {
  const { relay, hangUp, folder } = await runProcess();
  hangUp();
  const answered = relay.ask(question, never);
  const socket = await reachDoor(doorKey(folder));
  if (socket === undefined) throw new Error('nobody opens');
  const pump = (): void => {
    for (let isRoom = true; isRoom; ) isRoom = socket.write('{}\n'.repeat(1_000));
    socket.once('drain', pump);
  };
  const closed = new Promise(over => socket.pause().once('close', over));
  socket.write('{"join":"answer","as":"camille"}\n', pump);
  await closed;
  const { line } = await caller(folder, { join: 'answer', as: 'camille' });
  line.onMessage(() => line.send({ number: 1, answer: done }));
  expect(await answered).toEqual(done);
});

test('somebody else sees the question and cannot answer it', async () => {
  const { relay, hangUp, folder } = await runProcess();
  hangUp();
  const answered = relay.ask(question, never);
  const other = await caller(folder, { join: 'answer', as: 'noa' });
  const watcher = await caller(folder, { join: 'watch', as: 'camille' });
  await heardTimes(other, 1);
  await heardTimes(watcher, 1);
  for (const { line } of [other, watcher]) line.send({ number: 1, answer: done });
  const operator = await caller(folder, { join: 'answer', as: 'camille' });
  await heardTimes(operator, 1);
  const skipped = { ...done, choice: 'skip', reason: 'plus tard' } as const;
  operator.line.send({ number: 1, answer: skipped });
  expect(await answered).toEqual(skipped);
});

test('whoever is to go on in its stead has the run pause, now or at its next question', async () => {
  const { relay, hangUp, folder } = await runProcess();
  hangUp();
  const answered = relay.ask(question, never);
  await Promise.all([
    expect(answered).rejects.toMatchObject({ code: 'no-answer' }),
    caller(folder, { join: 'relieve', as: 'noa' }),
  ]);
  await expect(relay.ask(question, never)).rejects.toMatchObject({ code: 'no-answer' });
});

test('a question does not wait where nobody can join', async () => {
  const relay = new Relay(camille, { happened: Promise.resolve(), isOver: () => true });
  await expect(relay.ask(question, never)).rejects.toMatchObject({ code: 'no-answer' });
});

const fingerprint = {
  resource: 'base',
  kind: 'postgres',
  name: 'apilos',
  facts: { relations: 2 },
  empty: false,
};
const point = { line: 1, column: 1, offset: 0 };
const declared = [
  { name: 'jeton', type: 'string', secret: true, place: { start: point, end: point } },
] as const;
const anyJson = [{ ...declared[0], name: 'liste', type: 'json' }] as const;
const reason = { code: 'exit', exit: 3 } as const;
const questions: readonly Question[] = [
  { ask: 'step', step: 'a', fingerprint },
  question,
  { ask: 'confirmation', step: 'a', evidence: 'optional', role: 'operateur' },
  { ask: 'by-hand', step: 'a', exports: declared, imports: { 'b.c': [1] }, neededBy: 'd' },
  { ask: 'doubt', step: 'a', reason, exports: declared, checkPassed: true },
  { ask: 'failure', step: 'a', reason },
  { ask: 'name', step: 'a', fingerprint },
  { ask: 'approval', step: 'a', role: 'direction', challenge: '{}', expiresAt: 'demain', isStanding: false },
];

test.for(questions)('a question of the kind $ask goes over the line as it is', asks => {
  const over: unknown = JSON.parse(JSON.stringify({ number: 1, question: asks, after: 4 }));
  expect(isStanding(over)).toBe(true);
  expect(over).toEqual({ number: 1, question: asks, after: 4 });
  expect(isStanding({ number: 1, question: { ...asks, more: 1 }, after: 4 })).toBe(false);
});

test('there is an answer of each kind, and a pause is one of them', () => {
  const extras: { readonly [K in keyof Answers]: object } = {
    step: {},
    item: {},
    confirmation: {},
    'by-hand': { reason: '', exports: {} },
    doubt: { reason: '', exports: {} },
    failure: {},
    name: { name: '' },
    approval: {},
  };
  const pauses = Object.entries(extras).map(
    ([ask, extra]) => [ask, { ...done, choice: 'pause', ...extra }] as const,
  );
  const kinds: Readonly<Record<string, (value: unknown) => boolean>> = answers;
  expect(
    pauses.map(([ask, pause]) => [ask, kinds[ask]?.(pause), kinds[ask]?.({ ...pause, choice: 'x' })]),
  ).toEqual(pauses.map(([ask]) => [ask, true, false]));
});

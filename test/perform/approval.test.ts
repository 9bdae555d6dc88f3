import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approvalsBy, challengeIn, signChallenge } from '../../runner/effects/approval.ts';
import { canonicalJson } from '../../runner/journal/canonical.ts';
import { readAnswer, readChallenge, writeAnswer, writeChallenge } from '../../runner/journal/challenge.ts';
import type { Event, Fingerprint } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import type { Plan } from '../../runner/plan/plan.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';
import type { Answers, Approvals, Question } from '../../runner/ports.ts';
import { firstIllegality } from '../../runner/session/legality.ts';
import { replay } from '../../runner/session/replay.ts';
import { entriesOf, MemoryWorld, openingOf } from '../session/world.ts';

const source = (mode: string, attributes: string, approve: string) => `---
title: Essai
resources: { base: { kind: postgres } }
roles:
  operateur: { label: Opérateur, holders: [camille] }
  observateur: { label: Observateur, holders: [noa, camille, eve] }
targets:
  ici:
    mode: ${mode}
${approve}    resources: { base: { url: { env: URL } } }
---

# Essai

:::cell{#vider on=base ${attributes}}

Vider la base.

\`\`\`ts
export {}
\`\`\`

:::

:::manual{#dire role=operateur approve=observateur}

- [ ] Dit

:::
`;

function planOf(mode = 'drill', attributes = 'effect=destroy approve=observateur', approve = ''): Plan {
  const { runbook, diagnostics } = readRunbook(source(mode, attributes, approve), 'essai.md');
  if (runbook === undefined) throw new Error(JSON.stringify(diagnostics));
  return planRunbook(runbook, { target: 'ici', inputs: {} });
}

const empty: Fingerprint = {
  resource: 'base',
  kind: 'postgres',
  name: 'apilos',
  facts: { oid: 5 },
  empty: true,
};

let folder = '';
let approvals: Approvals;
const publicKeys = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-approval-'));
  for (const who of ['camille', 'noa', 'eve', 'mallory']) {
    const path = join(folder, who);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
    publicKeys.set(who, readFileSync(`${path}.pub`, 'utf8').trim());
  }
  const line = (who: string, key: string) => `${who} namespaces="approval@reprise" ${publicKeys.get(key)}\n`;
  // The list also gives the operator's key to `eve`: whose key it is there does not make two persons of one.
  writeFileSync(
    join(folder, 'list'),
    line('noa', 'noa') + line('eve', 'camille') + line('camille', 'camille'),
  );
  approvals = approvalsBy(join(folder, 'list'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Reply = (question: Extract<Question, { ask: 'approval' }>) => Promise<object>;

/** A world whose journal knows its head, and whose second person answers by functions, one after the other. */
class FourEyes extends MemoryWorld {
  readonly opening: Event;
  readonly questions: Extract<Question, { ask: 'approval' }>[] = [];
  readonly #replies: Reply[];
  approvals = approvals;

  constructor(plan: Plan, replies: readonly Reply[]) {
    super(
      {},
      {
        'step vider': [{ choice: 'run', voice: 'typed' }],
        'item dire': [{ choice: 'done', voice: 'typed' }],
        'confirmation dire': [{ choice: 'done', voice: 'typed' }],
      },
    );
    const publicKey = publicKeys.get('camille') ?? '';
    const signer = { principal: 'camille', publicKey, ephemeral: false };
    const operator = { id: 'camille', role: 'operateur' };
    this.opening = openingOf(plan, {
      signer,
      operator,
      voice: 'typed',
      mode: plan.target.mode,
      digest: digestOf(),
    });
    this.#replies = [...replies];
    this.fingerprints = [empty];
    const { ask } = this.operator;
    this.operator.ask = async <K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>) => {
      const asked: Question = question;
      if (asked.ask !== 'approval') return await ask<K>(question);
      this.asked.push(`approval ${asked.step}`);
      this.questions.push(asked);
      const reply = this.#replies.shift() ?? pauses;
      const by = { id: 'camille', role: 'operateur' };
      return Object.assign({ by, voice: 'typed' }, await reply(asked)) as unknown as Answers[K];
    };
    const { append } = this.journal;
    const entries = () => entriesOf([this.opening, ...this.events]);
    Object.defineProperty(this.journal, 'head', {
      get: () => hash('sha256', `${canonicalJson(entries().at(-1))}\n`),
    });
    this.journal.append = events => {
      append(events);
      return entries().slice(-events.length);
    };
  }

  /** What was refused, by fault, and how the run stands. */
  get refusals(): readonly string[] {
    return this.events.flatMap(event => (event.type === 'approval-refused' ? [event.fault] : []));
  }

  get acted(): readonly string[] {
    return this.executed.map(({ instance }) => instance.id);
  }
}

function digestOf(): string {
  return hash('sha256', canonicalJson({ files: [], runner: '0.1.0' }));
}

const pauses: Reply = () => Promise.resolve({ choice: 'pause' });
const signedBy =
  (who: string, key = who): Reply =>
  async ({ challenge }) => ({
    choice: 'signed',
    answer: await signChallenge(challenge, who, join(folder, key)),
  });
const scripted =
  (approver: string): Reply =>
  () =>
    Promise.resolve({ choice: 'scripted', approver, voice: 'scripted' });

async function play(replies: readonly Reply[], plan = planOf(), before: readonly Event[] = []) {
  const world = new FourEyes(plan, replies);
  world.events.push(...before);
  const session = replay(plan, entriesOf([world.opening, ...before]));
  const end = await conduct(session, world, { mode: plan.target.mode, pace: 'auto' });
  const entries = entriesOf([world.opening, ...world.events]);
  return { world, end, entries, illegality: firstIllegality(plan, entries) };
}

describe('a step that a second person must approve', () => {
  test('acts once they have signed what it is, on what, and after which line', async () => {
    const { world, end, entries, illegality } = await play(
      [signedBy('noa'), signedBy('noa')],
      planOf('real'),
    );
    expect(end.status).toBe('closed');
    expect(illegality).toBeUndefined();
    expect(world.acted).toEqual(['vider']);
    const asked = entries.find(entry => entry.type === 'approval-asked');
    expect(readChallenge(world.questions[0]?.challenge ?? '')).toEqual({
      run: 'essai-1',
      target: 'ici',
      mode: 'real',
      step: 'vider',
      title: 'Vider la base',
      act: 'run',
      attempt: 1,
      role: 'observateur',
      operator: 'camille',
      code: end.plan.instances[0]?.digest,
      fingerprint: {
        resource: 'base',
        name: 'apilos',
        empty: true,
        sha256: hash('sha256', canonicalJson(empty)),
      },
      head: asked?.prev,
      expiresAt: '2026-11-22T03:15:00.000Z',
    });
    const kinds = world.events.map(event => event.type);
    expect(kinds.indexOf('step-approved')).toBe(kinds.indexOf('approval-asked') + 1);
    expect(kinds.indexOf('step-intended')).toBe(kinds.indexOf('step-approved') + 1);
    expect(kinds.indexOf('manual-presented')).toBe(kinds.lastIndexOf('step-approved') + 1);
    const approved = world.events.find(event => event.type === 'step-approved');
    const key = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'noa.pub')], { encoding: 'utf8' });
    expect(approved).toMatchObject({
      by: { id: 'noa', role: 'observateur' },
      voice: 'typed',
      signed: { signers: approvals.signers },
    });
    expect(approved?.signed?.key).toBe(key.split(' ')[1]);
  });

  test.each<[string, Reply, string]>([
    ['the same person', signedBy('camille'), 'approval-same-person'],
    ['the same key under another name', signedBy('eve', 'camille'), 'approval-same-key'],
    ['a key that the list does not know', signedBy('noa', 'mallory'), 'approval-key-unknown'],
    ['the key of another person of the list', signedBy('eve', 'noa'), 'approval-key-unknown'],
    ['somebody without the role', signedBy('mallory'), 'approval-not-a-holder'],
    [
      'the challenge itself',
      async ({ challenge }) => ({ choice: 'signed', answer: challenge }),
      'approval-not-signed',
    ],
    [
      'half of an answer',
      async question => ({ choice: 'signed', answer: (await answerOf(question)).slice(0, -40) }),
      'approval-unreadable',
    ],
    [
      'an altered signature',
      altered(answer => ({ ...answer, signature: answer.signature.replace(/\n(.)(.)/, '\n$2$1') })),
      'approval-altered',
    ],
    [
      'white space in a signature',
      altered(answer => ({ ...answer, signature: answer.signature.replace(/\n/, '\n\n') })),
      'approval-altered',
    ],
    [
      'another name on a good signature',
      altered(answer => ({ ...answer, by: 'eve' })),
      'approval-key-unknown',
    ],
    ['an answer to another step', forStep('autre'), 'approval-foreign'],
    ['an answer relabelled for this step', relabelled, 'approval-altered'],
  ])('is not begun for %s', async (_what, reply, fault) => {
    const { world, end, illegality } = await play([reply]);
    expect(world.refusals).toEqual([fault]);
    expect(world.acted).toEqual([]);
    expect(end.status).toBe('paused');
    expect(illegality).toBeUndefined();
  });

  test('is not begun by an answer that served already, and takes the right one after', async () => {
    let first = '';
    const keeps: Reply = async question => {
      first = await answerOf(question);
      return { choice: 'signed', answer: first };
    };
    const replays: Reply = async () => ({ choice: 'signed', answer: first });
    const { world, end, illegality } = await play([keeps, replays, signedBy('noa')]);
    expect(world.refusals).toEqual(['approval-replayed']);
    expect(world.questions.map(({ step, isStanding }) => `${step} ${isStanding}`)).toEqual([
      'vider false',
      'dire false',
      'dire true',
    ]);
    expect(end.status).toBe('closed');
    expect(illegality).toBeUndefined();
  });

  test('is not begun by an answer that comes too late: another challenge is put', async () => {
    const late: Reply = async question => {
      const answer = await answerOf(question);
      await worldOf.current?.clock.sleep(15 * 60_000);
      return { choice: 'signed', answer };
    };
    const plan = planOf();
    const world = new FourEyes(plan, [late]);
    worldOf.current = world;
    await conduct(replay(plan, entriesOf([world.opening])), world, { mode: 'drill', pace: 'auto' });
    expect(world.refusals).toEqual(['approval-expired']);
    expect(new Set(world.questions.map(({ challenge }) => challenge)).size).toBe(2);
    expect(world.acted).toEqual([]);
  });

  test.each([
    [15 * 60_000 - 2_000, [], ['vider']],
    [15 * 60_000 - 1_999, ['approval-expired'], []],
  ])('by an answer %d ms after it was asked: refused for %j', async (later, refusals, acted) => {
    const plan = planOf();
    const answers: Reply = async question => {
      const answer = await answerOf(question);
      await worldOf.current?.clock.sleep(later);
      return { choice: 'signed', answer };
    };
    const world = new FourEyes(plan, [answers]);
    worldOf.current = world;
    await conduct(replay(plan, entriesOf([world.opening])), world, { mode: 'drill', pace: 'auto' });
    expect([world.refusals, world.acted]).toEqual([refusals, acted]);
  });

  test('cannot be approved where no list says whose key to trust', async () => {
    const plan = planOf();
    const world = new FourEyes(plan, [signedBy('noa')]);
    Reflect.deleteProperty(world, 'approvals');
    await conduct(replay(plan, entriesOf([world.opening])), world, { mode: 'drill', pace: 'auto' });
    expect(world.refusals).toEqual(['approval-without-list']);
    expect(world.acted).toEqual([]);
  });

  test('is not begun by whoever approved it and took the run over: it was given to another operator', async () => {
    const plan = planOf('real');
    const first = await play([signedBy('noa')], plan);
    const upTo = first.world.events.findIndex(event => event.type === 'step-approved');
    const { world, end } = await play([signedBy('noa')], plan, [
      ...first.world.events.slice(0, upTo + 1),
      ...takenOverBy('noa'),
    ]);
    expect(world.questions.map(({ isStanding }) => isStanding)).toEqual([false, true]);
    expect(world.refusals).toEqual(['approval-same-person']);
    expect([world.acted, end.status]).toEqual([[], 'paused']);
  });

  test('is not begun on a target that changed after it was approved', async () => {
    const plan = planOf();
    const world = new FourEyes(plan, [signedBy('noa')]);
    world.fingerprints = [empty, { ...empty, facts: { oid: 6 } }];
    const end = await conduct(replay(plan, entriesOf([world.opening])), world, {
      mode: 'drill',
      pace: 'auto',
    });
    expect(world.acted).toEqual([]);
    expect(end.steps.get('vider').reason).toMatchObject({ fault: 'fingerprint-changed' });
  });

  test('is approved in a script only by another holder, in a drill, and the record says that nothing was signed', async () => {
    const told = await play([scripted('noa'), scripted('noa')]);
    expect(told.end.status).toBe('closed');
    expect(told.illegality).toBeUndefined();
    expect(told.world.events.find(event => event.type === 'step-approved')).toMatchObject({
      by: { id: 'noa' },
      voice: 'scripted',
    });
    expect((await play([scripted('camille')])).world.refusals).toEqual(['approval-same-person']);
    const real = await play([scripted('noa')], planOf('real'));
    expect(real.world.refusals).toEqual(['answers-in-real']);
    expect(real.world.acted).toEqual([]);
  });

  test('is asked for by the target for whatever destroys, and only there', async () => {
    const destroys = await play([pauses], planOf('drill', 'effect=destroy', '    approve: observateur\n'));
    expect(destroys.world.asked).toEqual(['step vider', 'approval vider']);
    const writes = await play([pauses], planOf('drill', 'effect=write', '    approve: observateur\n'));
    expect(writes.world.asked).toEqual(['approval dire']);
  });

  test('takes the answer to the challenge of an earlier process while it stands', async () => {
    const before = (await play([pauses])).world.events;
    const resumed: Event = {
      type: 'run-resumed',
      operator: { id: 'camille', role: 'operateur' },
      voice: 'typed',
      host: 'h',
      runner: '0.1.0',
    };
    const plan = planOf();
    const world = new FourEyes(plan, [signedBy('noa'), signedBy('noa')]);
    // The server's own upkeep went on meanwhile.
    world.fingerprints = [{ ...empty, facts: { ...empty.facts, bytes: 9, sessions: 2 } }];
    world.events.push(...before, resumed);
    const session = replay(plan, entriesOf([world.opening, ...world.events]));
    const end = await conduct(session, world, { mode: 'drill', pace: 'auto' });
    expect(world.questions[0]).toMatchObject({ step: 'vider', isStanding: true });
    expect(end.status).toBe('closed');
    expect(firstIllegality(plan, entriesOf([world.opening, ...world.events]))).toBeUndefined();
  });
});

function takenOverBy(id: string): readonly Event[] {
  const [from, to] = [
    { id: 'camille', role: 'operateur' },
    { id, role: 'observateur' },
  ];
  return [
    { type: 'run-handed-over', from, to, voice: 'typed' },
    { type: 'run-resumed', operator: to, voice: 'typed', host: 'ici', runner: '0.1.0' },
  ];
}

describe('a journal in which', () => {
  const by = { id: 'noa', role: 'observateur' };

  async function forged(forge: (events: Event[]) => void) {
    const plan = planOf('real');
    const { world } = await play([signedBy('noa'), signedBy('noa')], plan);
    const events = [...world.events];
    forge(events);
    return firstIllegality(plan, entriesOf([world.opening, ...events]));
  }
  const without = (events: Event[], type: Event['type']) => {
    events.splice(
      events.findIndex(event => event.type === type),
      1,
    );
  };

  test('a step acted without its approval cannot have been written', async () => {
    expect(await forged(events => without(events, 'step-approved'))).toMatchObject({
      code: 'not-approved',
      type: 'step-started',
    });
  });

  test('a manual step was begun without its approval cannot have been written', async () => {
    const last = (events: Event[]) =>
      events.splice(
        events.findLastIndex(event => event.type === 'step-approved'),
        1,
      );
    // The challenge of the second step names the line before it, so that one is the first to be wrong when a line above is gone.
    expect(await forged(last)).toMatchObject({ code: 'not-approved', type: 'manual-presented' });
  });

  test('a step was begun by whoever approved it and took the run over cannot have been written', async () => {
    const illegality = await forged(events => {
      const at = events.findIndex(event => event.type === 'step-approved');
      events.splice(at + 1, 0, ...takenOverBy('noa'));
      const intent = events[at + 3];
      if (intent?.type === 'step-intended') events[at + 3] = { ...intent, by };
    });
    expect(illegality).toMatchObject({ code: 'not-approved', type: 'step-started' });
  });

  test('an answers file spoke in earnest cannot have been written', async () => {
    const illegality = await forged(events => {
      const at = events.findIndex(event => event.type === 'item-confirmed');
      const event = events[at];
      if (event?.type === 'item-confirmed') events[at] = { ...event, voice: 'scripted' };
    });
    expect(illegality).toMatchObject({ code: 'scripted-in-real', type: 'item-confirmed' });
  });

  test.each<[string, (event: Extract<Event, { type: 'step-approved' }>) => Event]>([
    ['the operator', event => ({ ...event, by: { id: 'camille', role: 'observateur' } })],
    ['somebody without the role', event => ({ ...event, by: { id: 'mallory', role: 'observateur' } })],
    [
      'the operator’s key',
      event => ({ ...event, signed: { ...signedOf(event), key: fingerprintOf('camille') } }),
    ],
    [
      'a script, in earnest,',
      ({ type, step, challenge }) => ({ type, step, challenge, by, voice: 'scripted' }),
    ],
    [
      'a signature of another challenge',
      event => ({ ...event, challenge: event.challenge.replace(/.$/, 'A') }),
    ],
  ])('%s approved cannot have been written', async (_who, change) => {
    const illegality = await forged(events => {
      const at = events.findIndex(event => event.type === 'step-approved');
      const event = events[at];
      if (event?.type === 'step-approved') events[at] = change(event);
    });
    expect(illegality).toMatchObject({ code: 'not-approved', type: 'step-approved' });
  });

  test.each<[string, object]>([
    ['step', { step: 'dire' }],
    ['code', { code: 'f'.repeat(64) }],
    ['attempt', { attempt: 2 }],
    ['run', { run: 'essai-2' }],
    ['mode', { mode: 'drill' }],
    ['head', { head: 'f'.repeat(64) }],
    ['role', { role: 'operateur' }],
    ['expiry', { expiresAt: '2026-11-22T02:00:00.000Z' }],
    ['and later expiry', { expiresAt: '2026-11-22T09:00:00.000Z' }],
  ])('the challenge has another %s cannot have been written', async (_what, change) => {
    const illegality = await forged(events => {
      const at = events.findIndex(event => event.type === 'approval-asked');
      const event = events[at];
      const challenge = event?.type === 'approval-asked' ? readChallenge(event.challenge) : undefined;
      if (event?.type === 'approval-asked' && challenge !== undefined)
        events[at] = { ...event, challenge: writeChallenge({ ...challenge, ...change }) };
    });
    expect(illegality).toMatchObject({ code: 'not-approved', type: 'approval-asked' });
  });
});

test('whoever approves is told what is wrong with a line before they sign it', () => {
  const challenge = {
    run: 'r',
    target: 't',
    mode: 'drill',
    step: 's',
    title: 's',
    act: 'run',
    attempt: 1,
    role: 'o',
    operator: 'c',
    code: 'a'.repeat(64),
    head: 'b'.repeat(64),
    expiresAt: '2026-11-22T03:00:00.000Z',
  } as const;
  const line = writeChallenge(challenge);
  expect(challengeIn(` ${line}\n`, '2026-11-22T02:59:00.000Z')).toEqual(challenge);
  expect(() => challengeIn(line, '2026-11-22T03:00:01.000Z')).toThrow(/approval-expired/);
  for (const other of ['', line.slice(1), line.slice(0, -4), `${line}A`, `${line}=`])
    expect(() => challengeIn(other, '2026-11-22T02:59:00.000Z'), other).toThrow(/approval-no-challenge/);
});

const worldOf: { current?: FourEyes } = {};

async function answerOf(question: Parameters<Reply>[0]): Promise<string> {
  return await signChallenge(question.challenge, 'noa', join(folder, 'noa'));
}

function altered(
  change: (answer: NonNullable<ReturnType<typeof readAnswer>>) => Parameters<typeof writeAnswer>[0],
): Reply {
  return async question => {
    const answer = readAnswer(await answerOf(question));
    return { choice: 'signed', answer: answer === undefined ? '' : writeAnswer(change(answer)) };
  };
}

/** Signs a challenge that is about another step. */
function forStep(step: string): Reply {
  return async ({ challenge }) => {
    const asked = readChallenge(challenge);
    if (asked === undefined) throw new Error('no challenge');
    return {
      choice: 'signed',
      answer: await signChallenge(writeChallenge({ ...asked, step }), 'noa', join(folder, 'noa')),
    };
  };
}

/** The signature of another challenge, said to be of this one. */
async function relabelled(question: Parameters<Reply>[0]): Promise<object> {
  const own = readAnswer(await answerOf(question));
  const { answer } = { answer: '', ...(await forStep('autre')(question)) };
  const other = readAnswer(answer);
  if (own === undefined || other === undefined) throw new Error('no answer');
  return { choice: 'signed', answer: writeAnswer({ ...own, signature: other.signature }) };
}

function signedOf(event: Extract<Event, { type: 'step-approved' }>) {
  if (event.signed === undefined) throw new Error('not signed');
  return event.signed;
}

function fingerprintOf(who: string): string {
  const said = execFileSync('ssh-keygen', ['-l', '-f', join(folder, `${who}.pub`)], { encoding: 'utf8' });
  return said.split(' ')[1] ?? '';
}

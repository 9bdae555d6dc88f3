import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approvalsBy, signChallenge } from '../../runner/effects/approval.ts';
import { createResources } from '../../runner/effects/resources/resources.ts';
import { Fault } from '../../runner/fault.ts';
import type { Event } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import type { Mode } from '../../runner/model/runbook.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';
import type { Answers, Question } from '../../runner/ports.ts';
import { withClient } from '../../runner/services/postgres/connection.ts';
import { guardDatabase } from '../../runner/services/postgres/guard.ts';
import type { ResourceSettings, S3Resource } from '../../runner/services/resources.ts';
import { guardBucket } from '../../runner/services/s3/bucket.ts';
import { replay } from '../../runner/session/replay.ts';
import { startDatabaseServer } from '../effects/database.ts';
import { refusalText } from '../refusal.ts';
import { credential, region, startServer } from '../sandbox/s3/server.ts';
import { entriesOf, MemoryWorld, openingOf } from '../session/world.ts';

/** A resource on a real server, what puts something into it from outside, and the name that its server reports. */
interface Held {
  readonly settings: ResourceSettings;
  readonly name: string;
  put(): Promise<unknown>;
  /** What a service does first of all that it does there. */
  act(): Promise<unknown>;
}

interface Kind {
  readonly kind: 'postgres' | 's3';
  start(): Promise<{ make(name: string, mode?: Mode): Promise<Held>; stop(): Promise<unknown> }>;
}

const kinds: readonly Kind[] = [
  {
    kind: 'postgres',
    async start() {
      const server = await startDatabaseServer();
      let tables = 0;
      return {
        stop: () => server.close(),
        make: async (name, mode = 'drill') => {
          const settings = { ...(await server.fresh(name)), mode };
          return {
            settings,
            name,
            put: () => server.query(settings.url, `create table t${++tables} (n int)`),
            act: () => withClient(settings, client => guardDatabase(settings, client)),
          };
        },
      };
    },
  },
  {
    kind: 's3',
    async start() {
      const server = await startServer();
      return {
        stop: () => server.stop(),
        make: async (name, mode = 'drill') => {
          const client = server.client();
          const bucket = name.replaceAll('_', '-');
          await client.send(new CreateBucketCommand({ Bucket: bucket }));
          const place = { endpoint: server.url(), region, bucket, ...credential };
          const settings: S3Resource = {
            kind: 's3',
            name: 'base',
            run: 'essai-1',
            mode,
            protected: ['*prod*'],
            ...place,
          };
          return {
            settings,
            name: bucket,
            put: () => client.send(new PutObjectCommand({ Bucket: bucket, Key: 'donnees', Body: 'x' })),
            act: () => guardBucket(client, settings),
          };
        },
      };
    },
  },
];

function planOf(kind: string, mode: Mode) {
  const source = `---
title: Essai
resources: { base: { kind: ${kind} } }
roles:
  operateur: { holders: [camille] }
  observateur: { holders: [noa] }
targets:
  ici: { mode: ${mode}, embedded: false, ${mode === 'real' ? 'approve: observateur, ' : ''}resources: { base: ${
    kind === 's3'
      ? '{ endpoint: x, bucket: x, accessKeyId: { env: A }, secretAccessKey: { env: B } }'
      : '{ url: { env: A } }'
  } } }
---

# Essai

:::cell{#vider on=base effect=destroy}

Vider.

\`\`\`ts
export {}
\`\`\`

:::
`;
  const { runbook, diagnostics } = readRunbook(source, 'essai.md');
  if (runbook === undefined) throw new Error(JSON.stringify(diagnostics));
  return planRunbook(runbook, { target: 'ici', inputs: {} });
}

type Meanwhile = Readonly<Partial<Record<Question['ask'], () => Promise<unknown>>>>;

/** Conducts the one destructive step on a real resource; `meanwhile` happens while a question stands. */
async function play(
  kind: string,
  held: Held,
  script: Readonly<Record<string, object>>,
  meanwhile: Meanwhile = {},
  signs?: (challenge: string) => Promise<string>,
) {
  const plan = planOf(kind, held.settings.mode);
  const answers = Object.fromEntries(
    Object.entries(script).map(([ask, answer]) => [`${ask} vider`, [answer]]),
  );
  const world = new MemoryWorld({}, { 'step vider': [{ choice: 'run' }], ...answers });
  const { inspect, claim } = createResources({ base: held.settings });
  Object.assign(world.resources, { inspect, claim });
  if (signs !== undefined) Object.assign(world, { approvals: approvalsBy(join(keys, 'list')) });
  const { ask } = world.operator;
  let signed = 0;
  world.operator.ask = async <K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>) => {
    await meanwhile[question.ask]?.();
    const answer = await ask<K>(question);
    const asked: Question = question;
    if (asked.ask !== 'approval' || signs === undefined || signed++ > 0) return answer;
    return Object.assign(answer, { choice: 'signed', answer: await signs(asked.challenge) });
  };
  const operator = { id: 'camille', role: 'operateur' };
  const opening = openingOf(plan, { operator, mode: plan.target.mode });
  const end = await conduct(replay(plan, entriesOf([opening])), world, {
    mode: plan.target.mode,
    pace: 'auto',
  });
  const { reason } = end.steps.get('vider');
  const fault = reason?.code === 'refused' ? reason.fault : undefined;
  return { acted: world.executed.length, asked: world.asked, fault, events: world.events };
}

/** What was refused, as people read it. */
function refusals(events: readonly Event[]): string {
  const refused = events.flatMap(event => {
    if (event.type === 'approval-refused') return [new Fault(event.fault, event.params)];
    if (event.type !== 'step-finished' || event.reason?.code !== 'refused') return [];
    return [new Fault(event.reason.fault, event.reason.params)];
  });
  return refused.map(refusalText).join('\n');
}

/** A folder with the keys of a second person and of a stranger, and a list that trusts the first. */
const keys = mkdtempSync(join(tmpdir(), 'reprise-guards-'));
for (const who of ['noa', 'mallory'])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(keys, who)]);
const trusted = readFileSync(join(keys, 'noa.pub'), 'utf8');
writeFileSync(join(keys, 'list'), `noa namespaces="approval@reprise" ${trusted}`);
afterAll(() => rmSync(keys, { recursive: true, force: true }));

describe.each(kinds)('a real $kind', ({ kind, start }) => {
  let server: Awaited<ReturnType<Kind['start']>>;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  test('that is empty is acted on, without a name', async () => {
    const { acted, asked } = await play(kind, await server.make('vide'), {});
    expect([acted, asked]).toEqual([1, ['step vider']]);
  });

  test('that is neither empty nor this run’s is not acted on before its own name is typed', async () => {
    const held = await server.make('pleine');
    await held.put();
    expect(await play(kind, held, {})).toMatchObject({
      acted: 0,
      asked: ['step vider', 'name vider'],
      fault: undefined,
    });
    const wrong = await play(kind, held, { name: { choice: 'typed', name: 'autre' } });
    expect(wrong).toMatchObject({ acted: 0, fault: 'wrong-name' });
    expect(refusals(wrong.events)).toMatchSnapshot();
    expect(refusalText(await held.act().catch((error: unknown) => error))).toMatchSnapshot();
    const right = await play(kind, held, { name: { choice: 'typed', name: held.name } });
    expect(right).toMatchObject({ acted: 1, fault: undefined });
    // It bears the mark of this run now, which it has been named for.
    expect(await play(kind, held, {})).toMatchObject({ acted: 1, asked: ['step vider'] });
  });

  test('that bears the mark of another run is not acted on before its own name is typed', async () => {
    const held = await server.make('d_une_autre');
    await createResources({ base: { ...held.settings, run: 'essai-0' } }).claim('base', 'essai-0', false);
    await held.put();
    expect(await play(kind, held, {})).toMatchObject({ acted: 0, asked: ['step vider', 'name vider'] });
  });

  test('that somebody fills after it was shown, and before the step acts, is not acted on', async () => {
    const held = await server.make('changee');
    const filled = await play(kind, held, {}, { step: () => held.put() });
    expect(filled).toMatchObject({ acted: 0, fault: 'fingerprint-changed' });
    expect(refusals(filled.events)).toMatchSnapshot();
    const named = await server.make('changee_apres');
    await named.put();
    const script = { name: { choice: 'typed', name: named.name } };
    const marked = { ...named.settings, run: 'essai-0' };
    const claims = () => createResources({ base: marked }).claim('base', 'essai-0', true);
    expect(await play(kind, named, script, { name: claims })).toMatchObject({
      acted: 0,
      fault: 'fingerprint-changed',
    });
  });

  test('of a protected name is not acted on in a drill', async () => {
    const { acted, asked, fault, events } = await play(kind, await server.make('la_prod'), {});
    expect([acted, asked, fault]).toEqual([0, ['failure vider'], 'protected-name']);
    expect(refusals(events)).toMatchSnapshot();
  });

  test('is not acted on in earnest before a second person has approved', async () => {
    const held = await server.make('reelle', 'real');
    const { acted, asked, events } = await play(kind, held, {});
    expect([acted, asked]).toEqual([0, ['step vider', 'approval vider']]);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['approval-asked', 'run-paused']);
    const scripted = { choice: 'scripted', approver: 'noa' };
    const refused = await play(kind, held, { approval: scripted });
    expect(refused.acted).toBe(0);
    expect(refused.events).toContainEqual(
      expect.objectContaining({ type: 'approval-refused', fault: 'answers-in-real' }),
    );
    expect(refusals(refused.events)).toMatchSnapshot();
  });

  test('is not acted on for an approval in the second person’s name that a stranger’s key has signed', async () => {
    const held = await server.make('reelle_signee', 'real');
    const approvedWith = (key: string) =>
      play(kind, held, {}, {}, challenge => signChallenge(challenge, 'noa', join(keys, key)));
    const wrong = await approvedWith('mallory');
    expect(wrong.acted).toBe(0);
    expect(wrong.events).toContainEqual(
      expect.objectContaining({ type: 'approval-refused', fault: 'approval-key-unknown' }),
    );
    expect(refusals(wrong.events)).toMatchSnapshot();
    expect((await approvedWith('noa')).acted).toBe(1);
  });
});

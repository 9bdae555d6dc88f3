import { describe, expect, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import type { Event, Fingerprint } from '../../runner/journal/event.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import { replay } from '../../runner/session/replay.ts';
import { entriesOf, MemoryWorld, openingOf, planOf, type Results, type Script } from '../session/world.ts';

const cells = `## Écrire

:::cell{#lire effect=read}

Lire.

\`\`\`ts
export const n: number = 1
\`\`\`

:::

:::cell{#ecrire on=base effect=destroy}

Écrire.

\`\`\`ts
import { n } from '#lire'
export const cle = secret(String(n))
\`\`\`

:::

:::check{#ecrit of=ecrire within=3s every=1s}

Vrai ?

\`\`\`sh
true
\`\`\`

:::

:::manual{#dire role=pilote}

- [ ] Dit
- [ ] Redit

:::
`;

const empty: Fingerprint = {
  resource: 'base',
  kind: 'postgres',
  name: 'apilos',
  facts: { oid: 5 },
  empty: true,
};
const foreign: Fingerprint = { ...empty, empty: false };

const yes: Script = {
  'step ecrire': [{ choice: 'run' }],
  'item dire': [{ choice: 'done' }],
  'confirmation dire': [{ choice: 'done', remark: 'bien' }],
};

interface Scene {
  readonly results?: Results;
  readonly script?: Script;
  readonly fingerprints?: Fingerprint[];
  readonly before?: readonly Event[];
  readonly world?: (world: MemoryWorld) => void;
  readonly patience?: number;
}

async function play(scene: Scene) {
  const plain = planOf(cells);
  const { patience } = scene;
  const plan = patience === undefined ? plain : { ...plain, target: { ...plain.target, patience } };
  const world = new MemoryWorld(scene.results, scene.script ?? yes);
  world.fingerprints = scene.fingerprints ?? [empty];
  scene.world?.(world);
  const session = replay(plan, entriesOf([openingOf(plan), ...(scene.before ?? [])]));
  const end = await conduct(session, world, { mode: 'drill', pace: 'auto' });
  return { world, end, story: world.events.map(tell) };
}

function tell(event: Event): string {
  switch (event.type) {
    case 'step-intended':
      return `intended ${event.step} ${event.attempt}${event.typedName === undefined ? '' : ` (${event.typedName})`}`;
    case 'step-finished':
      return `${event.outcome} ${event.step}${event.reason === undefined ? '' : ` ${JSON.stringify(event.reason)}`}${event.polls === undefined ? '' : ` ${event.polls.count} polls`}`;
    case 'step-doubted':
      return `doubted ${event.step} ${event.reason.code}`;
    case 'doubt-settled':
      return `settled ${event.step} ${event.as} by ${'check' in event.by ? event.by.check : event.by.id}`;
    case 'step-skipped':
      return `skipped ${event.step} ${event.cause}`;
    case 'run-paused':
      return `paused ${event.cause}`;
    case 'run-closed':
      return `closed ${event.outcome}`;
    case 'item-confirmed':
      return `item ${event.item}`;
    default:
      return 'step' in event ? `${event.type} ${event.step}` : event.type;
  }
}

const opening = ['section-entered', 'section-entered', 'intended lire 1', 'step-started lire', 'passed lire'];
const ending = ['manual-presented dire', 'item 0', 'item 1', 'step-confirmed dire', 'closed passed'];
const written = ['intended ecrire 1', 'step-started ecrire', 'passed ecrire'];
const checked = ['intended ecrit 1', 'step-started ecrit', 'passed ecrit 1 polls'];

describe('conduct', () => {
  test('performs a runbook to its end, asking only where the plan says so', async () => {
    const { world, story } = await play({});
    expect(story).toEqual([...opening, ...written, ...checked, ...ending]);
    expect(world.asked).toEqual(['step ecrire', 'item dire', 'item dire', 'confirmation dire']);
  });

  test('writes the intent, with what the server said, before the target is touched', async () => {
    const order: string[] = [];
    await play({
      world: world => {
        world.onAppend = event => order.push(tell(event));
        world.resources.claim = () => {
          order.push('claim');
          return Promise.resolve(true);
        };
      },
    });
    expect(order.indexOf('claim')).toBe(order.indexOf('intended ecrire 1') + 1);
  });

  test('refuses to act when the fingerprint changed after it was shown', async () => {
    const moved = { ...empty, facts: { oid: 6 } };
    const { world, story } = await play({ fingerprints: [empty, moved] });
    expect(world.executed.map(execution => execution.instance.id)).toEqual(['lire']);
    expect(story.slice(5)).toEqual([
      'intended ecrire 1',
      'failed ecrire {"code":"refused","fault":"fingerprint-changed","params":{"resource":"base","changes":"oid: 5 → 6"}}',
      'paused failed',
    ]);
  });

  test('does not take upkeep and visitors for another target', async () => {
    const before = { ...empty, facts: { ...empty.facts, bytes: 7_912_807, sessions: 0 } };
    const after = { ...empty, facts: { ...empty.facts, bytes: 7_953_000, sessions: 1 } };
    const { world } = await play({ fingerprints: [before, after] });
    expect(world.executed.map(execution => execution.instance.id)).toContain('ecrire');
  });

  test('acts on a resource that is not empty only when its name is typed', async () => {
    const typed = await play({
      fingerprints: [foreign],
      script: { ...yes, 'name ecrire': [{ choice: 'typed', name: 'apilos' }] },
    });
    expect(typed.story.slice(5)).toEqual([
      'intended ecrire 1 (apilos)',
      ...written.slice(1),
      ...checked,
      ...ending,
    ]);
    const wrong = await play({
      fingerprints: [foreign],
      script: { ...yes, 'name ecrire': [{ choice: 'typed', name: 'autre' }] },
    });
    expect(wrong.world.executed.map(execution => execution.instance.id)).toEqual(['lire']);
    expect(wrong.story.at(6)).toContain('"fault":"wrong-name"');
  });

  test('marks a resource that is not empty as its own only once its name was typed', async () => {
    const claims: boolean[] = [];
    const claim = (world: MemoryWorld) => {
      world.resources.claim = (_name: string, _run: string, named: boolean) => {
        claims.push(named);
        return Promise.resolve(true);
      };
    };
    const name = (typed: string): Script => ({ ...yes, 'name ecrire': [{ choice: 'typed', name: typed }] });
    await play({ fingerprints: [foreign], script: name('autre'), world: claim });
    expect(claims).toEqual([]);
    await play({ fingerprints: [foreign], script: name('apilos'), world: claim });
    expect(claims).toEqual([true]);
  });

  test('asks no name for a resource that bears the mark of this run', async () => {
    const { world } = await play({ fingerprints: [{ ...foreign, marker: 'essai-1' }] });
    expect(world.asked).not.toContain('name ecrire');
  });

  test('holds a killed write for a doubt, and lets a passing check settle it but for its exports', async () => {
    const killed = { ended: 'killed', reason: { code: 'timeout', after: 5 } } as const;
    const { world, story } = await play({
      results: { ecrire: [killed], ecrit: [{}] },
      script: {
        ...yes,
        'doubt ecrire': [{ choice: 'done', reason: 'vu', exports: { cle: 'a-secret-key' } }],
      },
    });
    expect(story.slice(5, 9)).toEqual([
      'intended ecrire 1',
      'step-started ecrire',
      'doubted ecrire timeout',
      'settled ecrire done by camille',
    ]);
    expect(world.events.find(event => event.type === 'doubt-settled')).toMatchObject({
      exports: { cle: { secret: true } },
    });
    expect(world.executed.filter(execution => execution.instance.id === 'ecrire')).toHaveLength(1);
  });

  test('treats a step that a crash cut off as a doubt, and never runs it by itself', async () => {
    const before: Event[] = [
      { type: 'section-entered', slug: 'essai', title: 'Essai', depth: 1 },
      { type: 'section-entered', slug: 'écrire', title: 'Écrire', depth: 2 },
      {
        type: 'step-done-by-hand',
        step: 'lire',
        by: { id: 'camille' },
        voice: 'typed',
        reason: 'x',
        exports: { n: { value: 1 } },
      },
      { type: 'step-intended', step: 'ecrire', attempt: 1, code: '0'.repeat(64) },
      { type: 'run-resumed', operator: { id: 'camille' }, voice: 'typed', host: 'ici', runner: '0.1.0' },
    ];
    const { world, story } = await play({ before, results: { ecrit: [{ ended: 'failed' }] } });
    expect(story).toEqual(['doubted ecrire crashed', 'paused asked']);
    expect(world.executed.map(execution => execution.instance.id)).toEqual(['ecrit']);
  });

  test('tells once for each step what services refused and took the next time, summed over requests and polls', async () => {
    const refused = (refusal: string, waited: number) =>
      ({ kind: 'requests-retried', resource: 'base', refusal, requests: 1, waited }) as const;
    const finding = { kind: 'finding', severity: 'minor', text: 'écart' } as const;
    const { world, story } = await play({
      results: { ecrit: [{ ended: 'failed' }, { ended: 'failed' }, {}] },
      world: world => {
        world.facts = {
          lire: [refused('429', 5000), refused('401', 0), finding, refused('429', 15_000)],
          ecrit: [refused('429', 1000)],
        };
      },
    });
    const told = world.events.flatMap(event =>
      event.type === 'fact-recorded' ? [[event.step, event.fact]] : [],
    );
    expect(told).toEqual([
      ['lire', finding],
      ['lire', { ...refused('429', 20_000), requests: 2 }],
      ['lire', refused('401', 0)],
      ['ecrit', { ...refused('429', 3000), requests: 3 }],
    ]);
    expect(story.slice(2, 8)).toEqual([
      ...opening.slice(2, 4),
      ...['fact-recorded lire', 'fact-recorded lire', 'fact-recorded lire', 'passed lire'],
    ]);
  });

  test('polls a check until it is true and keeps the first and the last poll', async () => {
    const { story } = await play({ results: { ecrit: [{ ended: 'failed' }, { ended: 'failed' }, {}] } });
    expect(story.slice(8, 12)).toEqual([
      'intended ecrit 1',
      'step-started ecrit',
      'step-started ecrit',
      'passed ecrit 3 polls',
    ]);
  });

  test('gives a check up when its time is over', async () => {
    const reason = { code: 'check-false', detail: 'non' } as const;
    const { story } = await play({ results: { ecrit: [{ ended: 'failed', reason }] } });
    expect(story.slice(8)).toEqual([
      'intended ecrit 1',
      'step-started ecrit',
      'step-started ecrit',
      'failed ecrit {"code":"check-false","detail":"non"} 4 polls',
      'paused failed',
    ]);
  });

  test('waits no longer for a check than its target has patience', async () => {
    const { story } = await play({ patience: 1000, results: { ecrit: [{ ended: 'failed' }] } });
    expect(story.slice(-2)).toEqual(['failed ecrit 2 polls', 'paused failed']);
  });

  test('lets a person do a failed step by hand, and hands its exports on', async () => {
    const { world, story } = await play({
      results: { lire: [{ ended: 'failed', reason: { code: 'exit', exit: 3 } }] },
      script: {
        ...yes,
        'failure lire': [{ choice: 'by-hand' }],
        'by-hand lire': [{ choice: 'done', reason: 'panne', exports: { n: 4 } }],
      },
    });
    expect(story.slice(2, 6)).toEqual([
      'intended lire 1',
      'step-started lire',
      'failed lire {"code":"exit","exit":3}',
      'step-done-by-hand lire',
    ]);
    expect(world.executed.find(execution => execution.instance.id === 'ecrire')?.imports).toEqual({
      lire: { n: 4 },
    });
  });

  test('takes no decision that says no reason', async () => {
    const skipped: Script = { ...yes, 'step ecrire': [{ choice: 'skip', reason: ' \n' }] };
    const { end, story } = await play({ script: skipped });
    expect([end.status, story]).toEqual(['paused', [...opening, 'paused no-answer']]);
  });

  test('says in whose name a step is confirmed by someone who does not hold its role', async () => {
    const noa = { by: { id: 'noa', role: 'observateur' }, choice: 'done' };
    const { world } = await play({ script: { ...yes, 'item dire': [noa], 'confirmation dire': [noa] } });
    const confirmed = world.events.flatMap(event => ('by' in event && 'voice' in event ? [event.by] : []));
    expect(confirmed).toEqual(Array(3).fill({ id: 'noa', role: 'observateur', declaredFor: 'camille' }));
  });

  test('refuses a step whose import was skipped', async () => {
    const { story } = await play({
      results: { lire: [{ ended: 'failed', reason: { code: 'exit', exit: 3 } }] },
      script: { ...yes, 'failure lire': [{ choice: 'skip', reason: 'panne' }] },
    });
    expect(story.slice(5)).toEqual([
      'skipped lire operator',
      'intended ecrire 1',
      'failed ecrire {"code":"refused","fault":"import-missing","params":{"step":"ecrire","import":"lire"}}',
      'paused failed',
    ]);
  });

  test('keeps what was confirmed when an answer is missing', async () => {
    const { story } = await play({
      world: world => {
        const ask = world.operator.ask;
        world.operator.ask = question =>
          question.ask === 'confirmation'
            ? Promise.reject(new Fault('no-answer', {}, 'recorded'))
            : ask(question);
      },
    });
    expect(story.slice(-4)).toEqual(['manual-presented dire', 'item 0', 'item 1', 'paused no-answer']);
  });

  test('starts nothing once it was interrupted', async () => {
    const { world, story } = await play({
      world: world => {
        world.stop = true;
      },
    });
    expect(story).toEqual(['paused interrupted']);
    expect(world.executed).toEqual([]);
  });

  test('takes an answer for nothing when it was told to stop while it asked', async () => {
    const { world, story } = await play({
      world: world => {
        const ask = world.operator.ask;
        world.operator.ask = question => {
          world.stop = true;
          return ask(question);
        };
      },
    });
    expect(story).toEqual([...opening, 'paused interrupted']);
    expect(world.executed.length).toBe(1);
  });

  test('starts nothing after a write error', async () => {
    const world = new MemoryWorld({}, yes);
    world.onAppend = event => {
      if (event.type === 'step-intended') throw new Fault('journal-write-failed', {}, 'recorded');
    };
    const plan = planOf(cells);
    const session = replay(plan, entriesOf([openingOf(plan)]));
    await expect(conduct(session, world, { mode: 'drill', pace: 'auto' })).rejects.toThrow(
      'journal-write-failed',
    );
    expect(world.executed).toEqual([]);
  });
});

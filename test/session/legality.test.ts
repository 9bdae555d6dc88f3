import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, Event, EventOf } from '../../runner/journal/event.ts';
import { digestSources } from '../../runner/journal/sources.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import type { Plan } from '../../runner/plan/plan.ts';
import { clockSetBack, firstIllegality } from '../../runner/session/legality.ts';
import { replay } from '../../runner/session/replay.ts';
import { entriesOf, MemoryWorld, openingOf, planOf, type Results, type Script } from './world.ts';

const cell = (id: string, attributes: string, code = 'export {}') =>
  `:::cell{#${id} ${attributes}}\n\nFaire ${id}.\n\n\`\`\`ts\n${code}\n\`\`\`\n\n:::\n\n`;

const body = `::clock{start}

## Préparer

${cell('lire', 'effect=read retry=1', 'export const n: number = 1')}
## Refaire

::when{input=refaire is=oui}

${cell('refait', 'effect=write', "import { n } from '#lire'\nexport const m = n")}
## Ensemble

::parallel

### Base

${cell('vider', 'on=base effect=destroy')}
:::check{#vide of=vider within=2s every=1s}

Vide ?

\`\`\`sh
true
\`\`\`

:::

### Fichiers

${cell('copier', 'effect=write')}${cell('trier', 'effect=write')}
## Par application

::each{in=applications as=application}

${cell('creer', 'effect=write')}
:::undo{#defaire of=creer}

Défaire.

\`\`\`sh
true
\`\`\`

:::

## Dire

:::manual{#dire role=pilote evidence=required}

- [ ] Dit
- [ ] Redit

:::

::clock{stop}
`;

const by = { id: 'camille' };
const opening = (plan: Plan): Event => openingOf(plan, { digest: digestSources([], '0.1.0') });
const resumed: Event = { type: 'run-resumed', operator: by, voice: 'typed', host: 'ici', runner: '0.1.0' };

const nameless = { kind: 'postgres', name: 'apilos', facts: {}, empty: true };

interface Scene {
  readonly results?: Results;
  readonly script?: Script;
  readonly empty?: boolean;
  readonly teardown?: boolean;
}

const yes: Script = {
  'step vider': [{ choice: 'run' }],
  'name vider': [{ choice: 'name', name: 'apilos' }],
  'item dire': [{ choice: 'done' }],
  'confirmation dire': [{ choice: 'done', evidence: ['photo'] }],
};

/** Goes on from `before` until the run is paused or closed, or the process is killed after `life` events. */
async function live(plan: Plan, before: readonly Event[], scene: Scene, life: number): Promise<Event[]> {
  const world = new MemoryWorld(scene.results, { ...yes, ...scene.script });
  const name = { resource: 'base', kind: 'postgres', name: 'apilos', facts: {} };
  world.fingerprints = [{ ...name, empty: scene.empty !== false }];
  let left = life;
  world.onAppend = () => {
    left -= 1;
    if (left < 0) throw new Error('killed');
  };
  const session = replay(plan, entriesOf(before));
  await conduct(session, world, { mode: 'drill', pace: 'auto' }).catch(() => {});
  return [...before, ...world.events];
}

async function journalOf(scene: Scene, lives: readonly number[] = []): Promise<[Plan, Entry[]]> {
  const plan = planOf(body, { applications: ['siap', 'ecole'] });
  const teardown: Event = { type: 'teardown-asked', scope: 'end', by, voice: 'typed' };
  let events: Event[] = [opening(plan), ...(scene.teardown === true ? [teardown] : [])];
  // Somebody who always answers « again » would never come to an end.
  for (const life of [...lives, 150]) {
    if (events.at(-1)?.type === 'run-closed') break;
    events = await live(plan, events.length > 2 ? [...events, resumed] : events, scene, life);
  }
  return [plan, entriesOf(events)];
}

const isClosed = (entries: readonly Entry[]): boolean => entries.at(-1)?.type === 'run-closed';

const ends = fc.constantFrom<Results[string][number]>(
  {},
  { ended: 'failed', reason: { code: 'exit', exit: 1 } },
  { ended: 'killed', reason: { code: 'timeout', after: 5 } },
);
const steps = ['lire', 'refait', 'vider', 'vide', 'copier', 'trier', 'creer[siap]', 'defaire[siap]'];
const results = fc.record(Object.fromEntries(steps.map(step => [step, fc.array(ends, { maxLength: 3 })])));
const choices = fc.record({
  'item dire': fc.array(pick('done', 'skip', 'pause'), { minLength: 1, maxLength: 2 }),
  ...Object.fromEntries(
    steps.flatMap(step => [
      [
        `failure ${step}`,
        fc.array(pick('retry', 'skip', 'by-hand', 'pause'), { minLength: 1, maxLength: 3 }),
      ],
      [`doubt ${step}`, fc.array(pick('done', 'not-done', 'redo', 'pause'), { minLength: 1, maxLength: 3 })],
      [`step ${step}`, fc.array(pick('run', 'skip', 'by-hand', 'pause'), { minLength: 1, maxLength: 2 })],
      [`by-hand ${step}`, fc.constant([{ choice: 'done', reason: 'parce que' }])],
    ]),
  ),
});

function pick(...among: readonly string[]) {
  return fc.constantFrom(...among.map(choice => ({ choice, reason: 'parce que' })));
}

describe('what the engine writes is legal', () => {
  test('a run without trouble, to its close', async () => {
    const [plan, entries] = await journalOf({});
    expect([firstIllegality(plan, entries), isClosed(entries)]).toEqual([undefined, true]);
  });

  test('whatever fails, is killed, is answered, paused, crashed and gone on with', async () => {
    let closed = 0;
    const lives = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 });
    const scene = fc.record({ results, script: choices, empty: fc.boolean(), teardown: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(scene, lives, async (played, life) => {
        const [plan, entries] = await journalOf(played, life);
        closed += isClosed(entries) ? 1 : 0;
        expect(firstIllegality(plan, entries)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
    expect(closed).toBeGreaterThan(5);
  });
});

type Forge = (events: Event[]) => Event[];

/** Changes the events of one type and step. */
const altering =
  <T extends Event['type']>(type: T, step: string, change: (event: EventOf<T>) => Event): Forge =>
  events =>
    events.map(event => (isOf(event, type) && stepOf(event) === step ? change(event) : event));

const without =
  (...types: readonly Event['type'][]): Forge =>
  events =>
    events.filter(event => !types.includes(event.type));

function isOf<T extends Event['type']>(event: Event, type: T): event is EventOf<T> {
  return event.type === type;
}

const stepOf = (event: Event): string => ('step' in event ? (event.step ?? '') : '');
const dropping =
  (type: Event['type'], step: string): Forge =>
  events =>
    events.filter(event => event.type !== type || stepOf(event) !== step);

/** Puts what was written of one step before what was written of another. */
const before =
  (step: string, other: string): Forge =>
  events => {
    const moved = events.filter(event => stepOf(event) === step);
    const rest = events.filter(event => stepOf(event) !== step);
    return rest.toSpliced(
      rest.findIndex(event => stepOf(event) === other),
      0,
      ...moved,
    );
  };

const after =
  (type: Event['type'], ...events: readonly Event[]): Forge =>
  all =>
    all.toSpliced(all.findIndex(event => event.type === type) + 1, 0, ...events);

const forgeries: readonly (readonly [string, Forge, string, string])[] = [
  ['no opening', events => events.slice(1), 'out-of-place', 'section-entered'],
  ['two openings', events => [...events.slice(0, 1), ...events], 'out-of-place', 'run-opened'],
  [
    'an opening of other files',
    altering('run-opened', '', e => ({ ...e, digest: 'a'.repeat(64) })),
    'opening-differs',
    'run-opened',
  ],
  [
    'an opening in the other mode',
    altering('run-opened', '', e => ({ ...e, mode: 'real' })),
    'opening-differs',
    'run-opened',
  ],
  ['no intent', dropping('step-intended', 'lire'), 'no-intent', 'step-started lire'],
  [
    'an outcome of another attempt',
    altering('step-finished', 'lire', e => ({ ...e, attempt: 2 })),
    'no-intent',
    'step-finished lire',
  ],
  [
    'an attempt left out',
    altering('step-intended', 'refait', e => ({ ...e, attempt: 2 })),
    'not-offered',
    'step-intended refait',
  ],
  [
    'other code',
    altering('step-intended', 'lire', e => ({ ...e, code: 'b'.repeat(64) })),
    'code-differs',
    'step-intended lire',
  ],
  [
    'a failure that becomes of no matter',
    altering('step-finished', 'refait', e => ({ ...e, outcome: 'failed' })),
    'not-offered',
    'section-entered',
  ],
  [
    'a step before those that it comes after',
    before('refait', 'lire'),
    'not-offered',
    'step-intended refait',
  ],
  [
    'a step that the plan does not have',
    altering('step-intended', 'lire', e => ({ ...e, step: 'lire2' })),
    'no-such-step',
    'step-intended lire2',
  ],
  ['a step of a section that was not entered', without('section-entered'), 'not-offered', 'clock-marked'],
  ['a clock mark left out', without('clock-marked'), 'not-offered', 'section-entered'],
  [
    'an item that was not confirmed',
    dropping('item-confirmed', 'dire'),
    'not-offered',
    'step-confirmed dire',
  ],
  ['evidence that is due and absent', without('evidence-attached'), 'not-offered', 'step-confirmed dire'],
  [
    'a cell skipped by a selection that was not made',
    after('section-entered', { type: 'step-skipped', step: 'lire', cause: 'selection', reason: 'x' }),
    'not-offered',
    'step-skipped lire',
  ],
  [
    'a doubt that was not one',
    altering('step-finished', 'refait', ({ type: _, ...e }) => ({
      type: 'doubt-settled',
      step: e.step,
      as: 'done',
      by,
      reason: '',
      exports: {},
    })),
    'not-offered',
    'doubt-settled refait',
  ],
  [
    'a read cell in doubt',
    altering('step-finished', 'lire', e => ({
      type: 'step-doubted',
      step: e.step,
      attempt: 1,
      reason: { code: 'crashed' },
    })),
    'no-intent',
    'step-doubted lire',
  ],
  [
    'a retry that nothing called for',
    after('clock-marked', { type: 'retry-asked', step: 'lire' }),
    'not-offered',
    'retry-asked lire',
  ],
  [
    'a destructive cell that nobody let start',
    altering('step-intended', 'vider', ({ by: _, ...e }) => e),
    'not-confirmed',
    'step-intended vider',
  ],
  [
    'a destructive cell whose target nobody looked at',
    altering('step-intended', 'vider', ({ fingerprint: _, typedName: _name, ...e }) => e),
    'not-confirmed',
    'step-started vider',
  ],
  [
    'a destructive cell that looked at another target than its own',
    altering('step-intended', 'vider', e => ({ ...e, fingerprint: { ...nameless, resource: 'autre' } })),
    'not-confirmed',
    'step-started vider',
  ],
  [
    'an opening with other inputs than the plan’s',
    altering('run-opened', '', e => ({ ...e, inputs: {} })),
    'opening-differs',
    'run-opened',
  ],
  [
    'a name that was not typed',
    altering('step-intended', 'vider', e => ({ ...e, typedName: 'autre' })),
    'not-confirmed',
    'step-intended vider',
  ],
  [
    'a close by somebody else',
    altering('run-closed', '', e => ({ ...e, by: { id: 'dina' } })),
    'close-differs',
    'run-closed',
  ],
  [
    'another outcome',
    altering('run-closed', '', e => ({ ...e, outcome: 'failed' })),
    'close-differs',
    'run-closed',
  ],
  [
    'a close before the end',
    events => events.toSpliced(6, 0, ...events.slice(-1)),
    'not-offered',
    'run-closed',
  ],
  ['more after the close', events => [...events, resumed], 'out-of-place', 'run-resumed'],
  [
    'a teardown in the middle',
    after('step-intended', { type: 'teardown-asked', scope: 'now', by, voice: 'typed' }),
    'out-of-place',
    'teardown-asked',
  ],
  [
    'going on after a pause with nobody resuming',
    after('section-entered', { type: 'run-paused', by, cause: 'asked' }),
    'out-of-place',
    'clock-marked',
  ],
  [
    'a probe that the plan does not have',
    after('run-opened', { type: 'input-probed', input: 'refaire', step: 'sonde', answer: 'non', used: true }),
    'no-such-step',
    'input-probed sonde',
  ],
];

describe('what no run can write is named', () => {
  test.each(forgeries)('%s', async (_name, forge, code, entry) => {
    const [plan, entries] = await journalOf({ empty: false });
    const events = entries.map(({ seq: _s, prev: _p, at: _a, ...event }): Event => event);
    const found = firstIllegality(plan, entriesOf(forge(events)));
    expect([found?.code, `${found?.type} ${found?.step}`.trim()]).toEqual([code, entry]);
  });
});

test('output that comes in after the outcome is still that of its attempt', async () => {
  const late = { type: 'output-written', step: 'lire', attempt: 1, stream: 'stdout', text: 'tard' } as const;
  const [plan, entries] = await journalOf({});
  const events = entries.map(({ seq: _s, prev: _p, at: _a, ...event }): Event => event);
  const codes = [late, { ...late, attempt: 2 }, { ...late, step: 'refait' }].map(
    event => firstIllegality(plan, entriesOf(after('step-finished', event)(events)))?.code,
  );
  expect(codes).toEqual([undefined, 'no-intent', 'no-intent']);
});

test('a clock that was set back is told by its lines, and is not illegal', async () => {
  const [plan, entries] = await journalOf({});
  const back = entries.map((entry, index) =>
    index === 4 ? { ...entry, at: '2020-01-01T00:00:00.000Z' } : entry,
  );
  expect([clockSetBack(entries), clockSetBack(back), firstIllegality(plan, back)]).toEqual([
    [],
    [5],
    undefined,
  ]);
});

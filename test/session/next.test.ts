import { describe, expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { noOutput } from '../../runner/perform/execute.ts';
import { apply, emptySession } from '../../runner/session/apply.ts';
import { next } from '../../runner/session/next.ts';
import { replay } from '../../runner/session/replay.ts';
import { checkSelection } from '../../runner/session/selection.ts';
import type { Action } from '../../runner/session/session.ts';
import { entriesOf, openingOf, planOf } from './world.ts';

const body = `## Lire

:::cell{#lire effect=read}

Lire.

\`\`\`ts
export const n: number = 1
\`\`\`

:::

## Écrire

::when{input=refaire is=oui}

:::cell{#ecrire retry=1}

Écrire.

\`\`\`ts
import { n } from '#lire'
export const m: number = n
\`\`\`

:::

:::check{#ecrit of=ecrire}

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

const intent = (step: string, attempt = 1): Event => ({
  type: 'step-intended',
  step,
  attempt,
  code: '0'.repeat(64),
});
const passed = (step: string, attempt = 1): Event => ({
  type: 'step-finished',
  step,
  attempt,
  outcome: 'passed',
  exports: {},
  output: noOutput,
  duration: 1,
});
const failed = (step: string, attempt: number, code: 'exit' | 'interrupted' = 'exit'): Event => ({
  type: 'step-finished',
  step,
  attempt,
  outcome: 'failed',
  reason: code === 'exit' ? { code, exit: 1 } : { code },
  exports: {},
  output: noOutput,
  duration: 1,
});
const enter = (slug: string, title: string): Event => ({ type: 'section-entered', slug, title, depth: 2 });

function actionAfter(events: readonly Event[], inputs = {}): string {
  const plan = planOf(body, inputs);
  const prefix: Event[] = [
    openingOf(plan),
    { type: 'section-entered', slug: 'essai', title: 'Essai', depth: 1 },
  ];
  const actions = next(replay(plan, entriesOf([...prefix, enter('lire', 'Lire'), ...events])));
  return actions.map(describeAction).join('; ');
}

function describeAction(action: Action): string {
  switch (action.do) {
    case 'execute-step':
      return `execute ${action.instance.id} ${action.attempt}`;
    case 'settle-doubt':
      return `settle ${action.instance.id} ${action.reason.code} [${action.checks.map(check => check.id).join()}]`;
    case 'resolve-failure':
      return `resolve ${action.instance.id} ${action.reason.code}`;
    case 'skip-step':
      return `skip ${action.instance.id} ${action.cause} ${action.reason}`;
    case 'present-manual':
      return `present ${action.instance.id}`;
    case 'enter-section':
      return `enter ${action.slug}`;
    case 'mark-clock':
      return `mark ${action.mark}`;
    case 'close-run':
      return `close ${action.outcome}`;
  }
}

const resumed: Event = {
  type: 'run-resumed',
  operator: { id: 'camille' },
  voice: 'typed',
  host: 'ici',
  runner: '0.1.0',
};

const done: readonly Event[] = [passed('lire'), enter('écrire', 'Écrire')];

describe('next', () => {
  const cases: readonly (readonly [string, readonly Event[], string])[] = [
    ['runs the first step', [], 'execute lire 1'],
    ['waits for what is running', [intent('lire')], ''],
    ['repeats a read that a crash cut off', [intent('lire'), resumed], 'execute lire 2'],
    [
      'repeats a read that was interrupted',
      [intent('lire'), failed('lire', 1, 'interrupted')],
      'execute lire 2',
    ],
    ['asks about a read that failed', [intent('lire'), failed('lire', 1)], 'resolve lire exit'],
    ['runs the next one', done, 'execute ecrire 1'],
    [
      'holds a write that a crash cut off for a doubt',
      [...done, intent('ecrire'), resumed],
      'settle ecrire crashed [ecrit]',
    ],
    [
      'retries what failed by itself as often as the cell says',
      [...done, intent('ecrire'), failed('ecrire', 1)],
      'execute ecrire 2',
    ],
    [
      'asks when the retries are used up',
      [...done, intent('ecrire'), failed('ecrire', 1), intent('ecrire', 2), failed('ecrire', 2)],
      'resolve ecrire exit',
    ],
    [
      'begins anew when the operator asks for it',
      [
        ...done,
        intent('ecrire'),
        failed('ecrire', 1),
        intent('ecrire', 2),
        failed('ecrire', 2),
        { type: 'retry-asked', step: 'ecrire' },
      ],
      'execute ecrire 3',
    ],
    [
      'goes on after a doubt that was settled as done',
      [
        ...done,
        intent('ecrire'),
        { type: 'step-doubted', step: 'ecrire', attempt: 1, reason: { code: 'timeout', after: 5 } },
        {
          type: 'doubt-settled',
          step: 'ecrire',
          as: 'done',
          by: { id: 'camille' },
          reason: 'vu',
          exports: { m: { value: 1 } },
        },
      ],
      'execute ecrit 1',
    ],
    [
      'runs again only what the operator settled as not done',
      [
        ...done,
        intent('ecrire'),
        { type: 'step-doubted', step: 'ecrire', attempt: 1, reason: { code: 'timeout', after: 5 } },
        {
          type: 'doubt-settled',
          step: 'ecrire',
          as: 'not-done',
          by: { id: 'camille' },
          reason: 'vu',
          exports: {},
        },
      ],
      'execute ecrire 2',
    ],
    ['offers nothing while paused', [{ type: 'run-paused', by: { id: 'camille' }, cause: 'asked' }], ''],
    ['presents a manual step', [...done, passed('ecrire'), passed('ecrit')], 'present dire'],
    [
      'closes at the end',
      [
        ...done,
        passed('ecrire'),
        passed('ecrit'),
        { type: 'step-confirmed', step: 'dire', by: { id: 'camille' }, voice: 'typed' },
      ],
      'close passed',
    ],
    [
      'closes with reservations when a verification failed',
      [
        ...done,
        passed('ecrire'),
        {
          type: 'fact-recorded',
          step: 'ecrit',
          attempt: 1,
          fact: { kind: 'verification', title: 'Fichiers', expected: '3', found: '2', ok: false },
        },
        passed('ecrit'),
        { type: 'step-confirmed', step: 'dire', by: { id: 'camille' }, voice: 'typed' },
      ],
      'close passed-with-reservations',
    ],
    [
      'closes with reservations when the operator skipped a step',
      [
        ...done,
        passed('ecrire'),
        { type: 'step-skipped', step: 'ecrit', cause: 'operator', reason: 'hâte', by: { id: 'camille' } },
        { type: 'step-confirmed', step: 'dire', by: { id: 'camille' }, voice: 'typed' },
      ],
      'close passed-with-reservations',
    ],
  ];
  test.each(cases)('%s', (_title, events, expected) => {
    expect(actionAfter(events)).toBe(expected);
  });

  test('skips a section whose condition does not hold, with the reason', () => {
    expect(actionAfter([passed('lire')], { refaire: 'non' })).toBe(
      'skip ecrire condition refaire=non (≠ oui)',
    );
  });

  test('every prefix of a journal offers what the run itself was offered there', () => {
    const plan = planOf(body);
    const entries = entriesOf([
      openingOf(plan),
      intent('lire'),
      passed('lire'),
      intent('ecrire'),
      failed('ecrire', 1),
    ]);
    let session = emptySession(plan);
    for (const [index, entry] of entries.entries()) {
      session = apply(session, entry);
      expect(next(replay(plan, entries.slice(0, index + 1)))).toEqual(next(session));
    }
  });

  test('replaying a journal leaves the states of earlier prefixes as they were', () => {
    const plan = planOf(body);
    const entries = entriesOf([openingOf(plan), intent('lire'), passed('lire')]);
    const before = replay(plan, entries.slice(0, 2));
    const after = apply(before, entries[2] ?? raise());
    expect([before, after].map(session => session.steps.get('lire').status)).toEqual(['running', 'passed']);
  });
});

function raise(): never {
  throw new Error('no such entry');
}

describe('checkSelection', () => {
  test('refuses a step that imports from one left out', () => {
    expect(() => checkSelection(planOf(body), { only: ['ecrire'] })).toThrow('selection-lacks-import');
  });
  test('refuses an unknown step', () => {
    expect(() => checkSelection(planOf(body), { from: 'rien' })).toThrow('unknown-step');
  });
  test('accepts what has all its imports', () => {
    expect(() => checkSelection(planOf(body), { only: ['lire', 'ecrire'] })).not.toThrow();
  });
});

import { describe, expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import { replay } from '../../runner/session/replay.ts';
import { entriesOf, MemoryWorld, openingOf, planOf, type Results, type Script } from '../session/world.ts';

const fence = (code: string) => `\`\`\`ts\n${code}\n\`\`\``;
const cell = (id: string, attributes = '') =>
  `:::cell{#${id}${attributes}}\n\nFaire.\n\n${fence('export {}')}\n\n:::\n\n`;
const undo = (id: string, of: string) =>
  `:::undo{#${id} of=${of}}\n\nDéfaire.\n\n${fence('export {}')}\n\n:::\n\n`;

const body = `## Faire

${cell('un')}${undo('defaire-un', 'un')}${cell('deux')}${undo('defaire-deux', 'deux')}## Plus tard

::when{input=refaire is=oui}

${cell('trois')}${undo('defaire-trois', 'trois')}`;

const by = { id: 'camille' };
const asked = (scope: 'end' | 'now'): Event => ({ type: 'teardown-asked', scope, by, voice: 'typed' });

interface Scene {
  readonly before: readonly Event[];
  readonly results?: Results;
  readonly script?: Script;
}

async function play({ before, results = {}, script = {} }: Scene) {
  const plan = planOf(body, { refaire: 'non' });
  const world = new MemoryWorld(results, script);
  await conduct(replay(plan, entriesOf([openingOf(plan), ...before])), world, {
    mode: 'drill',
    pace: 'auto',
  });
  return world.events.flatMap(tell);
}

function tell(event: Event): string[] {
  if (event.type === 'step-finished') return [`${event.outcome} ${event.step}`];
  if (event.type === 'step-skipped') return [`skipped ${event.step} ${event.cause} ${event.reason}`];
  if (event.type === 'run-closed') return [`closed ${event.outcome}`];
  return event.type === 'run-paused' ? [`paused ${event.cause}`] : [];
}

describe('undo', () => {
  test('nothing is taken back unless it is asked for', async () => {
    expect(await play({ before: [] })).toEqual([
      'passed un',
      'passed deux',
      'skipped trois condition refaire=non (≠ oui)',
      'closed passed',
    ]);
  });

  test('takes back, in reverse order, every cell that has an intent, once all is done', async () => {
    expect(await play({ before: [asked('end')] })).toEqual([
      'passed un',
      'passed deux',
      'skipped trois condition refaire=non (≠ oui)',
      'skipped defaire-trois condition trois = ∅',
      'passed defaire-deux',
      'passed defaire-un',
      'closed passed',
    ]);
  });

  test('asked for now, leaves out what was not begun and takes back what may have been', async () => {
    const intent: Event = { type: 'step-intended', step: 'un', attempt: 1, code: '0'.repeat(64) };
    const section = (slug: string, depth: number): Event => ({
      type: 'section-entered',
      slug,
      title: slug,
      depth,
    });
    const resumed: Event = {
      type: 'run-resumed',
      operator: by,
      voice: 'typed',
      host: 'ici',
      runner: '0.1.0',
    };
    const before = [section('essai', 1), section('faire', 2), intent, resumed, asked('now')];
    expect(await play({ before })).toEqual([
      'skipped un selection undo',
      'skipped deux selection undo',
      'skipped trois selection undo',
      'skipped defaire-trois condition trois = ∅',
      'skipped defaire-deux condition deux = ∅',
      'passed defaire-un',
      'closed passed-with-reservations',
    ]);
  });

  test('a killed undo has only failed, and may be done again', async () => {
    const results: Results = {
      'defaire-un': [{ ended: 'killed', reason: { code: 'timeout', after: 1 } }, {}],
    };
    const script: Script = { 'failure defaire-un': [{ choice: 'retry' }] };
    const story = await play({ before: [asked('end')], results, script });
    expect(story.slice(-3)).toEqual(['failed defaire-un', 'passed defaire-un', 'closed passed']);
  });
});

import { expect, test } from 'vitest';
import { createScreen } from '../../runner/cli/screen.ts';
import type { Entry } from '../../runner/journal/event.ts';

const link = { prev: '0'.repeat(64), at: '2026-11-23T00:00:00.000Z' };

function output(seq: number): Entry {
  return {
    ...link,
    seq,
    type: 'output-written',
    step: 'copier',
    attempt: 1,
    stream: 'stdout',
    text: `${seq}\n`,
  };
}

function watched() {
  const shown: (number | string)[] = [];
  return {
    shown,
    screen: createScreen(
      entry => shown.push(entry.seq),
      count => shown.push(`-${count}`),
    ),
  };
}

test('what comes while a question stands is shown after its answer, in order', () => {
  const { shown, screen } = watched();
  screen.told(output(1));
  screen.hold();
  screen.told(output(2));
  screen.told(output(3));
  expect(shown).toEqual([1]);
  screen.release();
  screen.told(output(4));
  expect(shown).toEqual([1, 2, 3, 4]);
});

test('a long wait keeps the newest outputs and everything else, and says how much is missing', () => {
  const { shown, screen } = watched();
  screen.hold();
  screen.told({ ...link, seq: 0, type: 'clock-marked', mark: 'stop', id: 'fin' });
  for (let seq = 1; seq <= 700; seq++) screen.told(output(seq));
  screen.release();
  expect(shown.slice(0, 3)).toEqual(['-201', 0, 202]);
  expect(shown).toHaveLength(501);
});

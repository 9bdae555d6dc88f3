import { describe, expect, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import type { Entry, Event, EventOf } from '../../runner/journal/event.ts';
import { digestSources } from '../../runner/journal/sources.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import type { TimeStamps } from '../../runner/ports.ts';
import { firstIllegality } from '../../runner/session/legality.ts';
import { replay } from '../../runner/session/replay.ts';
import { entriesOf, MemoryWorld, openingOf, planOf } from './world.ts';

const plan = planOf(`:::cell{#lire effect=read}

Lire.

\`\`\`ts
export {}
\`\`\`

:::
`);
const camille = { id: 'camille', role: 'pilote' };
const opening = openingOf(plan, { operator: camille, digest: digestSources([], '0.1.0') });
const resumedBy = (operator: EventOf<'run-resumed'>['operator']): Event => ({
  type: 'run-resumed',
  operator,
  voice: 'typed',
  host: 'h',
  runner: '0.1.0',
});
const illegality = (...events: readonly Event[]) => firstIllegality(plan, entriesOf([opening, ...events]));
const atLine = (line: number, type: Entry['type']) =>
  expect.objectContaining({ code: 'out-of-place', line, type });

describe('a handover', () => {
  const pause: Event = { type: 'run-paused', by: camille, cause: 'asked' };
  const dina = { id: 'dina', role: 'observateur' };
  const handover: Event = { type: 'run-handed-over', from: camille, to: dina, voice: 'typed' };

  test('stands between two processes, from the last operator to a holder of a role', () => {
    expect(illegality(pause, handover, resumedBy(dina))).toBeUndefined();
    expect(
      illegality(
        pause,
        handover,
        { type: 'journal-recovered', bytes: 1, sha256: '0'.repeat(64) },
        handover,
        resumedBy(dina),
      ),
    ).toBeUndefined();
  });

  test.each<[string, readonly Event[], number]>([
    ['from somebody else', [pause, { ...handover, from: { id: 'eve' } }], 3],
    ['to somebody without a role', [pause, { ...handover, to: { id: 'eve' } }], 3],
    ['to the same person', [pause, { ...handover, to: camille }], 3],
    ['and goes on with another one', [pause, handover, resumedBy(camille)], 4],
    ['and goes on without a process', [pause, handover, { type: 'clock-marked', mark: 'start', id: 'x' }], 4],
  ])('%s cannot have been written', (_what, events, line) => {
    expect(illegality(...events)).toMatchObject({ code: 'out-of-place', line });
  });
});

describe('a time stamp', () => {
  const stamp = (mark: 'start' | 'end', head: string): Event => ({
    type: 'time-stamped',
    mark,
    head,
    file: 'timestamps/a.tsr',
    bytes: 1,
    sha256: '0'.repeat(64),
    authority: 'https://tsa.example/',
    policy: '1.2.3',
    stampedAt: '2026-11-22T03:00:00.000Z',
  });
  const headAfter = (...events: readonly Event[]) =>
    entriesOf([opening, ...events, opening]).at(-1)?.prev ?? '';

  test('of the opening stands right after it, and is of that very line', () => {
    expect(illegality(stamp('start', headAfter()))).toBeUndefined();
    expect(illegality(stamp('start', 'f'.repeat(64)))).toEqual(atLine(2, 'time-stamped'));
    const later: Event = { type: 'section-entered', slug: 'essai', title: 'Essai', depth: 1 };
    expect(illegality(later, stamp('start', headAfter(later)))).toEqual(atLine(3, 'time-stamped'));
  });

  test('of the end stands where nothing is left to do', async () => {
    expect(illegality(stamp('end', headAfter()))).toEqual(atLine(2, 'time-stamped'));
    const world = new MemoryWorld();
    const end = await conduct(replay(plan, entriesOf([opening])), world, { mode: 'drill', pace: 'auto' });
    expect(end.status).toBe('closed');
    const done = world.events.slice(0, -1);
    const closed: Event = { type: 'run-closed', outcome: 'passed', by: camille };
    expect(illegality(...done, stamp('end', headAfter(...done)), closed)).toBeUndefined();
    expect(illegality(...done, stamp('end', 'f'.repeat(64)), closed)).toMatchObject({
      code: 'out-of-place',
      type: 'time-stamped',
    });
  });

  const stamping = (change: () => void = () => {}): TimeStamps & { heads: string[] } => {
    const heads: string[] = [];
    const kept = {
      file: 'timestamps/a.tsr',
      bytes: 1,
      sha256: '0'.repeat(64),
      policy: '1.2',
      stampedAt: '2026-11-22T03:00:00.000Z',
    };
    return {
      authority: 'https://tsa.example/',
      heads,
      stamp: async (_mark, head) => {
        heads.push(head);
        change();
        return await Promise.resolve(kept);
      },
    };
  };

  async function close(timeStamps: TimeStamps, world = new MemoryWorld()) {
    Object.assign(world, { timeStamps });
    await conduct(replay(plan, entriesOf([opening])), world, { mode: 'drill', pace: 'auto' });
    return world.events.slice(-2);
  }

  test('is asked for before the run is closed, and again when another line came between', async () => {
    expect((await close(stamping())).map(({ type }) => type)).toEqual(['time-stamped', 'run-closed']);
    const world = new MemoryWorld();
    let lines = 0;
    const moving = stamping(() => {
      if (lines++ === 0) world.journal.head = 'e'.repeat(64);
    });
    const [event] = await close(moving, world);
    expect(moving.heads).toEqual(['0'.repeat(64), 'e'.repeat(64)]);
    expect(event).toMatchObject({ type: 'time-stamped', head: 'e'.repeat(64) });
  });

  test('that the authority does not give keeps no run from closing', async () => {
    const stamp = () => Promise.reject(new Fault('timestamp-refused', { authority: 'x', status: 503 }));
    expect(await close({ authority: 'https://tsa.example/', stamp })).toMatchObject([
      { type: 'time-stamp-failed', mark: 'end', fault: 'timestamp-refused', params: { status: 503 } },
      { type: 'run-closed' },
    ]);
  });
});

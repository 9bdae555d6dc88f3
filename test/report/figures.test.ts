import { describe, expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { figuresOf } from '../../runner/report/figures.ts';
import { recordRun } from '../../runner/report/record.ts';
import { ENTRIES, journalOf, opening, PLAN, summary } from '../transcript/scenario.ts';

const START = '2026-03-04T02:45:00.000Z';

function objectives() {
  const { runbook } = readRunbook(PLAN, 'plan.md');
  if (runbook === undefined) throw new Error('the plan of the tests is broken');
  return runbook.front;
}

function figures(events: readonly (readonly [number, Event])[], ids: readonly string[] = []) {
  return figuresOf(recordRun(journalOf(START, events)), objectives(), ids);
}

const intend = { type: 'step-intended', step: 'archive-base', attempt: 1, code: '' } as const;
const pass = {
  type: 'step-finished',
  step: 'archive-base',
  attempt: 1,
  outcome: 'passed',
  exports: {},
  output: summary(0, 0),
  duration: 1,
} as const;
const by = { id: 'bruno' };

describe('figuresOf', () => {
  test('gives the whole of a drill', () => {
    const { spans: _, ...rest } = figuresOf(recordRun(ENTRIES), objectives(), ['jamais']);
    expect(rest).toMatchInlineSnapshot(`
      {
        "attempts": 7,
        "backwards": 0,
        "clock": {
          "by": {
            "before": 0,
            "between": 22000,
            "human": 493000,
            "machine": 777000,
            "paused": 3600000,
            "stopped": 1800000,
          },
          "from": "2026-03-04T02:45:12.120Z",
          "to": "2026-03-04T04:36:44.120Z",
          "total": 6692000,
        },
        "closed": "2026-03-04T04:37:17.120Z",
        "counts": {
          "confirmed": 1,
          "done-by-hand": 1,
          "doubtful": 0,
          "failed": 0,
          "not-reached": 1,
          "passed": 5,
          "presented": 0,
          "running": 0,
          "skipped": 2,
        },
        "dataLoss": [
          {
            "backup": "20260303020000",
            "judgement": "missed",
            "label": "Base de données",
            "loss": 91848000,
            "objective": 1440,
            "resource": "base",
            "takenAt": "2026-03-03T01:00:12.000Z",
          },
          {
            "judgement": "not-measured",
            "label": "Fichiers déposés",
            "objective": 10080,
            "resource": "fichiers",
          },
          {
            "judgement": "not-measured",
            "label": "Archives",
            "objective": 60,
            "resource": "archives",
          },
        ],
        "dmia": 240,
        "doubts": 2,
        "opened": "2026-03-04T02:45:10.120Z",
        "recovery": {
          "by": {
            "before": 850120,
            "between": 24000,
            "human": 493000,
            "machine": 777000,
            "paused": 3600000,
            "stopped": 1800000,
          },
          "from": "2026-03-04T02:31:00.000Z",
          "to": "2026-03-04T04:36:44.120Z",
          "total": 7544120,
        },
        "recoveryJudgement": "met",
        "restarts": 2,
        "retries": 1,
        "t0": "2026-03-04T02:31:00.000Z",
        "whole": {
          "by": {
            "before": 0,
            "between": 27000,
            "human": 523000,
            "machine": 777000,
            "paused": 3600000,
            "stopped": 1800000,
          },
          "from": "2026-03-04T02:45:10.120Z",
          "to": "2026-03-04T04:37:17.120Z",
          "total": 6727000,
        },
      }
    `);
  });

  test('splits recovery time, and its parts are its sum', () => {
    const { recovery } = figuresOf(recordRun(ENTRIES), objectives(), []);
    const parts = Object.values(recovery?.by ?? {}).reduce((sum, part) => sum + part, 0);
    expect(parts).toBe(recovery?.total);
  });

  test('invents nothing: without a stop, a backup or a close there is no number', () => {
    const { recovery, clock, closed, recoveryJudgement, dataLoss, counts } = figures(
      [[0, opening({ t0: START })]],
      ['a', 'b'],
    );
    expect({ recovery, clock, closed, recoveryJudgement }).toEqual({
      recovery: undefined,
      clock: undefined,
      closed: undefined,
      recoveryJudgement: 'not-measured',
    });
    expect(dataLoss.map(loss => [loss.resource, loss.loss, loss.judgement])).toEqual([
      ['base', undefined, 'not-measured'],
      ['fichiers', undefined, 'not-measured'],
      ['archives', undefined, 'not-measured'],
    ]);
    expect(counts['not-reached']).toBe(2);
  });

  test('does not count the time of a dead process as machine time', () => {
    const { whole } = figures([
      [0, opening({ t0: START })],
      [0, intend],
      [10, { type: 'step-started', step: 'archive-base', attempt: 1, pid: 1 }],
      [500, { type: 'run-resumed', operator: by, voice: 'typed', host: 'h', runner: '1' }],
      [20, { type: 'step-doubted', step: 'archive-base', attempt: 1, reason: { code: 'crashed' } }],
      [30, { type: 'doubt-settled', step: 'archive-base', as: 'done', by, reason: 'vu', exports: {} }],
    ]);
    expect(whole.by).toEqual({
      before: 0,
      machine: 10_000,
      human: 30_000,
      paused: 0,
      stopped: 500_000,
      between: 20_000,
    });
  });

  test('counts a retry of its own as no one’s wait, and an answer as human time', () => {
    const failed = { ...pass, outcome: 'failed', reason: { code: 'exit', exit: 1 } } as const;
    const { whole, retries } = figures([
      [0, opening({ t0: START })],
      [7, { ...intend, by }],
      [1, failed],
      [2, { ...intend, attempt: 2 }],
      [1, { ...failed, attempt: 2 }],
      [40, { type: 'retry-asked', step: 'archive-base', by }],
      [0, { ...intend, attempt: 3 }],
      [5, { ...pass, attempt: 3 }],
    ]);
    expect(whole.by).toMatchObject({ machine: 7000, human: 47_000, between: 2000 });
    expect(retries).toBe(2);
  });

  test('judges data loss from the backup of an attempt that did its work, however young', () => {
    const backup = (id: string, takenAt: string, attempt: number) =>
      ({
        type: 'fact-recorded',
        step: 'archive-base',
        attempt,
        fact: { kind: 'backup-used', resource: 'base', id, takenAt, bytes: 1, sha256: '', checks: [] },
      }) as const;
    const { dataLoss } = figures([
      [0, opening({ t0: START })],
      [0, intend],
      [0, backup('mauvaise', '2026-03-04T01:45:00.000Z', 1)],
      [0, { ...pass, outcome: 'failed' }],
      [0, { ...intend, attempt: 2 }],
      [0, backup('bonne', '2026-03-04T03:00:00.000Z', 2)],
      [0, { ...pass, attempt: 2 }],
    ]);
    expect(dataLoss[0]).toEqual({
      resource: 'base',
      label: 'Base de données',
      objective: 1440,
      takenAt: '2026-03-04T03:00:00.000Z',
      backup: 'bonne',
      loss: -900_000,
      judgement: 'met',
    });
  });

  test('says when the clock of the machine went back', () => {
    const { backwards, whole } = figures([
      [0, opening({ t0: START })],
      [10, intend],
      [-5, pass],
    ]);
    expect({ backwards, machine: whole.by.machine }).toEqual({ backwards: 1, machine: 0 });
  });

  test('judges no recovery time of a dry run', () => {
    const { recoveryJudgement } = figures([
      [0, opening({ t0: START, dry: true })],
      [1, { type: 'clock-marked', mark: 'stop', id: 'x' }],
    ]);
    expect(recoveryJudgement).toBe('not-measured');
  });
});

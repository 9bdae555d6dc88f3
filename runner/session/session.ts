/*
 * The state of a run: the fold of its journal over its plan, and nothing else.
 *
 * S1  A step has at most one intent without an outcome; while it has one, nothing else of its branch starts.
 * S2  An intent without an outcome, once the process that wrote it is gone, is a doubt; a doubt is left only by a
 *     `doubt-settled`, never by time, replay or a new attempt.
 * S3  `next` is a function of the session alone: two replays of one journal offer the same actions.
 */
import type { Exported, Fingerprint, Person, Reason } from '../journal/event.ts';
import type { Json, Mode } from '../model/runbook.ts';
import type { Instance, Plan } from '../plan/plan.ts';
import type { StepTable } from './step-table.ts';

/** Where a step stands. `running` is an intent whose outcome may still come, `lost` one whose process is gone, and `doubtful` one of which that was written down. */
export type StepStatus =
  | 'waiting'
  | 'presented'
  | 'running'
  | 'lost'
  | 'passed'
  | 'failed'
  | 'doubtful'
  | 'skipped'
  | 'confirmed'
  | 'done-by-hand';

/** All that is remembered of one step. */
export interface StepState {
  readonly status: StepStatus;
  readonly attempts: number;
  /** Failures since the operator last asked for a retry; compared with the cell's own `retry`. */
  readonly failures: number;
  readonly confirmedItems: readonly number[];
  readonly evidence: number;
  readonly exports: Readonly<Record<string, Exported>>;
  readonly fingerprint?: Fingerprint;
  readonly reason?: Reason;
  /** The last challenge that was put to a second person, and whether they approved; an intent uses it up. */
  readonly approval?: { readonly challenge: string; readonly isGiven: boolean };
  /** Whether the attempt under way was begun with the approval that it needs, or needs none. */
  readonly isApproved?: boolean;
  /** Whether the attempt under way was begun as its effect asks for: let start by somebody, on a target that was looked at. */
  readonly isGuarded?: boolean;
  /** How the operator settled the last doubt: after `not-done` the step is never started without being asked for. */
  readonly settled?: 'done' | 'not-done' | 'redo';
}

/** What a run goes through, in order; a parallel section holds an agenda per branch. */
export type AgendaItem =
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly AgendaItem[])[] }
  | { readonly kind: 'instance'; readonly instance: Instance }
  | { readonly kind: 'clock'; readonly mark: 'start' | 'stop'; readonly id: string }
  | {
      readonly kind: 'section';
      readonly slug: string;
      readonly title: string;
      readonly depth: number;
      readonly item?: Json;
    };

/** Steps that the operator chose to perform; all, when nothing was chosen. */
export interface Selection {
  readonly from?: string;
  readonly until?: string;
  readonly only?: readonly string[];
}

/** The state of a run. */
export interface Session {
  readonly plan: Plan;
  readonly run: string;
  readonly mode: Mode;
  readonly status: 'unopened' | 'open' | 'paused' | 'closed';
  readonly operator?: Person;
  /** Fingerprints of the keys with which operators of this run sign: none of them may approve. */
  readonly operatorKeys: readonly string[];
  /** Challenges that were answered with an approval: none serves twice. */
  readonly usedChallenges: readonly string[];
  readonly t0?: string;
  readonly steps: StepTable;
  readonly agenda: readonly AgendaItem[];
  /** Index of the first agenda item that is not over; what stands before it is never looked at again. */
  readonly cursor: number;
  /** Keys of the sections that were entered and of the clock marks that were made. */
  readonly passed: ReadonlySet<string>;
  /** The branch in which a step is performed, by instance id; steps outside a parallel section have none. */
  readonly branches: ReadonlyMap<string, string>;
  readonly selection: Selection;
  readonly dry: boolean;
  /** Whether a verification failed or a major finding was recorded: the run cannot pass without reservations. */
  readonly reserved: boolean;
  /** Whether something is being added after the seal: its close closes the addendum, not the run. */
  readonly inAddendum: boolean;
  /** Whether the cells are to be taken back, once all is done or at once. */
  readonly teardown?: 'end' | 'now';
  readonly outcome?: 'passed' | 'passed-with-reservations' | 'failed' | 'abandoned';
}

/** What is to be done next. The loop performs it behind the port and appends what came of it. */
export type Action =
  | { readonly do: 'execute-step'; readonly instance: Instance; readonly attempt: number }
  | { readonly do: 'present-manual'; readonly instance: Instance }
  | {
      readonly do: 'enter-section';
      readonly slug: string;
      readonly title: string;
      readonly depth: number;
      readonly item?: Json;
    }
  | {
      readonly do: 'skip-step';
      readonly instance: Instance;
      readonly cause: 'condition' | 'selection' | 'dry';
      readonly reason: string;
    }
  | { readonly do: 'mark-clock'; readonly mark: 'start' | 'stop'; readonly id: string }
  | {
      readonly do: 'settle-doubt';
      readonly instance: Instance;
      readonly reason: Reason;
      readonly checks: readonly Instance[];
    }
  | { readonly do: 'resolve-failure'; readonly instance: Instance; readonly reason: Reason }
  | { readonly do: 'close-run'; readonly outcome: 'passed' | 'passed-with-reservations' | 'failed' };

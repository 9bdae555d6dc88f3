/*
 * The one port to the world. Everything that a run needs from outside stands here, as small interfaces that `effects/`
 * implements and tests replace by memory. Questions and answers are plain JSON, so that a terminal, an answers file, a
 * client over a socket or a browser can stand behind the operator.
 */
import type {
  Entry,
  Event,
  Exported,
  Fact,
  Fingerprint,
  OutputSummary,
  Person,
  Reason,
  Voice,
} from './journal/event.ts';
import type { CellExport, EvidenceRule, Json, Mode } from './model/runbook.ts';
import type { Instance } from './plan/plan.ts';

/** Time, the only source of it. */
export interface Clock {
  /** RFC 3339 UTC with milliseconds. */
  now(): string;
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** The writer of the journal; the only one, since it holds the lock. */
export interface JournalWriter {
  /**
   * Appends events in order and returns their entries. With `durable` the bytes are on disk (fdatasync) before it returns.
   * Any error is a `Fault` with state `recorded` or `step-may-have-run`; afterwards every call must throw.
   */
  append(events: readonly Event[], durable: boolean): readonly Entry[];
  /** Whether the disk was full, and the reserve was given up: what was begun is still recorded, nothing new may begin. */
  readonly isLow?: boolean;
  /** sha256 of the last line written, its line feed included; 64 zeros before the first. */
  readonly head: string;
}

/** What a step needs to be executed. Secret values are here in clear and must never be written. */
export interface Execution {
  readonly instance: Instance;
  readonly attempt: number;
  readonly inputs: Readonly<Record<string, Json>>;
  /** Exports of earlier cells that this step may import, by cell, then by name; inside `each`, of the same item. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** `cell.name` of every import that is a secret. */
  readonly secretImports: readonly string[];
  /** Milliseconds; absent means no limit. */
  readonly timeout?: number;
}

/** What happens while a step runs; called in order. */
export interface ExecutionObserver {
  started(pid: number): void;
  /** A chunk of masked output; whole characters only. */
  output(stream: 'stdout' | 'stderr', text: string): void;
  fact(fact: Fact): void;
}

/** How a step ended. `killed` means that its outcome is not known: a doubt for what writes, a failure for what reads. */
export interface ExecutionResult {
  readonly ended: 'passed' | 'failed' | 'killed';
  readonly reason?: Reason;
  readonly exports: Readonly<Record<string, Exported>>;
  /** Clear values of the exports, for later steps of this process only. */
  readonly values: Readonly<Record<string, Json>>;
  readonly output: OutputSummary;
  readonly duration: number;
  /** For a check: what it answered, as text. */
  readonly answer?: string;
}

/** Runs code. One step at a time on each executor. */
export interface Executor {
  execute(execution: Execution, observer: ExecutionObserver): Promise<ExecutionResult>;
  /** Kills what is running (its whole process group); the pending `execute` then ends as `killed`, reason `interrupted`. */
  interrupt(): void;
  close(): Promise<void>;
}

/** What the engine asks of resources; each answer comes from the server. */
export interface Resources {
  /** Throws a `Fault` when the server cannot be reached or says something impossible. */
  inspect(name: string): Promise<Fingerprint>;
  /**
   * Writes this run's marker on a resource, so that it is known as this run's later; false where that is not possible. One
   * that is not empty is only claimed with `named`: the operator has typed the name that its server reports.
   */
  claim(name: string, run: string, named: boolean): Promise<boolean>;
}

/** A question to whoever operates the run. */
export type Question =
  | { readonly ask: 'step'; readonly step: string; readonly fingerprint?: Fingerprint }
  | {
      readonly ask: 'item';
      readonly step: string;
      readonly item: number;
      readonly text: string;
      readonly role?: string;
    }
  | {
      readonly ask: 'confirmation';
      readonly step: string;
      readonly evidence: EvidenceRule;
      readonly role?: string;
    }
  | {
      readonly ask: 'by-hand';
      readonly step: string;
      readonly exports: readonly CellExport[];
      readonly imports: Readonly<Record<string, Json>>;
      /** Set when the step was done in an earlier process and only its secrets are asked for again, for this other step. */
      readonly neededBy?: string;
    }
  | {
      readonly ask: 'doubt';
      readonly step: string;
      readonly reason: Reason;
      readonly exports: readonly CellExport[];
      readonly checkPassed?: boolean;
    }
  | { readonly ask: 'failure'; readonly step: string; readonly reason: Reason }
  | { readonly ask: 'name'; readonly step: string; readonly fingerprint: Fingerprint }
  | {
      readonly ask: 'approval';
      readonly step: string;
      readonly role: string;
      /** The line that the second person signs on their own machine. */
      readonly challenge: string;
      /** RFC 3339 UTC. */
      readonly expiresAt: string;
      /** Whether the line was shown before, by an earlier process or at an answer that was refused. */
      readonly isStanding: boolean;
    };

/** Who answered, and how. */
export interface Answered {
  readonly by: Person;
  readonly voice: Voice;
}

/** The answer to each question; `pause` stops the run at this question. */
export interface Answers {
  step: Answered &
    ({ readonly choice: 'run' | 'by-hand' | 'pause' } | { readonly choice: 'skip'; readonly reason: string });
  item: Answered &
    (
      | { readonly choice: 'done' }
      | { readonly choice: 'pause' }
      | { readonly choice: 'skip'; readonly reason: string }
    );
  confirmation: Answered &
    (
      | {
          readonly choice: 'done';
          readonly remark?: string;
          /** Paths of files to attach, on the operator's machine. */
          readonly evidence: readonly string[];
        }
      | { readonly choice: 'pause' }
      | { readonly choice: 'skip'; readonly reason: string }
    );
  'by-hand': Answered & {
    readonly choice: 'done' | 'pause';
    readonly reason: string;
    readonly exports: Readonly<Record<string, Json>>;
  };
  doubt: Answered & {
    readonly choice: 'done' | 'not-done' | 'redo' | 'pause';
    readonly reason: string;
    readonly exports: Readonly<Record<string, Json>>;
  };
  failure: Answered &
    (
      | { readonly choice: 'retry' | 'by-hand' | 'pause' }
      | { readonly choice: 'skip'; readonly reason: string }
    );
  name: Answered & { readonly choice: 'typed' | 'pause'; readonly name: string };
  /** `answer` is what `reprise approve` printed; an answers file can only name who approves. */
  approval: Answered &
    (
      | { readonly choice: 'pause' }
      | { readonly choice: 'signed'; readonly answer: string }
      | { readonly choice: 'scripted'; readonly approver: string }
    );
}

/** Whoever answers: a terminal, an answers file, a client. */
export interface Operator {
  /** Must never invent a yes: without an answer it throws the `Fault` `no-answer`. */
  ask<K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>): Promise<Answers[K]>;
  /** Told of every entry once it is written, for display; must not throw. */
  told(entry: Entry): void;
}

/** Checks signatures of approvals against a list from outside. */
export interface Approvals {
  /** sha256 of the list. */
  readonly signers: string;
  /** What a signature of a challenge's line is worth for this person, and the fingerprint of its key. Faults: those of `ssh-keygen`. */
  check(approval: { readonly challenge: string; readonly by: string; readonly signature: string }): Promise<{
    readonly worth: 'good' | 'unknown-signer' | 'bad-signature' | 'unreadable' | 'unsupported';
    readonly key?: string;
  }>;
}

/** Asks a time stamp authority (RFC 3161) and keeps what it answers in the bundle. */
export interface TimeStamps {
  /** Address of the authority. */
  readonly authority: string;
  /** Has the sha256 `head` stamped. Faults, all of which leave things as they were: those of the authority and of `openssl`. */
  stamp(
    mark: 'start' | 'end',
    head: string,
  ): Promise<{
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly policy: string;
    readonly stampedAt: string;
  }>;
}

/** Keeps files of the bundle. */
export interface EvidenceStore {
  /** Copies a regular file into the bundle; a `Fault` for anything else. Returns its path there, size, sha256 and media type. */
  keep(path: string): Promise<{
    readonly name: string;
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly media: string;
  }>;
}

/** The world, as a run sees it. */
export interface World {
  readonly clock: Clock;
  readonly journal: JournalWriter;
  /** The executor of a branch of a parallel section, by its name; the empty name is that of the run itself. */
  executorOf(branch: string): Executor;
  readonly resources: Resources;
  readonly operator: Operator;
  readonly evidence: EvidenceStore;
  /** Absent when no list of trusted signers was given: no approval can then be checked. */
  readonly approvals?: Approvals;
  /** Absent when no authority is configured: times are then declared. */
  readonly timeStamps?: TimeStamps;
  /** True once the operator asked the run to stop (Ctrl-C); the loop then pauses before anything new starts. */
  interrupted(): boolean;
}

/** What a run was asked to do. */
export interface RunSettings {
  readonly mode: Mode;
  /** `step` asks before each step; `auto` only where the plan says so. */
  readonly pace: 'step' | 'auto';
}

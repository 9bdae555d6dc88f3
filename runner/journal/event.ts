/*
 * What can happen in a run. An event is a fact in the past tense, as plain JSON: the journal is a list of them, the state of
 * a run is their fold, the transcript is made of nothing else and the source. An event never changes its meaning; a new
 * meaning is a new type, so that old journals replay for ever.
 */
import type { Lang } from '../diagnostic.ts';
import type { Json, Mode } from '../model/runbook.ts';

/** A file whose digest a run depends on, copied into the bundle under `source/`. */
export interface SourceFile {
  readonly path: string;
  readonly role: 'runbook' | 'import' | 'lock' | 'answers';
  readonly bytes: number;
  readonly sha256: string;
}

/** Who said something: `declaredFor` is the person in whose name another one spoke. */
export interface Person {
  readonly id: string;
  readonly role?: string;
  readonly declaredFor?: string;
}

/** Who will sign, with which key: type and base64 body. `ephemeral` is a key made for one run, which proves nothing. */
export interface SigningKey {
  readonly principal: string;
  readonly publicKey: string;
  readonly ephemeral: boolean;
}

/** How an answer came: typed by a person at a terminal, or read from an answers file. */
export type Voice = 'typed' | 'scripted';

/** What the server of a resource says of itself. Every value is reported, none configured. */
export interface Fingerprint {
  readonly resource: string;
  readonly kind: string;
  /** The name that the server gives itself, and that an operator must type to act on a non-empty one. */
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly empty: boolean;
  /** Run id found in the resource's marker. */
  readonly marker?: string;
}

/** An export at rest: a JSON value, or the sign that a secret was there. */
export type Exported = { readonly value: Json } | { readonly secret: true };

/** What the output of a step came to. Inline text stands in `output-written`; what exceeds the limit lies in `file`. */
export interface OutputSummary {
  readonly bytes: number;
  readonly lines: number;
  /** Path in the bundle, present when the output did not fit inline; it then holds the whole output. */
  readonly file?: string;
  /** sha256 of the whole output as it was recorded (after masking). */
  readonly sha256: string;
}

/** Why a step failed or came into doubt. */
export type Reason =
  | { readonly code: 'exit'; readonly exit: number }
  | { readonly code: 'signal'; readonly signal: string }
  | { readonly code: 'error'; readonly message: string; readonly stack?: string }
  | {
      readonly code: 'fault';
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number>>;
      readonly stack?: string;
    }
  | { readonly code: 'check-false'; readonly detail: string }
  | { readonly code: 'timeout'; readonly after: number }
  | { readonly code: 'interrupted' }
  | { readonly code: 'kernel-died'; readonly exit?: number; readonly signal?: string }
  | { readonly code: 'crashed' }
  | {
      readonly code: 'refused';
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number>>;
    };

/** What a cell tells the record about data, beyond its exports. Times are RFC 3339 UTC. */
export type Fact =
  | {
      readonly kind: 'backup-used';
      readonly resource: string;
      readonly id: string;
      /** The instant of which the backup is an image: data loss is judged from here. */
      readonly takenAt: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly checks: readonly string[];
    }
  | {
      readonly kind: 'backup-rejected';
      readonly resource: string;
      readonly id: string;
      readonly reason: string;
    }
  | { readonly kind: 'finding'; readonly severity: 'minor' | 'major'; readonly text: string }
  | {
      readonly kind: 'verification';
      readonly title: string;
      readonly expected: string;
      readonly found: string;
      readonly ok: boolean;
    }
  | {
      readonly kind: 'data-loaded';
      readonly resource: string;
      readonly what: string;
      readonly personal: boolean;
    }
  | { readonly kind: 'data-erased'; readonly resource: string; readonly what: string }
  | { readonly kind: 'access-granted'; readonly resource: string; readonly who: string }
  | {
      /** Requests that a service refused for a time (`429`, `5xx`…) and that passed, or were given up, after `waited` ms in all. */
      readonly kind: 'requests-retried';
      readonly resource: string;
      readonly refusal: string;
      readonly requests: number;
      readonly waited: number;
    };

/** Everything that a journal may hold. `step` is an instance id. */
export type Event =
  | {
      readonly type: 'run-opened';
      /** Version of the journal format. */
      readonly format: 1;
      readonly run: string;
      readonly title: string;
      readonly lang: Lang;
      readonly files: readonly SourceFile[];
      /** sha256 over the files' paths and digests and the runner's version: what a resume compares. */
      readonly digest: string;
      readonly runner: string;
      readonly node: string;
      readonly platform: string;
      readonly target: string;
      readonly mode: Mode;
      readonly embedded: boolean;
      readonly dry: boolean;
      readonly inputs: Readonly<Record<string, Json>>;
      readonly operator: Person;
      readonly voice: Voice;
      /** T0, the decision to activate the plan: declared, not measured. */
      readonly t0: string;
      readonly signer: SigningKey;
      readonly commit?: { readonly id: string; readonly dirty: boolean };
      /** Where the runbook lay, relative to the bundle: a resume on the same machine finds its folder again. */
      readonly origin?: string;
      readonly selection: {
        readonly from?: string;
        readonly until?: string;
        readonly only?: readonly string[];
      };
      /** Names of the faults that the sandbox simulates until the run is resumed; absent when there are none. */
      readonly faults?: readonly string[];
    }
  | {
      readonly type: 'run-resumed';
      readonly operator: Person;
      readonly voice: Voice;
      readonly host: string;
      readonly runner: string;
      /** Who will sign from here on; absent when that has not changed. */
      readonly signer?: SigningKey;
      /** Names of the faults that the sandbox simulates from here on; absent when there are none. */
      readonly faults?: readonly string[];
    }
  | {
      readonly type: 'change-accepted';
      readonly by: Person;
      readonly files: readonly SourceFile[];
      readonly digest: string;
      readonly diff: string;
    }
  | { readonly type: 'journal-recovered'; readonly bytes: number; readonly sha256: string }
  | {
      readonly type: 'run-paused';
      readonly by: Person;
      readonly cause: 'asked' | 'interrupted' | 'no-answer' | 'failed';
    }
  | { readonly type: 'clock-marked'; readonly mark: 'start' | 'stop'; readonly id: string }
  | {
      readonly type: 'section-entered';
      readonly slug: string;
      readonly title: string;
      readonly depth: number;
      readonly item?: Json;
    }
  | {
      readonly type: 'step-skipped';
      readonly step: string;
      readonly cause: 'condition' | 'operator' | 'selection' | 'dry';
      readonly reason: string;
      readonly by?: Person;
    }
  | {
      readonly type: 'step-intended';
      readonly step: string;
      readonly attempt: number;
      readonly code: string;
      readonly fingerprint?: Fingerprint;
      /** Who let it start, when someone was asked; absent when the plan ran on. */
      readonly by?: Person;
      readonly typedName?: string;
    }
  | { readonly type: 'step-started'; readonly step: string; readonly attempt: number; readonly pid: number }
  | {
      readonly type: 'output-written';
      readonly step: string;
      readonly attempt: number;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  | { readonly type: 'fact-recorded'; readonly step: string; readonly attempt: number; readonly fact: Fact }
  | {
      readonly type: 'step-finished';
      readonly step: string;
      readonly attempt: number;
      readonly outcome: 'passed' | 'failed';
      readonly reason?: Reason;
      readonly exports: Readonly<Record<string, Exported>>;
      readonly output: OutputSummary;
      /** Milliseconds on a monotonic clock. */
      readonly duration: number;
      /** For a check: number of polls, with the first and the last answer. */
      readonly polls?: { readonly count: number; readonly first: string; readonly last: string };
    }
  | {
      readonly type: 'step-doubted';
      readonly step: string;
      readonly attempt: number;
      readonly reason: Reason;
      readonly output?: OutputSummary;
    }
  | {
      readonly type: 'doubt-settled';
      readonly step: string;
      readonly as: 'done' | 'not-done' | 'redo';
      readonly by: Person | { readonly check: string };
      readonly reason: string;
      readonly exports: Readonly<Record<string, Exported>>;
    }
  | { readonly type: 'manual-presented'; readonly step: string; readonly role?: string }
  | {
      readonly type: 'item-confirmed';
      readonly step: string;
      readonly item: number;
      readonly by: Person;
      readonly voice: Voice;
    }
  | {
      readonly type: 'step-confirmed';
      readonly step: string;
      readonly by: Person;
      readonly voice: Voice;
      readonly remark?: string;
    }
  | {
      readonly type: 'step-done-by-hand';
      readonly step: string;
      readonly by: Person;
      readonly voice: Voice;
      readonly reason: string;
      readonly exports: Readonly<Record<string, Exported>>;
    }
  | {
      /** What a probe answered before the run opened; `used` is false when the input had been given otherwise. */
      readonly type: 'input-probed';
      readonly input: string;
      readonly step: string;
      readonly answer: Json;
      readonly used: boolean;
    }
  | {
      /** The cells are to be taken back: `end`, once all is done; `now`, and what was not begun is left out. */
      readonly type: 'teardown-asked';
      readonly scope: 'end' | 'now';
      readonly by: Person;
      readonly voice: Voice;
    }
  | {
      /** A second person must approve before the step acts; the challenge is the one line of text that they sign. */
      readonly type: 'approval-asked';
      readonly step: string;
      readonly role: string;
      readonly challenge: string;
    }
  | {
      readonly type: 'approval-refused';
      readonly step: string;
      /** Who handed the answer over, which is not who gave it. */
      readonly by: Person;
      readonly voice: Voice;
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number>>;
    }
  | {
      readonly type: 'step-approved';
      readonly step: string;
      /** The second person. */
      readonly by: Person;
      /** `scripted`: an answers file of a drill said so, and nothing was signed. */
      readonly voice: Voice;
      readonly challenge: string;
      /** Absent when the approval is scripted. */
      readonly signed?: {
        /** Fingerprint of the key (`SHA256:…`). */
        readonly key: string;
        /** The armoured SSHSIG signature of the challenge and a line feed, namespace `approval@reprise`. */
        readonly signature: string;
        /** sha256 of the list of trusted signers against which it was checked. */
        readonly signers: string;
      };
    }
  | {
      /** Another holder of a role takes the run over; the resumption follows. */
      readonly type: 'run-handed-over';
      readonly from: Person;
      readonly to: Person;
      readonly voice: Voice;
    }
  | {
      /** A time stamp authority (RFC 3161) stamped the line before this one: `head` is its sha256, and this line's `prev`. */
      readonly type: 'time-stamped';
      readonly mark: 'start' | 'end';
      readonly head: string;
      /** The authority's answer, as it came. */
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
      /** Address that was asked. */
      readonly authority: string;
      /** Policy under which the authority stamps, an OID. */
      readonly policy: string;
      /** The time in the token. */
      readonly stampedAt: string;
    }
  | {
      readonly type: 'time-stamp-failed';
      readonly mark: 'start' | 'end';
      readonly authority: string;
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number>>;
    }
  | { readonly type: 'retry-asked'; readonly step: string; readonly by?: Person }
  | {
      readonly type: 'evidence-attached';
      readonly step?: string;
      readonly name: string;
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly media: string;
      readonly by: Person;
    }
  | {
      readonly type: 'note-added';
      readonly step?: string;
      readonly text: string;
      readonly by: Person;
      readonly corrects?: number;
    }
  | {
      readonly type: 'run-closed';
      readonly outcome: 'passed' | 'passed-with-reservations' | 'failed' | 'abandoned';
      readonly by: Person;
    }
  | {
      /** Entries are added after the seal: the first line of an addendum's own journal, chained to the line sealed last. */
      readonly type: 'addendum-opened';
      readonly run: string;
      /** Counts from 1 without a gap. */
      readonly number: number;
      /** sha256 of the run's statement, as it was sealed. */
      readonly sealed: string;
      /** sha256 of the statement of the addendum before; absent in the first. */
      readonly previous?: string;
      readonly by: Person;
      readonly voice: Voice;
      readonly runner: string;
      readonly signer: SigningKey;
    }
  | { readonly type: 'addendum-closed'; readonly by: Person };

/** The event of one type. */
export type EventOf<T extends Event['type']> = Extract<Event, { readonly type: T }>;

/** A line of the journal: an event, when it happened, and its link in the chain. */
export type Entry = Event & {
  /** Counts from 0 without a gap. */
  readonly seq: number;
  /** sha256 (hex) of the raw bytes of the previous line, its line feed included; 64 zeros for the first. */
  readonly prev: string;
  /** RFC 3339 UTC with milliseconds, from the machine's clock. */
  readonly at: string;
};

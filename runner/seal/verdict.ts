/*
 * What verifying a bundle comes to. Findings are data: the layer that they concern, a permanent code and parameters; the
 * printer (`report/verdict.ts`) makes words of them. The verdict is the gravest finding, and nothing else.
 */
import type { Lang } from '../diagnostic.ts';

/** The layers of a bundle, in the order in which they are looked at. */
export type Layer =
  | 'bundle'
  | 'journal'
  | 'source'
  | 'evidence'
  | 'output'
  | 'replay'
  | 'statement'
  | 'transcript'
  | 'approval'
  | 'time-stamp'
  | 'seal';

/**
 * What the whole comes to. `not-probative` is a sandbox's key; `incomplete` lacks a statement or a seal that it must bear;
 * `not-comparable` holds but for what another version of Reprise made or allowed: transcripts that this one cannot make again, or
 * a journal that it would not have written.
 */
export type VerdictName =
  | 'verified'
  | 'intact-signer-unverified'
  | 'not-probative'
  | 'incomplete'
  | 'not-comparable'
  | 'tampered';

/** How much a finding weighs; `unsealed` and `unsigned` both make a bundle incomplete. */
type Gravity =
  | 'tampered'
  | 'unsealed'
  | 'not-probative'
  | 'unsigned'
  | 'unverified'
  | 'not-comparable'
  | 'note';

/** Every code, with how much it weighs. Codes are permanent. */
export const FINDINGS = {
  'not-a-file': 'tampered',
  // A crash leaves one too; in a sealed bundle the journal is then an altered subject besides.
  'torn-tail': 'unsealed',
  'line-too-long': 'tampered',
  'not-utf8': 'tampered',
  'bad-json': 'tampered',
  'not-canonical': 'tampered',
  'unknown-event': 'tampered',
  'bad-shape': 'tampered',
  'bad-sequence': 'tampered',
  'bad-chain': 'tampered',
  'run-not-opened': 'tampered',
  'run-not-closed': 'unsealed',
  'file-missing': 'tampered',
  'file-altered': 'tampered',
  'replay-failed': 'tampered',
  'journal-illegal': 'tampered',
  'addendum-unfounded': 'tampered',
  'addendum-missing': 'tampered',
  'addendum-out-of-order': 'tampered',
  'addendum-elsewhere': 'tampered',
  'addendum-illegal': 'tampered',
  'addendum-by-stranger': 'tampered',
  'addendum-pending': 'unsealed',
  'replay-not-comparable': 'not-comparable',
  'clock-went-back': 'note',
  'statement-missing': 'unsealed',
  'statement-unreadable': 'tampered',
  'statement-altered': 'tampered',
  'statement-disagrees': 'tampered',
  'subject-missing': 'tampered',
  'subject-altered': 'tampered',
  'subject-repeated': 'tampered',
  'subject-unlisted': 'tampered',
  'unlisted-too-large': 'tampered',
  'transcript-altered': 'tampered',
  'source-not-restored': 'tampered',
  'not-comparable': 'not-comparable',
  'seal-missing': 'unsealed',
  'seal-bad': 'tampered',
  'seal-unreadable': 'tampered',
  'seal-unsupported': 'unverified',
  'seal-key-differs': 'tampered',
  'signer-not-vouched': 'unverified',
  'signer-unknown': 'unverified',
  'cosigner-not-vouched': 'note',
  'seal-key-shared': 'note',
  ephemeral: 'not-probative',
  'approval-bad': 'tampered',
  'approval-unknown': 'unverified',
  'approval-unsupported': 'unverified',
  'approval-not-vouched': 'note',
  'approval-scripted': 'note',
  'stamp-bad': 'tampered',
  'stamp-unknown': 'unverified',
  'stamp-not-vouched': 'note',
  'stamp-clock-differs': 'note',
  'required-seal-missing': 'unsigned',
} as const satisfies Readonly<Record<string, Gravity>>;

/** The code of a finding. */
export type FindingCode = keyof typeof FINDINGS;

/** One thing that was found. */
export interface Finding {
  readonly layer: Layer;
  readonly code: FindingCode;
  readonly params: Readonly<Record<string, string | number>>;
  /** The number of the addendum whose layer this is; absent for what was sealed first. */
  readonly addendum?: number;
}

/** One who sealed. `verified`: by a key that the outside list allows; `unverified`: sound, but nobody vouches for the key. */
export interface SealedBy {
  readonly principal: string;
  /** Fingerprint of the key that signed (`SHA256:…`); absent when the seal is not sound. */
  readonly key?: string;
  readonly status: 'verified' | 'unverified' | 'ephemeral' | 'bad';
}

/** An addendum as far as it could be read: what was added after the seal, and by whom. `at` is RFC 3339 UTC. */
export interface AddendumSeen {
  readonly number: number;
  readonly by: string;
  readonly at: string;
  readonly notes: number;
  readonly evidence: number;
  readonly signers: readonly SealedBy[];
}

/** A step that a second person approved. `verified`: by a key that the outside list allows to them for approvals. */
export interface Approved {
  readonly step: string;
  readonly by: string;
  /** Fingerprint of the key (`SHA256:…`); absent when nothing was signed. */
  readonly key?: string;
  readonly status: 'verified' | 'unverified' | 'scripted' | 'bad';
}

/** A time stamp of a third party. `verified`: by an authority whose certificates came from outside. */
export interface Stamped {
  readonly mark: 'start' | 'end';
  /** RFC 3339 UTC, from the token. */
  readonly at: string;
  readonly authority: string;
  readonly policy: string;
  readonly status: 'verified' | 'unverified' | 'bad';
}

/** What verifying a bundle came to. */
export interface Verdict {
  readonly verdict: VerdictName;
  readonly run?: string;
  /** The language of the run's documents, as its journal opens; whoever tampered with that only chose the words. */
  readonly lang?: Lang;
  readonly findings: readonly Finding[];
  readonly signers: readonly SealedBy[];
  /** What was added after the seal, in order; absent when there is nothing. */
  readonly addenda?: readonly AddendumSeen[];
  /** Absent when no step was approved. */
  readonly approvals?: readonly Approved[];
  /** Absent when nothing was stamped. */
  readonly stamps?: readonly Stamped[];
}

const gravest: readonly (readonly [Gravity, VerdictName])[] = [
  ['tampered', 'tampered'],
  ['unsealed', 'incomplete'],
  // A sandbox's bundle proves nothing whoever else signed it, so that is said before what is missing.
  ['not-probative', 'not-probative'],
  // A role's seal by an unknown key is missing too; that the key is unknown says more.
  ['unverified', 'intact-signer-unverified'],
  ['unsigned', 'incomplete'],
  ['not-comparable', 'not-comparable'],
];

/** The verdict that findings amount to. */
export function judge(findings: readonly Finding[]): VerdictName {
  const weights = new Set<Gravity>(findings.map(finding => FINDINGS[finding.code]));
  return gravest.find(([gravity]) => weights.has(gravity))?.[1] ?? 'verified';
}

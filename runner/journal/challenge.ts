/*
 * What a second person approves, as one line of text that can be copied by hand, and their answer as another. In: what is
 * about to happen. Out: a line that holds all of it, so that whoever approves needs nothing of the run. Both are canonical
 * JSON in base64url after a word that says what they are; one challenge has one spelling, and any other is refused.
 */
import { hash } from 'node:crypto';
import type { Mode } from '../model/runbook.ts';
import { canonicalJson } from './canonical.ts';
import type { Fingerprint } from './event.ts';
import { settledFingerprint } from './fingerprint.ts';
import { choice, count, digest, flag, type Guard, instant, object, optional, text } from './guard.ts';

/** The SSHSIG namespace of approvals: a signature of anything else never passes for one. */
export const APPROVAL_NAMESPACE = 'approval@reprise';

/** The target as its server reported it, in short, with the sha256 of the fingerprint but for what moves by itself. */
export interface ApprovedTarget {
  readonly resource: string;
  readonly name: string;
  readonly empty: boolean;
  readonly sha256: string;
}

/** What is to be approved. `act`: the cell's code is run, a person does what it would do, or a manual step is begun. */
export interface Challenge {
  readonly run: string;
  readonly target: string;
  readonly mode: Mode;
  readonly step: string;
  readonly title: string;
  readonly act: 'run' | 'by-hand' | 'manual';
  readonly attempt: number;
  readonly role: string;
  /** Who asks, and may not approve. */
  readonly operator: string;
  /** sha256 of the step as `step-intended` has it. */
  readonly code: string;
  readonly fingerprint?: ApprovedTarget;
  /** sha256 of the journal's last line when it was asked. */
  readonly head: string;
  /** RFC 3339 UTC, by the clock of the run's machine. */
  readonly expiresAt: string;
}

/** What a second person hands back: which challenge (sha256 of its text), who they are, and their SSHSIG signature. */
export interface ApprovalAnswer {
  readonly challenge: string;
  readonly by: string;
  readonly signature: string;
}

const challengeWord = 'reprise-approval-1.';
const answerWord = 'reprise-approved-1.';

const isChallenge = object<Challenge>({
  run: text,
  target: text,
  mode: choice('drill', 'real'),
  step: text,
  title: text,
  act: choice('run', 'by-hand', 'manual'),
  attempt: count,
  role: text,
  operator: text,
  code: digest,
  fingerprint: optional(object<ApprovedTarget>({ resource: text, name: text, empty: flag, sha256: digest })),
  head: digest,
  expiresAt: instant,
});

const isAnswer = object<ApprovalAnswer>({ challenge: digest, by: text, signature: text });

/** A line as it was written, whatever a terminal or a mail cut it into: none of its characters is white space. */
export function joinLine(pasted: string): string {
  return pasted.replaceAll(/\s+/gu, '');
}

/** The line that is shown, copied and signed; without a line feed. */
export function writeChallenge(challenge: Challenge): string {
  return write(challengeWord, challenge);
}

/** What a line asks to approve; nothing when it is no challenge. White space around it is forgiven. */
export function readChallenge(line: string): Challenge | undefined {
  return read(challengeWord, isChallenge, line.trim());
}

/** The line that goes back; without a line feed. */
export function writeAnswer(answer: ApprovalAnswer): string {
  return write(answerWord, answer);
}

/** What a line answers; nothing when it is no answer. White space around it is forgiven. */
export function readAnswer(line: string): ApprovalAnswer | undefined {
  return read(answerWord, isAnswer, line.trim());
}

/** The sha256 of a challenge's line, by which its answer names it. */
export function digestChallenge(line: string): string {
  return hash('sha256', line);
}

/** The bytes that are signed: the line and a line feed, as `printf '%s\n'` gives it to `ssh-keygen -Y verify`. */
export function signedBytes(line: string): Buffer {
  return Buffer.from(`${line}\n`);
}

/** A fingerprint as a challenge has it; its sha256 leaves out what moves by itself, so that a pause changes nothing. */
export function approvedTarget(fingerprint: Fingerprint): ApprovedTarget {
  const { resource, name, empty } = fingerprint;
  return { resource, name, empty, sha256: hash('sha256', canonicalJson(settledFingerprint(fingerprint))) };
}

/** The fingerprint that OpenSSH gives to a public key (its type and base64 body): the sha256 of the body's bytes. */
export function keyFingerprint(publicKey: string): string {
  const body = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  return `SHA256:${hash('sha256', body, 'base64').replace(/=+$/, '')}`;
}

function write(word: string, value: Challenge | ApprovalAnswer): string {
  return word + Buffer.from(canonicalJson(value)).toString('base64url');
}

function read<T extends Challenge | ApprovalAnswer>(
  word: string,
  guard: Guard<T>,
  line: string,
): T | undefined {
  if (!line.startsWith(word)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(line.slice(word.length), 'base64url').toString());
    return guard(value) && write(word, value) === line ? value : undefined;
  } catch {
    return undefined;
  }
}

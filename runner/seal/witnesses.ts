/*
 * What third parties said during a run: approvals of a second person, time stamps of an authority. In: what was read of each,
 * with the entry that recorded it. Out: findings, and who and what stands. None looks at a file or asks a programme.
 */
import type { EventOf } from '../journal/event.ts';
import { secondsApart } from '../journal/stamps.ts';
import { finding } from './layers.ts';
import type { SignatureWorth } from './seals.ts';
import type { Approved, Finding, Stamped } from './verdict.ts';

/** An approval and what `ssh-keygen` said of its signature; `trusted` is what the list from outside makes of it. */
export interface ApprovalReading {
  readonly entry: EventOf<'step-approved'> & { readonly seq: number };
  readonly sound?: { readonly worth: SignatureWorth; readonly key?: string } | undefined;
  readonly trusted?: SignatureWorth | undefined;
}

/** A stamp and what `openssl` said of its token; absent members were not looked at. */
export interface StampReading {
  readonly entry: EventOf<'time-stamped'> & { readonly seq: number; readonly at: string };
  /** What the token says of itself; nothing when it is no token at all. */
  readonly token?:
    | { readonly imprint: string; readonly policy: string; readonly stampedAt: string }
    | undefined;
  readonly isRead: boolean;
  readonly isVouched?: boolean | undefined;
}

/** What the readings come to. */
export interface Witnessed<T> {
  readonly findings: readonly Finding[];
  readonly found: readonly T[];
}

/** Judges approvals. */
export function judgeApprovals(readings: readonly ApprovalReading[]): Witnessed<Approved> {
  return {
    findings: readings.flatMap(approvalFinding),
    found: readings.map(reading => {
      const { step, by, signed } = reading.entry;
      const key = signed === undefined ? {} : { key: signed.key };
      return { step, by: by.id, ...key, status: approvalStatus(reading) };
    }),
  };
}

function approvalStatus({ entry, sound, trusted }: ApprovalReading): Approved['status'] {
  if (entry.signed === undefined) return 'scripted';
  if (sound?.worth === 'unsupported') return 'unverified';
  if (!isSound({ entry, sound })) return 'bad';
  return trusted === 'good' ? 'verified' : 'unverified';
}

function isSound({ entry, sound }: ApprovalReading): boolean {
  const isReadable = sound?.worth === 'good' || sound?.worth === 'unknown-signer';
  return isReadable && sound?.key === entry.signed?.key;
}

function approvalFinding(reading: ApprovalReading): readonly Finding[] {
  const { entry, sound, trusted } = reading;
  const { step, by, signed, seq } = entry;
  const who = { step, principal: by.id };
  if (signed === undefined) return [finding('approval', 'approval-scripted', who)];
  if (sound?.worth === 'unsupported') return [finding('approval', 'approval-unsupported', who)];
  if (!isSound(reading)) return [finding('approval', 'approval-bad', { ...who, line: seq + 1 })];
  if (trusted === 'good') return [];
  const code = trusted === undefined ? 'approval-not-vouched' : 'approval-unknown';
  return [finding('approval', code, { ...who, key: signed.key })];
}

/** Judges time stamps. */
export function judgeStamps(readings: readonly StampReading[]): Witnessed<Stamped> {
  return {
    findings: readings.flatMap(stampFindings),
    found: readings.map(reading => {
      const { mark, stampedAt: at, authority, policy } = reading.entry;
      const sound = reading.isVouched === true ? 'verified' : 'unverified';
      return { mark, at, authority, policy, status: isBad(reading) ? 'bad' : sound };
    }),
  };
}

function isBad({ entry, token, isRead }: StampReading): boolean {
  if (!isRead) return false;
  return (
    token?.imprint !== entry.head ||
    token.policy !== entry.policy ||
    Date.parse(token.stampedAt) !== Date.parse(entry.stampedAt)
  );
}

function stampFindings(reading: StampReading): readonly Finding[] {
  const { entry, isVouched } = reading;
  const { file: path, authority, seq } = entry;
  const line = seq + 1;
  if (isBad(reading)) return [finding('time-stamp', 'stamp-bad', { path, line })];
  const seconds = secondsApart(entry);
  const apart =
    seconds === undefined ? [] : [finding('time-stamp', 'stamp-clock-differs', { line, seconds })];
  if (isVouched === true) return apart;
  const code = isVouched === undefined ? 'stamp-not-vouched' : 'stamp-unknown';
  return [finding('time-stamp', code, { path, authority }), ...apart];
}

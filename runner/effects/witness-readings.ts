/*
 * Approvals and time stamps of a journal, each put to the programme that knows: `ssh-keygen`, `openssl`. In: the entries, the
 * bundle, and from outside the list of signers and the authority's certificates. Nothing in the bundle is believed.
 */
import { closeSync, openSync } from 'node:fs';
import { Fault } from '../fault.ts';
import { APPROVAL_NAMESPACE, signedBytes } from '../journal/challenge.ts';
import type { Entry } from '../journal/event.ts';
import { isArmoured } from '../seal/seals.ts';
import type { ApprovalReading, StampReading } from '../seal/witnesses.ts';
import { type Bundle, readDocument, sha256 } from './bundle.ts';
import { errorCode } from './durable.ts';
import { checkSignature } from './signer.ts';
import { isVouched, readToken } from './timestamp.ts';

/** Reads every approval; `trusted` is the content of the list from outside. Throws the faults of `ssh-keygen`. */
export async function readApprovals(
  entries: readonly Entry[],
  trusted: string | undefined,
): Promise<readonly ApprovalReading[]> {
  const readings: ApprovalReading[] = [];
  for (const entry of entries)
    if (entry.type === 'step-approved') readings.push(await readApproval(entry, trusted));
  return readings;
}

async function readApproval(
  entry: ApprovalReading['entry'],
  allowedSigners: string | undefined,
): Promise<ApprovalReading> {
  const { challenge, signed, by } = entry;
  if (signed === undefined) return { entry };
  if (!isArmoured(signed.signature)) return { entry, sound: { worth: 'unreadable' } };
  const message = signedBytes(challenge);
  const check = { message, signature: signed.signature, principal: by.id, namespace: APPROVAL_NAMESPACE };
  const sound = await checkSignature(check);
  if (allowedSigners === undefined) return { entry, sound };
  const { worth } = await checkSignature({ ...check, allowedSigners });
  return { entry, sound, trusted: worth };
}

/**
 * Reads every time stamp whose token is the file that the journal recorded. `ca` is the path of the authority's certificates
 * (PEM). Faults: `timestamp-ca-unreadable`; `openssl-missing`, when certificates were given: without them the tokens are then
 * not looked at.
 */
export async function readStamps(
  bundle: Bundle,
  entries: readonly Entry[],
  ca: string | undefined,
): Promise<readonly StampReading[]> {
  if (ca !== undefined) requireReadable(ca);
  const readings: StampReading[] = [];
  for (const entry of entries) {
    if (entry.type !== 'time-stamped') continue;
    const answer = readDocument(bundle, entry.file);
    if (answer !== undefined && sha256(answer) === entry.sha256)
      readings.push(await readStamp(answer, entry, ca));
  }
  return readings;
}

async function readStamp(
  answer: Buffer,
  entry: StampReading['entry'],
  ca: string | undefined,
): Promise<StampReading> {
  try {
    const token = await readToken(answer);
    if (ca === undefined || token === undefined) return { entry, token, isRead: true };
    const vouched = await isVouched(answer, entry.head, { ca, at: token.stampedAt });
    return { entry, token, isRead: true, isVouched: vouched };
  } catch (error) {
    if (ca === undefined && error instanceof Fault && error.code === 'openssl-missing')
      return { entry, isRead: false };
    throw error;
  }
}

function requireReadable(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (error) {
    throw new Fault('timestamp-ca-unreadable', { path, error: errorCode(error) });
  }
}

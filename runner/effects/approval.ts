/*
 * Approvals by a second person, at both ends. On their machine: a challenge's line in, the line that answers it out, signed by
 * `ssh-keygen`. At the run: what such a signature is worth, against a list of trusted signers that comes from outside.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Fault } from '../fault.ts';
import {
  APPROVAL_NAMESPACE,
  type Challenge,
  digestChallenge,
  readChallenge,
  signedBytes,
  writeAnswer,
} from '../journal/challenge.ts';
import type { Approvals } from '../ports.ts';
import { isArmoured } from '../seal/seals.ts';
import { errorCode } from './durable.ts';
import { checkSignature, defaultSigner, keySigner } from './signer.ts';

/** The checker of approvals by the list at `path`. Fault: `allowed-signers-unreadable`. */
export function approvalsBy(path: string): Approvals {
  const allowedSigners = readList(path);
  return {
    signers: hash('sha256', allowedSigners),
    check: async ({ challenge, by, signature }) => {
      // `ssh-keygen` forgives white space; a journal that holds a signature holds the one spelling of it.
      if (!isArmoured(signature)) return { worth: 'unreadable' };
      const message = signedBytes(challenge);
      return await checkSignature({
        message,
        signature,
        principal: by,
        allowedSigners,
        namespace: APPROVAL_NAMESPACE,
      });
    },
  };
}

function readList(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('allowed-signers-unreadable', { path, error: errorCode(error) });
  }
}

/** What a line asks. Faults: `approval-no-challenge`; `approval-expired` when `now` (RFC 3339) is past its end. */
export function challengeIn(line: string, now: string): Challenge {
  const challenge = readChallenge(line);
  if (challenge === undefined) throw new Fault('approval-no-challenge');
  const { step, expiresAt } = challenge;
  if (Date.parse(now) > Date.parse(expiresAt)) throw new Fault('approval-expired', { step, expiresAt });
  return challenge;
}

/** Signs a challenge's line as `by`, with the key file or their usual key, and gives the line that answers it. Faults: those of a signer. */
export async function signChallenge(line: string, by: string, keyFile?: string): Promise<string> {
  const signer =
    keyFile === undefined
      ? await defaultSigner(by, APPROVAL_NAMESPACE)
      : await keySigner(by, keyFile, false, APPROVAL_NAMESPACE);
  const signature = await signer.sign(signedBytes(line.trim()));
  return writeAnswer({ challenge: digestChallenge(line.trim()), by, signature });
}

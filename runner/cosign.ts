/*
 * A co-signature. In: a sealed bundle, somebody who holds a role, their key. Out: their seal of the same statement, beside the
 * others. What can never happen: a seal of a bundle that was tampered with; one key that signs for two people; a statement
 * that changes.
 */

import { writeBeside } from './addendum.ts';
import { refuseTampered } from './contribute.ts';
import { type Bundle, listBundle, openBundle, readDocument } from './effects/bundle.ts';
import { lockRun } from './effects/lock.ts';
import type { Signer } from './effects/signer.ts';
import { Fault } from './fault.ts';
import type { Person } from './journal/event.ts';
import type { Plan } from './plan/plan.ts';
import { type BundledRun, readBundle } from './replay.ts';
import { allowedSignersLine, LAYOUT, principalOf, sealPath } from './seal/layout.ts';
import { recordedSigners } from './seal/seals.ts';
import { type RequiredSigner, readStatement } from './seal/statement.ts';

/** Who co-signs which bundle. */
export interface CoSigning {
  readonly path: string;
  readonly runner: string;
  readonly person: (plan: Plan) => Promise<Person>;
  readonly signer: (plan: Plan, person: Person) => Promise<Signer>;
}

/** A bundle with one seal more, and the roles whose seal it still lacks. */
export interface CoSigned {
  readonly bundle: Bundle;
  readonly run: BundledRun;
  readonly principal: string;
  readonly missing: readonly RequiredSigner[];
}

/**
 * Adds a seal. Faults: `not-sealed`, `bundle-tampered`, `already-signed`, `seal-key-shared` for a key that signed for somebody
 * else, `run-locked`, those of the signer and of the bundle.
 */
export async function coSign(request: CoSigning): Promise<CoSigned> {
  const bundle = openBundle(request.path);
  const run = readBundle(bundle);
  const message = readDocument(bundle, LAYOUT.statement);
  const statement = message && readStatement(message);
  if (message === undefined || statement === undefined) throw new Fault('not-sealed', { run: bundle.run });
  const { plan } = run.session;
  const person = await request.person(plan);
  refuseSecondSeal(bundle, person.id);
  const lock = await lockRun(bundle.directory);
  try {
    await refuseTampered(bundle, request.runner);
    const signer = await request.signer(plan, person);
    const recorded = readDocument(bundle, LAYOUT.allowedSigners)?.toString() ?? '';
    refuseSharedKey(recordedSigners(run.entries, recorded), signer);
    const seal = await signer.sign(message);
    // A crash between the two leaves the line alone.
    if (!recorded.includes(lineOf(signer)))
      writeBeside(bundle, LAYOUT.allowedSigners, `${recorded}${lineOf(signer)}`);
    writeBeside(bundle, sealPath(person.id), seal);
  } finally {
    lock.release();
  }
  const missing = stillMissing(bundle, statement.predicate.requiredSigners);
  return { bundle, run, principal: person.id, missing };
}

function refuseSecondSeal(bundle: Bundle, principal: string): void {
  if (readDocument(bundle, sealPath(principal)) !== undefined)
    throw new Fault('already-signed', { principal });
}

/** Four eyes with one key would be two. */
function refuseSharedKey(recorded: string, { principal, publicKey }: Signer): void {
  for (const line of recorded.split('\n')) {
    const [other = ''] = line.split(' ');
    if (other !== principal && line.includes(publicKey))
      throw new Fault('seal-key-shared', { principal: other });
  }
}

function lineOf({ principal, publicKey }: Signer): string {
  return allowedSignersLine(principal, publicKey) ?? '';
}

function stillMissing(bundle: Bundle, required: readonly RequiredSigner[]): readonly RequiredSigner[] {
  const signed = new Set([...listBundle(bundle).digests.keys()].flatMap(path => principalOf(path) ?? []));
  return required.filter(({ holders }) => !holders.some(holder => signed.has(holder)));
}

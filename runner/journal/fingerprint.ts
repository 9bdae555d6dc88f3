import type { Fingerprint } from './event.ts';

/** What a server says that moves by itself: its own upkeep, or somebody who only looks, is no other target. */
export const MOVING_FACTS: ReadonlySet<string> = new Set(['bytes', 'sessions']);

/** A fingerprint without what moves by itself: what two readings of one target have in common. */
export function settledFingerprint(fingerprint: Fingerprint): Fingerprint {
  const facts = Object.entries(fingerprint.facts).filter(([name]) => !MOVING_FACTS.has(name));
  return { ...fingerprint, facts: Object.fromEntries(facts) };
}

import { S3Error } from './error.ts';
import type { Restoration, StoredObject } from './model.ts';

const day = 86_400_000;

/** Throws `InvalidObjectState` when the bytes of an archived object are not readable at `now` (ms). */
export function checkReadable(object: StoredObject, now: number): void {
  if (object.storageClass !== 'GLACIER') return;
  const { restoration } = object;
  if (restoration !== undefined && restoration.ready <= now && now < restoration.expires) return;
  throw new S3Error('InvalidObjectState', { details: { StorageClass: object.storageClass } });
}

/** The `x-amz-restore` header of an object (HeadObject, S3 API reference), or undefined when there is none. */
export function restoreHeader(object: StoredObject, now: number): string | undefined {
  const { restoration } = object;
  if (restoration === undefined || now >= restoration.expires) return undefined;
  if (now < restoration.ready) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${new Date(restoration.expires).toUTCString()}"`;
}

/**
 * Asks for a temporary copy of `days` days that is ready `delay` ms after `now`.
 *
 * Gives the restoration and whether a copy was there already (S3 answers 200 then, 202 otherwise). Throws
 * `InvalidObjectState` for an object that is not archived, `RestoreAlreadyInProgress` while one is under way.
 */
export function requestRestoration(
  object: StoredObject,
  request: { readonly now: number; readonly days: number; readonly delay: number },
): { readonly restoration: Restoration; readonly renewed: boolean } {
  if (object.storageClass !== 'GLACIER') {
    throw new S3Error('InvalidObjectState', {
      message: "Restore is not allowed for the object's storage class",
    });
  }
  const { now, days, delay } = request;
  const existing = object.restoration;
  const alive = existing !== undefined && now < existing.expires;
  if (alive && now < existing.ready) throw new S3Error('RestoreAlreadyInProgress');
  const ready = alive ? existing.ready : now + delay;
  return { restoration: { ready, expires: nextMidnight(Math.max(now, ready) + days * day) }, renewed: alive };
}

// S3 rounds the expiry up to the next midnight UTC ("Restoring an archived object").
function nextMidnight(time: number): number {
  return Math.ceil(time / day) * day;
}

import type { Lang } from '../../diagnostic.ts';
import { Fault } from '../../fault.ts';
import { describeFault } from '../../report/faults.ts';
import { recordFinding } from '../record.ts';
import type { ResourceBase } from '../resources.ts';

/** What a backup is of: a resource of the runbook, whose `oldest` its backups may not exceed. */
export type BackedUp = Pick<ResourceBase, 'name' | 'oldest' | 'lang'>;

/** A backup and the instant of which it is an image (ISO 8601). */
export interface Taken {
  readonly id: string;
  readonly takenAt: string;
}

/** How a backup is chosen. `acceptStale`: a person decided to use one that is too old; `lang` words what is recorded, in place of the resource's. */
export interface Choice {
  readonly acceptStale?: boolean;
  readonly lang?: Lang;
}

const accepted = { fr: 'Perte acceptée : ', en: 'Loss accepted: ' } as const;

/**
 * Refuses a backup that is older, now, than its resource admits; one without a readable instant is too old. A backup that was
 * accepted all the same is recorded as a major finding. Fault: `backup-stale`.
 */
export function judgeAge(resource: BackedUp, { id, takenAt }: Taken, choice: Choice): void {
  const { name, oldest } = resource;
  const lang = langOf(resource, choice);
  const age = Date.now() - Date.parse(takenAt);
  if (oldest === undefined || age <= oldest) return;
  const params = { resource: name, backup: id, takenAt, age: hours(age), limit: hours(oldest) };
  if (choice.acceptStale !== true) throw new Fault('backup-stale', params);
  recordFinding('major', accepted[lang] + describeFault('backup-stale', params, lang));
}

/** The language of what is recorded of a backup. */
export function langOf(resource: BackedUp, choice: Choice): Lang {
  return choice.lang ?? resource.lang ?? 'fr';
}

function hours(milliseconds: number): number | string {
  return Number.isNaN(milliseconds) ? '?' : Math.floor(milliseconds / 3_600_000);
}

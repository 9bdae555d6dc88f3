import type { Lang } from '../../diagnostic.ts';
import { Fault } from '../../fault.ts';
import { describeFault } from '../../report/faults.ts';
import { recordBackupRejected } from '../record.ts';
import type { Archive } from './catalogue.ts';

/** Which archives are tried, in this order, for which resource; refusals are recorded in `lang`. */
export interface Search {
  readonly resource: string;
  readonly directory: string;
  readonly archives: readonly Archive[];
  readonly lang: Lang;
}

/** What stops any attempt, whatever the archive. */
const fatal = new Set(['client-missing', 'client-killed', 'client-too-old', 'archives-unreadable']);

/**
 * The first archive that `attempt` does not refuse, and what it made of it. An intact one that is too old ends the search,
 * since those after it are older. Faults: `no-intact-archive`, `backup-stale`, and what stops any attempt.
 */
export async function firstIntact<Backup>(
  { resource, directory, archives, lang }: Search,
  attempt: (archive: Archive) => Promise<Backup>,
): Promise<{ readonly archive: Archive; readonly backup: Backup }> {
  for (const archive of archives) {
    console.log(`${archive.name}  ${archive.bytes} B`);
    try {
      return { archive, backup: await attempt(archive) };
    } catch (error) {
      if (!(error instanceof Fault) || fatal.has(error.code)) throw error;
      const reason = describeFault(error.code, error.params, lang);
      console.log(`${archive.name}  ✗ ${reason}`);
      recordBackupRejected({ resource, id: archive.name, reason });
      if (error.code === 'backup-stale') throw error;
    }
  }
  throw new Fault('no-intact-archive', { directory, tried: archives.length });
}

/**
 * How APiLos's repository came to be what it is: its commits, those that simulated drifts add included.
 */
import { createHash } from 'node:crypto';
import type { Faults } from '../faults.ts';
import type { Commit } from '../github/model.ts';
import { repositoryFiles, withNewStack } from './template.ts';

/** What `s3_backup.yml` is called once it is renamed. */
export const renamedWorkflow = 's3_sync.yml';

type Files = Readonly<Record<string, string>>;
type Change = readonly [date: string, message: string, apply: (files: Files) => Files];

const base: readonly Change[] = [
  ['2026-06-02T09:12:00+02:00', 'Conventions: import et export', () => only(['Procfile'])],
  ['2026-06-30T16:40:00+02:00', 'Déployer sur scalingo-22', () => only(['Procfile', 'scalingo.json'])],
  ['2026-07-21T10:05:00+02:00', 'Version 1.86.0', () => repositoryFiles()],
];

const drifts = {
  'template-changed': [
    '2026-09-07T11:20:00+02:00',
    'Coffre des pièces justificatives',
    files => ({ ...files, '.env.template': repositoryFiles(true)['.env.template'] ?? '' }),
  ],
  'stack-changed': ['2026-09-21T15:02:00+02:00', 'Passer à scalingo-26', withNewStack],
  'workflow-renamed': [
    '2026-10-05T09:47:00+02:00',
    'Renommer la sauvegarde du stockage',
    files => {
      const { '.github/workflows/s3_backup.yml': moved = '', ...rest } = files;
      return { ...rest, [`.github/workflows/${renamedWorkflow}`]: moved };
    },
  ],
} as const satisfies Readonly<Record<string, Change>>;

function only(paths: readonly string[]): Files {
  return Object.fromEntries(Object.entries(repositoryFiles()).filter(([path]) => paths.includes(path)));
}

/** The commits of the branch that people see, newest first; the newest holds what the repository has today. */
export function repositoryHistory(faults: Faults): readonly Commit[] {
  const happened = Object.entries(drifts).filter(([name]) => [...faults].some(fault => fault === name));
  const changes: readonly Change[] = [...base, ...happened.map(([, change]) => change)];
  let files: Files = {};
  const commits = changes.map(([date, message, apply]) => {
    files = apply(files);
    return { sha: createHash('sha1').update(`${date} ${message}`).digest('hex'), date, message, files };
  });
  return commits.reverse();
}

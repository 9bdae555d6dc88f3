/** The copy of the database that GitHub keeps, taken into the directory of archives. */
import { downloadPlace, takeFromArtifact } from 'reprise/archives';
import { downloadArtifact, newestArtifact } from 'reprise/github';

/** Where the daily copy is. */
const wanted = { workflow: 'db_backup_download.yml', name: 'Save db backup as artifact' };

/** Downloads the newest copy and unpacks its archive; gives the archive's path. Faults: those of `newestArtifact` and of archives. */
export async function databaseFromArtifact(
  depot: Parameters<typeof newestArtifact>[0],
  archives: Parameters<typeof downloadPlace>[0],
): Promise<string> {
  const artifact = await newestArtifact(depot, wanted);
  const path = await downloadPlace(archives, `db_backup-${artifact.id}.artefact`);
  await downloadArtifact(depot, artifact, path);
  return await takeFromArtifact(archives, { path, takenAt: artifact.createdAt });
}

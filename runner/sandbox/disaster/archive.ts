import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import yazl from 'yazl';
import type { StoredObject } from './objects.ts';

/** Writes a `.tar.gz` that holds one file under an absolute path, as Scalingo's database backups do. */
export async function writeDumpArchive(
  file: string,
  member: string,
  dump: Buffer,
  takenAt: Date,
): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(file));
  await addMember(tar, { name: member, mtime: takenAt, mode: 0o640 }, dump);
  tar.finalize();
  await written;
}

/**
 * Writes the artifact of APiLos' files backup: a zip that holds `s3_production.tar.gz`, which holds the bucket as a
 * file system had it (folders as members, doubled slashes gone, long and accented names in pax headers).
 */
export async function writeFilesArchive(
  file: string,
  objects: readonly StoredObject[],
  takenAt: Date,
): Promise<void> {
  const [tar, gzip, zip] = [pack(), createGzip({ level: 1 }), new yazl.ZipFile()];
  zip.addReadStream(gzip, 's3_production.tar.gz', { mtime: takenAt, mode: 0o100644, compress: false });
  zip.end();
  const written = Promise.all([pipeline(tar, gzip), pipeline(zip.outputStream, createWriteStream(file))]);
  const seen = new Set<string>();
  for (const object of objects) {
    for (const folder of foldersOf(object.member).filter(name => !seen.has(name))) {
      seen.add(folder);
      await addMember(tar, { name: folder, mtime: takenAt, mode: 0o755, type: 'directory' }, Buffer.alloc(0));
    }
    await addMember(tar, { name: object.member, mtime: takenAt, mode: 0o644 }, object.content);
  }
  tar.finalize();
  await written;
}

/** Writes the zip of one database archive, as `upload-artifact` makes it of `db_backup.tar.gz`. */
export async function writeDatabaseArtifact(file: string, archive: string, takenAt: Date): Promise<void> {
  const zip = new yazl.ZipFile();
  zip.addFile(archive, 'db_backup.tar.gz', { mtime: takenAt, mode: 0o100644, compress: false });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file, { mode: 0o600 }));
}

/** Every folder above a member, outermost first: `a/b/c` gives `a/` and `a/b/`. */
function foldersOf(member: string): string[] {
  const parts = member.split('/').slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`);
}

type Member = {
  readonly name: string;
  readonly mtime: Date;
  readonly mode: number;
  readonly type?: 'directory';
};

function addMember(tar: Pack, header: Member, content: Buffer): Promise<void> {
  const owner = { uid: 1000, gid: 1000, uname: 'appsdeck', gname: 'appsdeck' };
  return new Promise((added, failed) => {
    tar.entry({ ...owner, ...header }, content, error => (error ? failed(error) : added()));
  });
}

import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import type { Fact } from '../../runner/journal/event.ts';
import { recordKey } from '../../runner/services/record.ts';
import type { DirectoryResource } from '../../runner/services/resources.ts';

export const run = promisify(execFile);

/** A member of a test tar; a `link` makes it a symbolic link. */
export type TarMember = { readonly name: string; readonly body?: string | Buffer; readonly link?: string };

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function directoryAt(path: string): DirectoryResource {
  return { kind: 'directory', name: 'archives', run: 'run-1', mode: 'drill', protected: [], path };
}

export async function tarGz(members: readonly TarMember[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, body, link } of members) {
    if (link === undefined) tar.entry({ name }, body ?? '');
    else tar.entry({ name, type: 'symlink', linkname: link });
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

export async function writeZip(
  path: string,
  files: Readonly<Record<string, Buffer>>,
  { mode = 0o100644, forceZip64Format = false } = {},
) {
  const zip = new ZipFile();
  const mtime = new Date('2026-11-16T01:27:00Z');
  for (const [name, body] of Object.entries(files))
    zip.addBuffer(body, name, { mode, mtime, forceZip64Format });
  zip.end({ forceZip64Format, comment: '' });
  await pipeline(zip.outputStream, createWriteStream(path));
}

/** What cells record while the test lasts. */
export function collectFacts(): Fact[] {
  const facts: Fact[] = [];
  Reflect.set(globalThis, recordKey, (fact: Fact) => facts.push(fact));
  onTestFinished(() => void Reflect.deleteProperty(globalThis, recordKey));
  return facts;
}

export async function writeArchive(folder: string, name: string, members: readonly TarMember[]) {
  await writeFile(join(folder, name), await tarGz(members));
}

/** The code of the fault that an action ends with, or what it gave. */
export async function faultOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    value => ({ value }),
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}

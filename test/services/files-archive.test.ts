import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ArchivedObject } from '../../runner/services/archives/objects.ts';
import {
  archivedObjects,
  filesArchives,
  newestIntactFiles,
  refuseStale,
} from '../../runner/services/archives.ts';
import {
  collectFacts,
  directoryAt,
  faultOf,
  type TarMember,
  tarGz,
  temporaryFolder,
  writeZip,
} from './backups.ts';

const families = ['conventions', 'programmes'];

async function backupOf(members: readonly TarMember[]) {
  const folder = await temporaryFolder();
  await writeZip(join(folder, '20261116012700_s3_production.zip'), {
    's3_production.tar.gz': await tarGz(members),
  });
  return newestIntactFiles({ name: 'fichiers' }, directoryAt(folder), families);
}

async function contents(objects: AsyncIterable<ArchivedObject>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key, body } of objects) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    found[key] = Buffer.concat(chunks).toString();
  }
  return found;
}

test.each([
  ['the folder that was packed', 's3_production/', 's3_production/'],
  ['the folder and the bucket', 's3_production/apilos-prod/', 's3_production/apilos-prod/'],
  ['a leading dot', './s3_production/', './s3_production/'],
  ['nothing but keys', '', ''],
])('%s stands before the keys and is taken off', async (_, prefix, expected) => {
  const backup = await backupOf([
    { name: `${prefix}conventions/a b/é.pdf`, body: 'un' },
    { name: `${prefix}conventions/x//y.pdf`, body: '' },
  ]);
  expect(backup.prefix).toBe(expected);
  expect(await contents(archivedObjects(backup))).toEqual({
    'conventions/a b/é.pdf': 'un',
    'conventions/x//y.pdf': '',
  });
});

test('the newest backup that reads to its end is used, and the others are recorded with their reason', async () => {
  const folder = await temporaryFolder();
  const good = await tarGz([{ name: 's3_production/conventions/a.pdf', body: 'a'.repeat(5000) }]);
  await writeZip(join(folder, '20261102012700_s3_production.zip'), { 's3_production.tar.gz': good });
  await writeZip(join(folder, '20261109012700_s3_production.zip'), { 'x.tar.gz': good.subarray(0, 90) });
  await writeFile(join(folder, '20261116012700_s3_production.zip'), 'not a zip');
  const facts = collectFacts();
  const backup = await newestIntactFiles({ name: 'fichiers' }, directoryAt(folder), families);
  expect(backup).toMatchObject({ takenAt: '2026-11-02T01:27:00.000Z', objects: 1, objectBytes: 5000 });
  expect(facts.map(fact => [fact.kind, 'id' in fact ? fact.id : ''])).toEqual([
    ['backup-rejected', '20261116012700_s3_production.zip'],
    ['backup-rejected', '20261109012700_s3_production.zip'],
    ['backup-used', '20261102012700_s3_production.zip'],
  ]);
});

test.each<[string, readonly TarMember[]]>([
  ['a path that climbs', [{ name: 's3_production/../../etc/passwd', body: 'x' }]],
  ['a symbolic link', [{ name: 's3_production/lien', link: '/etc/passwd' }]],
  ['no object at all', []],
])('%s makes a backup unusable', async (_, members) => {
  expect(await faultOf(backupOf(members))).toBe('no-intact-archive');
});

test('an absolute name, as Scalingo gives them, is never a place: what is before the key is taken off', async () => {
  const { value } = Object(await faultOf(backupOf([{ name: '/etc/reprise-essai', body: 'x' }])));
  expect([value.prefix, value.objects, existsSync('/etc/reprise-essai')]).toEqual(['/etc/', 1, false]);
});

test('a zip that holds a symbolic link, or two tars, is refused', async () => {
  const folder = await temporaryFolder();
  await writeZip(join(folder, 'a.zip'), { 'a.tar.gz': Buffer.from('/etc/passwd') }, { mode: 0o120777 });
  const facts = collectFacts();
  expect(await faultOf(newestIntactFiles({ name: 'fichiers' }, directoryAt(folder), families))).toBe(
    'no-intact-archive',
  );
  expect(facts).toEqual([
    {
      kind: 'backup-rejected',
      resource: 'fichiers',
      id: 'a.zip',
      reason: expect.stringContaining('symlink'),
    },
  ]);
  await writeZip(join(folder, 'a.zip'), { 'a.tar.gz': await tarGz([]), 'b.tar.gz': await tarGz([]) });
  expect(await faultOf(newestIntactFiles({ name: 'fichiers' }, directoryAt(folder), families))).toBe(
    'no-intact-archive',
  );
});

test('a Zip64 archive, as GitHub makes above 4 GiB, is read like any other', async () => {
  const folder = await temporaryFolder();
  const tar = await tarGz([{ name: 's3_production/conventions/a.pdf', body: 'un' }]);
  await writeZip(
    join(folder, 's3_production.zip'),
    { 's3_production.tar.gz': tar },
    { forceZip64Format: true },
  );
  const backup = await newestIntactFiles({ name: 'fichiers' }, directoryAt(folder), families);
  expect(backup).toMatchObject({ takenAt: '2026-11-16T01:27:00.000Z', objects: 1 });
  expect(await contents(archivedObjects(backup))).toEqual({ 'conventions/a.pdf': 'un' });
});

test('a decompression bomb is stopped at its ratio', async () => {
  const folder = await temporaryFolder();
  const facts = collectFacts();
  const bomb = await tarGz([
    { name: 's3_production/conventions/zero', body: Buffer.alloc(80 * 1024 * 1024) },
  ]);
  await writeZip(join(folder, 'bombe.zip'), { 's3_production.tar.gz': bomb });
  expect(await faultOf(newestIntactFiles({ name: 'fichiers' }, directoryAt(folder), families))).toBe(
    'no-intact-archive',
  );
  expect(facts).toEqual([expect.objectContaining({ reason: expect.stringContaining('bombe.zip') })]);
  expect(facts).toEqual([expect.objectContaining({ reason: expect.stringMatching(/limites admises/) })]);
});

test('a directory that is not there is said to be unreadable', async () => {
  expect(await faultOf(filesArchives(directoryAt('/nonexistent/archives')))).toBe('archives-unreadable');
});

test('a backup of files that is too old is refused, and one that is accepted all the same is a finding', async () => {
  const folder = directoryAt(await temporaryFolder());
  const week = 7 * 86_400_000;
  const tar = await tarGz([{ name: 's3_production/conventions/a.pdf', body: 'un' }]);
  await writeZip(join(folder.path, '20210104012700_s3_production.zip'), { 's3_production.tar.gz': tar });
  const facts = collectFacts();
  const files = { name: 'fichiers', oldest: week };
  expect(await faultOf(newestIntactFiles(files, folder, families))).toBe('backup-stale');
  await newestIntactFiles(files, folder, families, { acceptStale: true });
  await newestIntactFiles({ name: 'fichiers' }, folder, families);
  const said = facts.map(fact => [fact.kind, 'severity' in fact ? fact.severity : '']);
  expect(said).toEqual([
    ['backup-rejected', ''],
    ['finding', 'major'],
    ['backup-used', ''],
    ['backup-used', ''],
  ]);
});

test('a copy that no archive holds is judged by its instant, and one without an instant is too old', () => {
  const files = { name: 'fichiers', oldest: 3_600_000 };
  const judged = (takenAt: string) => () => refuseStale(files, { id: 'bucket', takenAt });
  expect(judged(new Date(Date.now() - 3_500_000).toISOString())).not.toThrow();
  expect(judged(new Date(Date.now() - 3_700_000).toISOString())).toThrow('backup-stale');
  expect(judged('')).toThrow(/"age":"\?"/);
});

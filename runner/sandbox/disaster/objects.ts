import { createHash } from 'node:crypto';
import { type History, rowCount } from './history.ts';
import type { Random } from './random.ts';
import type { Row } from './rows.ts';
import * as words from './words.ts';

/** An object of the lost bucket: its key there, and the name that it has in the archive, where `//` became `/`. */
export type BucketObject = {
  readonly key: string;
  readonly member: string;
  readonly size: number;
  readonly sha256: string;
};

/** An object with its content. */
export type StoredObject = BucketObject & { readonly content: Buffer };

/** Folder of the bucket inside the archive, as `s3cmd sync s3://apilos-prod s3_production` and `tar` leave it. */
export const archiveRoot = 's3_production/apilos-prod/';

/** Keys that the rows of the backup of `night` name: `dirpath + '/' + filename` for uploads, and the signed files. */
export function namedKeys(history: History, night: number): string[] {
  const uploads = history.rows.upload_uploadedfile.slice(0, rowCount(history, 'upload_uploadedfile', night));
  const signed = history.rows.conventions_convention.filter(row => row.nom_fichier_signe !== null);
  return [...uploads.map(uploadKey), ...signed.map(signedKey)];
}

function uploadKey(row: Row): string {
  return `${row.dirpath}/${row.filename}`;
}

function signedKey(row: Row): string {
  return `conventions/${row.uuid}/convention_docs/${row.nom_fichier_signe}`;
}

/** Keys that the rows of the backup of `night` name and that the files backup does not hold. */
export function missingKeys(history: History, night: number, objects: readonly BucketObject[]): string[] {
  const held = new Set(objects.map(object => object.key));
  return namedKeys(history, night).filter(key => !held.has(key));
}

/**
 * The objects of the files backup: those that the rows of the oldest night name, but one signed file that was lost
 * earlier, and some that no row names (exports, publications, leftovers). Later uploads came after the backup.
 */
export function makeObjects(random: Random, history: History): StoredObject[] {
  const uploads = history.rows.upload_uploadedfile.slice(0, rowCount(history, 'upload_uploadedfile', 2));
  const signed = history.rows.conventions_convention
    .filter(row => row.nom_fichier_signe !== null)
    .slice(0, -1);
  const noise = random.bytes(65_536);
  const sized: [string, number][] = [
    ...uploads.map((row): [string, number] => [uploadKey(row), Number(row.size)]),
    ...[...signed.map(signedKey), ...unnamedKeys(random)].map((key): [string, number] => [
      key,
      random.integer(200, random.pick([2_000, 12_000, 50_000])),
    ]),
  ];
  const objects = sized.map(([key, size]) => storedObject(key, contentOf(random, key, size, noise)));
  if (new Set(objects.map(object => object.member)).size !== objects.length)
    throw new Error('two objects share a name');
  return objects.sort((one, other) => (one.member < other.member ? -1 : 1));
}

function unnamedKeys(random: Random): string[] {
  const several = (count: number, make: (number: number) => string) =>
    Array.from({ length: count }, (_, n) => make(n + 1));
  return [
    ...several(22, n => `exports/conventions été ${2024 + (n % 2)} + avenants (${n}).xlsx`),
    ...several(18, () => `spf/${random.uuid()}/publication/${random.pick(words.fileTitles)}`),
    ...several(3, () => `conventions/${random.uuid()}/media/${random.uuid()}_oublié.pdf`),
  ];
}

function storedObject(key: string, content: Buffer): StoredObject {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { key, member: archiveRoot + key.replaceAll(/\/{2,}/g, '/'), size: content.length, sha256, content };
}

const openings: Readonly<Record<string, string>> = {
  pdf: '%PDF-1.4\n',
  png: '\x89PNG\r\n\x1a\n',
  jpg: '\xff\xd8\xff\xe0',
  docx: 'PK\x03\x04',
  xlsx: 'PK\x03\x04',
};

/** Begins as files of its kind do, holds its own key, so that no two are alike, and ends in noise. */
function contentOf(random: Random, key: string, size: number, noise: Buffer): Buffer {
  const opening = openings[key.slice(key.lastIndexOf('.') + 1)] ?? '';
  const start = random.integer(0, noise.length - size);
  const head = Buffer.concat([Buffer.from(opening, 'latin1'), Buffer.from(key)]);
  return Buffer.concat([head, noise.subarray(start)]).subarray(0, size);
}

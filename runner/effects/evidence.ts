/*
 * Files that people attach. In: a path on the operator's machine. Out: a copy in the bundle, known by the sha256 of the very
 * bytes that were copied. What can never happen: a link, device or pipe followed or waited for; a name that hides what it
 * is; a file that grows past the limit while it is read.
 */
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import type { EvidenceStore } from '../ports.ts';
import { LAYOUT } from '../seal/layout.ts';
import { type Bundle, writeDocument } from './bundle.ts';
import { errorCode } from './durable.ts';
import type { Masker } from './masker.ts';

/** Bytes of the largest file that is taken, unless another limit is given. */
export const MAX_EVIDENCE = 100 * 1024 * 1024;

/**
 * The store of a bundle. `keep` throws the Fault `evidence-refused` with the reason: a system error, or one of this module;
 * and `evidence-holds-secret` for a file in which a registered secret stands in any of its forms, since a masked copy would
 * be no evidence.
 */
export function evidenceStore(bundle: Bundle, masker: Masker, limit: number = MAX_EVIDENCE): EvidenceStore {
  return {
    async keep(path) {
      const content = readEvidence(path, limit);
      refuseSecret(path, content, masker);
      const name = basename(resolve(path)).normalize('NFC');
      const sha256 = hash('sha256', content);
      const file = `${LAYOUT.evidence}/${sha256.slice(0, 12)}-${neutralName(name)}`;
      writeDocument(bundle, file, content);
      return { name, file, bytes: content.length, sha256, media: mediaType(name) };
    },
  };
}

function refuse(path: string, reason: string): Fault {
  return new Fault('evidence-refused', { path, reason }, 'recorded');
}

function refuseSecret(path: string, content: Buffer, masker: Masker): void {
  const secret = masker.find(content) ?? masker.find(basename(path));
  if (secret === undefined) return;
  throw new Fault('evidence-holds-secret', { path: masker.mask(path), secret }, 'recorded');
}

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

function readEvidence(path: string, limit: number): Buffer {
  if (hidden.test(basename(path))) throw refuse(path, 'name');
  const fd = openEvidence(path);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw refuse(path, 'not-a-file');
    if (found.size > limit) throw refuse(path, 'size');
    return readUpTo(fd, path, limit);
  } finally {
    closeSync(fd);
  }
}

// Only the last part of a path may not be a link: where the folders lead is the operator's own choice.
function openEvidence(path: string): number {
  try {
    const real = join(realpathSync(dirname(resolve(path))), basename(resolve(path)));
    return openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw refuse(path, errorCode(error));
  }
}

function readUpTo(fd: number, path: string, limit: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.alloc(1 << 16);
    const read = readSync(fd, part);
    if (read === 0) return Buffer.concat(parts);
    total += read;
    if (total > limit) throw refuse(path, 'size');
    parts.push(part.subarray(0, read));
  }
}

/** A file name that every system takes, and that no shell or reader can mistake; the digest before it makes it unique. */
function neutralName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return plain.slice(-80).replace(/^[.-]+/, '') || 'file';
}

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.txt', 'text/plain'],
  ['.log', 'text/plain'],
  ['.md', 'text/markdown'],
  ['.csv', 'text/csv'],
  ['.json', 'application/json'],
  ['.pdf', 'application/pdf'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.gif', 'image/gif'],
  ['.webp', 'image/webp'],
  ['.eml', 'message/rfc822'],
  ['.zip', 'application/zip'],
]);

function mediaType(name: string): string {
  return mediaTypes.get(extname(name).toLowerCase()) ?? 'application/octet-stream';
}

/*
 * The seals of a folder, each put to `ssh-keygen`. In: the statement's bytes, the keys that the journal recorded, the list from
 * outside when there is one. Out: what each seal is worth. Nothing in the folder is believed.
 */
import type { Entry } from '../journal/event.ts';
import { LAYOUT, mostBytes, principalOf, sealPath } from '../seal/layout.ts';
import { isArmoured, recordedSigners, type SealReading } from '../seal/seals.ts';
import { signerOf } from '../seal/statement.ts';
import { type Bundle, type BundleFiles, readDocument } from './bundle.ts';
import { type CheckedSignature, checkSignature, isKnownKey } from './signer.ts';

/** A folder with a statement and seals: a bundle, or one of its addenda. */
export interface SealedFolder {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  readonly entries: readonly Entry[];
}

/** Reads the seals of a folder; `trusted` is the content of the list from outside. Throws the faults of `ssh-keygen`. */
export async function readSeals(
  folder: SealedFolder,
  trusted: string | undefined,
): Promise<readonly SealReading[]> {
  const { bundle, files, entries } = folder;
  const message = readDocument(bundle, LAYOUT.statement) ?? Buffer.alloc(0);
  const recorded = recordedSigners(entries, readSmall(folder, LAYOUT.allowedSigners));
  const seals: SealReading[] = [];
  for (const principal of [...files.digests.keys()].flatMap(path => principalOf(path) ?? [])) {
    const written = readSmall(folder, sealPath(principal)) ?? '';
    const signature = isArmoured(written) ? written : '';
    const check = { message, signature, principal };
    const inside = await checkSignature({ ...check, allowedSigners: recorded });
    const outside =
      trusted === undefined ? undefined : await checkSignature({ ...check, allowedSigners: trusted });
    const worth = await worthOf(inside, principal, entries);
    seals.push({ principal, key: inside.key, recorded: worth, trusted: outside?.worth });
  }
  return seals;
}

/** The text of a file that no statement lists, so that nobody vouches for its size; nothing when it is larger than allowed. */
function readSmall({ bundle, files }: SealedFolder, path: string): string | undefined {
  const isSmall = (files.sizes.get(path) ?? 0) <= (mostBytes(path) ?? 0);
  return isSmall ? readDocument(bundle, path)?.toString() : undefined;
}

/** A seal of a type that `ssh-keygen` does not know is damaged when the key that was to sign is of one that it does know. */
async function worthOf({ worth }: CheckedSignature, principal: string, entries: readonly Entry[]) {
  const signer = signerOf(entries);
  if (worth !== 'unsupported' || signer?.principal !== principal) return worth;
  return (await isKnownKey(signer.publicKey)) ? 'unreadable' : worth;
}

/*
 * The layer of seals. In: what `ssh-keygen` said of each signature, against the keys that the run recorded and against the
 * list from outside. Out: findings and who signed. Without a list from outside nobody is vouched for: a bundle can say of
 * itself whatever its maker wanted.
 */
import type { Entry } from '../journal/event.ts';
import { finding } from './layers.ts';
import { allowedSignersLine } from './layout.ts';
import { type Predicate, type RequiredSigner, signerOf } from './statement.ts';
import type { Finding, FindingCode, SealedBy } from './verdict.ts';

/** What a signature is worth: `unknown-signer` is a good one by a key that the list does not allow to this principal. */
export type SignatureWorth = 'good' | 'unknown-signer' | 'bad-signature' | 'unreadable' | 'unsupported';

/** One seal, judged against the recorded keys and, when there is one, the list from outside. */
export interface SealReading {
  readonly principal: string;
  readonly key?: string | undefined;
  readonly recorded: SignatureWorth;
  readonly trusted?: SignatureWorth | undefined;
}

const armour =
  /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/]{70}\n)*[A-Za-z0-9+/=]{1,70}\n)-----END SSH SIGNATURE-----\n$/;

/**
 * Whether a text is a signature in the one spelling that `ssh-keygen -Y sign` writes. Its reader is more lenient: it skips
 * white space, by which one signature would have many texts.
 */
export function isArmoured(text: string): boolean {
  const body = armour.exec(text)?.[1]?.replaceAll('\n', '');
  return body !== undefined && Buffer.from(body, 'base64').toString('base64') === body;
}

/** Whether there are seals, and each of them was made for other bytes than these. */
export function areForOther(seals: readonly SealReading[]): boolean {
  return seals.length > 0 && seals.every(seal => seal.recorded === 'bad-signature');
}

/** What the seals come to. */
export interface SealsJudged {
  readonly findings: readonly Finding[];
  readonly signers: readonly SealedBy[];
}

/**
 * The keys that the run recorded, as an `allowed_signers` file: the signer's own from the journal, which the chain covers;
 * for co-signers the bundle's file, which nothing covers. The signer's lines there are not believed.
 */
export function recordedSigners(entries: readonly Entry[], inBundle = ''): string {
  const signer = signerOf(entries);
  if (signer === undefined) return inBundle;
  const { principal, publicKey } = signer;
  const others = inBundle
    .split('\n')
    .filter(line => line.split(' ')[0] !== principal && !/^\S*[*?!,"]/.test(line));
  return `${allowedSignersLine(principal, publicKey) ?? ''}${others.join('\n')}`;
}

/** Judges the seals of a statement. */
export function judgeSeals(
  seals: readonly SealReading[],
  predicate: Pick<Predicate, 'signer' | 'ephemeral' | 'requiredSigners'>,
): SealsJudged {
  const { signer, ephemeral, requiredSigners } = predicate;
  const shared = sharedKeys(seals, signer);
  const findings = seals.flatMap(seal => findingOf(seal, signer));
  if (!seals.some(seal => seal.principal === signer)) {
    findings.unshift(finding('seal', 'seal-missing', { principal: signer }));
  }
  if (ephemeral) findings.push(finding('seal', 'ephemeral', { principal: signer }));
  findings.push(
    ...[...shared].map(([principal, other]) => finding('seal', 'seal-key-shared', { principal, other })),
  );
  const counting = seals.filter(seal => isAccepted(seal) && !shared.has(seal.principal));
  const accepted = new Set(counting.map(seal => seal.principal));
  findings.push(...requiredSigners.filter(role => !isSigned(role, accepted)).map(missingSeal));
  return { findings, signers: seals.map(seal => sealedBy(seal, ephemeral && seal.principal === signer)) };
}

/**
 * Co-signers whose key has sealed for somebody else already, with who that is: the signer first, then in the order of names. One
 * key is one pair of eyes, whatever a list says.
 */
function sharedKeys(seals: readonly SealReading[], signer: string): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const shared = new Map<string, string>();
  const first = seals.filter(({ principal }) => principal === signer);
  for (const { principal, key } of [...first, ...seals]) {
    if (key === undefined) continue;
    const owner = owners.get(key) ?? principal;
    owners.set(key, owner);
    if (owner !== principal) shared.set(principal, owner);
  }
  return shared;
}

function findingOf(seal: SealReading, signer: string): readonly Finding[] {
  const code = codeOf(seal, signer);
  if (code === undefined) return [];
  const { principal, key } = seal;
  return [finding('seal', code, key === undefined ? { principal } : { principal, key })];
}

function codeOf({ principal, recorded, trusted }: SealReading, signer: string): FindingCode | undefined {
  if (recorded === 'bad-signature') return 'seal-bad';
  if (recorded === 'unreadable') return 'seal-unreadable';
  if (recorded === 'unsupported') return 'seal-unsupported';
  if (trusted === 'good') return undefined;
  if (recorded !== 'good' && principal === signer) return 'seal-key-differs';
  if (principal !== signer) return 'cosigner-not-vouched';
  return trusted === undefined ? 'signer-not-vouched' : 'signer-unknown';
}

function isAccepted({ recorded, trusted }: SealReading): boolean {
  return trusted === undefined ? recorded === 'good' : trusted === 'good';
}

function isSigned(role: RequiredSigner, accepted: ReadonlySet<string>): boolean {
  return role.holders.some(holder => accepted.has(holder));
}

function missingSeal({ role, holders }: RequiredSigner): Finding {
  return finding('seal', 'required-seal-missing', { role, holders: holders.join(', ') });
}

function sealedBy(seal: SealReading, ephemeral: boolean): SealedBy {
  const { principal, key, recorded, trusted } = seal;
  if (key === undefined) return { principal, status: recorded === 'unsupported' ? 'unverified' : 'bad' };
  if (ephemeral) return { principal, key, status: 'ephemeral' };
  return { principal, key, status: trusted === 'good' ? 'verified' : 'unverified' };
}

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import ssh2 from 'ssh2';

/** The gateway's identity: an OpenSSH private key, its public line, and `SHA256:…` as `ssh-keygen -l` prints it. */
export interface HostKey {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** The ed25519 key in `file`, made the first time, so that a restarted gateway is still the one that clients pinned. */
export async function ownHostKey(file: string): Promise<HostKey> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  const privateKey = known ?? newKey();
  if (known === undefined) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, privateKey, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const blob = parsed.getPublicSSH();
  return {
    privateKey,
    publicKey: `${parsed.type} ${blob.toString('base64')}`,
    fingerprint: fingerprintOf(blob),
  };
}

/** ssh2 now and then writes a key that it cannot read itself: only one that reads is kept. */
function newKey(): string {
  for (let tries = 0; tries < 50; tries += 1) {
    const { private: key } = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
  throw new Error('ssh2 makes no key that it can read');
}

/** `SHA256:` and the unpadded base64 of the SHA-256 of a public key's SSH form (OpenSSH, `ssh-keygen -l`). */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

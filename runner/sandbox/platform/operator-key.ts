import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ownHostKey } from '../ssh/host-key.ts';

/** The key pair that a drill enters the platform with: the private key's file (0600), beside it `.pub`, and its line. */
export interface OperatorKey {
  readonly file: string;
  readonly publicKey: string;
}

/** The ed25519 key of `file`, made the first time, its public half beside it as `ssh-keygen` leaves it. */
export async function ownOperatorKey(file: string): Promise<OperatorKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const { publicKey } = await ownHostKey(file);
  const beside = `${file}.pub`;
  await access(beside).catch(async () => {
    await writeFile(`${beside}.new`, `${publicKey} bac-a-sable\n`, { mode: 0o644 });
    await rename(`${beside}.new`, beside);
  });
  return { file, publicKey: `${publicKey} bac-a-sable` };
}

import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const credentials = z.object({ database: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() });

/** Secrets of one sandbox: the application role's password, and a key pair in Scaleway's form. */
export type Credentials = z.infer<typeof credentials>;

/** Secrets at random: `SCW` and 17 capitals or digits, a UUID, 24 bytes. */
export function makeCredentials(): Credentials {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const key = Array.from({ length: 17 }, () => letters[randomInt(letters.length)]).join('');
  return {
    database: randomBytes(24).toString('base64url'),
    accessKeyId: `SCW${key}`,
    secretAccessKey: randomUUID(),
  };
}

/** The secrets in `file`; undefined where there is none. Throws if it holds something else. */
export async function readCredentials(file: string): Promise<Credentials | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : credentials.parse(JSON.parse(text));
}

/** Writes `value` as JSON that only this user may read; the file is there whole or not at all. */
export async function writePrivately(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 1)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

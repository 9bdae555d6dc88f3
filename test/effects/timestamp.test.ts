import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Bundle, createBundle, sha256 } from '../../runner/effects/bundle.ts';
import { authorityOf, isVouched, readToken, timeStampsBy } from '../../runner/effects/timestamp.ts';
import { Authority } from '../authority.ts';

const head = sha256('a line\n');
let authority: Authority;
let stranger: Authority;
let bundle: Bundle;
beforeAll(async () => {
  authority = await new Authority().start();
  stranger = await new Authority().start();
  bundle = createBundle(authority.folder, 'run');
});
afterAll(async () => {
  await authority.close();
  await stranger.close();
});

const target = (timestamp?: string) => (timestamp === undefined ? {} : { timestamp });

describe('an authority that stamps', () => {
  test('gives a token over the digest, kept as it came, which openssl itself verifies', async () => {
    const stamp = await timeStampsBy(authority.url, bundle).stamp('start', head);
    const answer = readFileSync(join(bundle.directory, stamp.file));
    expect(stamp).toEqual({
      file: `timestamps/start-${sha256(answer).slice(0, 12)}.tsr`,
      bytes: answer.length,
      sha256: sha256(answer),
      policy: '1.2.3.4.1',
      stampedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(Math.abs(Date.parse(stamp.stampedAt) - Date.now())).toBeLessThan(60_000);
    expect(await readToken(answer)).toMatchObject({ imprint: head, policy: '1.2.3.4.1' });
    const file = join(bundle.directory, stamp.file);
    const said = spawnSync('openssl', [
      'ts',
      '-verify',
      '-digest',
      head,
      '-in',
      file,
      '-CAfile',
      authority.ca,
    ]);
    expect(said.stdout.toString() + said.stderr).toContain('Verification: OK');
    const at = stamp.stampedAt;
    expect(await isVouched(answer, head, { ca: authority.ca, at })).toBe(true);
    expect(await isVouched(answer, head, { ca: stranger.ca, at })).toBe(false);
    expect(await isVouched(answer, sha256('another line\n'), { ca: authority.ca, at })).toBe(false);
    const altered = Buffer.from(answer);
    altered[altered.length - 8] = (altered[altered.length - 8] ?? 0) ^ 1;
    expect(await isVouched(altered, head, { ca: authority.ca, at })).toBe(false);
  });
});

describe('an authority that does not', () => {
  test.each([
    ['refuse', 'timestamp-refused'],
    ['nonsense', 'timestamp-unfit'],
    ['replay', 'timestamp-unfit'],
  ] as const)('%s: %s, and nothing is kept', async (manner, code) => {
    const stamps = timeStampsBy(authority.url, bundle);
    await stamps.stamp('start', head);
    authority.manner = manner;
    onTestFinished(() => {
      authority.manner = 'stamp';
    });
    // The nonce is another one even for the same digest, so an answer that was given earlier shows.
    await expect(stamps.stamp('end', head)).rejects.toMatchObject({ code, state: 'nothing-changed' });
  });

  test.each([
    ['hang', 'ETIMEDOUT'],
    ['stall', 'ETIMEDOUT'],
    ['redirect', 'unexpected redirect'],
  ] as const)('%s: it is not waited for or followed, and nothing is kept', async (manner, error) => {
    authority.manner = manner;
    onTestFinished(() => {
      authority.manner = 'stamp';
    });
    const stamp = timeStampsBy(authority.url, bundle, 300).stamp('end', head);
    await expect(stamp).rejects.toMatchObject({ code: 'timestamp-unreachable', params: { error } });
  });

  test('comes to an end with its answer: no more is read than a token can have', async () => {
    authority.manner = 'flood';
    onTestFinished(() => {
      authority.manner = 'stamp';
    });
    const stamp = timeStampsBy(authority.url, bundle).stamp('end', head);
    await expect(stamp).rejects.toMatchObject({ code: 'timestamp-unfit', params: { error: 'size' } });
    expect(authority.poured).toBeLessThan(32 * 1024 * 1024);
  });

  test('answers at all', async () => {
    const gone = await new Authority().start();
    const { url } = gone;
    await gone.close();
    const stamp = timeStampsBy(url, bundle).stamp('start', head);
    await expect(stamp).rejects.toMatchObject({
      code: 'timestamp-unreachable',
      params: { error: 'ECONNREFUSED' },
    });
  });
});

test('a refusal of the authority is no token, and neither is anything else', async () => {
  const query = join(authority.folder, 'sha512');
  const config = ['-config', join(authority.folder, 'openssl.cnf'), '-section', 'service'];
  spawnSync('openssl', ['ts', '-query', '-digest', 'ab'.repeat(64), '-sha512', '-out', query]);
  spawnSync('openssl', ['ts', '-reply', '-queryfile', query, ...config, '-out', `${query}.tsr`]);
  expect(await readToken(readFileSync(`${query}.tsr`))).toBeUndefined();
  expect(await readToken(Buffer.from('Status: Granted.\n'))).toBeUndefined();
  expect(await readToken(Buffer.alloc(0))).toBeUndefined();
});

test('the environment overrules the target, and an empty address switches stamping off', () => {
  const url = 'https://tsa.example/tsr';
  expect(authorityOf(target(), {})).toBeUndefined();
  expect(authorityOf(target(url), {})).toBe(url);
  expect(authorityOf(target(url), { REPRISE_TIMESTAMP_URL: '' })).toBeUndefined();
  expect(authorityOf(target(), { REPRISE_TIMESTAMP_URL: url })).toBe(url);
  for (const wrong of ['tsa.example', 'file:///etc/passwd', 'https://moi:secret@tsa.example/'])
    expect(() => authorityOf(target(wrong), {}), wrong).toThrow(/timestamp-malformed-url/);
  expect(() => authorityOf(target('https://moi:secret@tsa.example/'), {})).not.toThrow(/secret/);
});

test('a machine without openssl, or with one that cannot stamp, is told so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-no-openssl-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  vi.stubEnv('PATH', folder);
  await expect(readToken(Buffer.from('x'))).rejects.toMatchObject({
    code: 'openssl-missing',
    params: { error: 'ENOENT' },
  });
  const stub = '#!/bin/sh\necho "Invalid command \'ts\'; type \\"help\\" for a list." >&2\nexit 1\n';
  writeFileSync(join(folder, 'openssl'), stub);
  chmodSync(join(folder, 'openssl'), 0o755);
  await expect(readToken(Buffer.from('x'))).rejects.toMatchObject({
    code: 'openssl-missing',
    params: { error: 'ts' },
  });
});

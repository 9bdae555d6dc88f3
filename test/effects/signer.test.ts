import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkSignature, defaultSigner, ephemeralKey, keySigner } from '../../runner/effects/signer.ts';
import { allowedSignersLine } from '../../runner/seal/layout.ts';

const message = Buffer.from('{"a":1}\n');
const principal = 'alice@example.org';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'reprise-signer-'));
  vi.stubEnv('SSH_AUTH_SOCK', undefined);
});
afterEach(() => vi.unstubAllEnvs());

function makeKey(name: string, options: readonly string[] = ['-t', 'ed25519'], passphrase = ''): string {
  const file = join(directory, name);
  const made = spawnSync('ssh-keygen', [
    '-q',
    ...options,
    '-N',
    passphrase,
    '-C',
    'un commentaire',
    '-f',
    file,
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return file;
}

describe.each([
  ['ed25519', ['-t', 'ed25519']],
  ['rsa', ['-t', 'rsa', '-b', '2048']],
  ['ecdsa', ['-t', 'ecdsa', '-b', '256']],
])('an %s key', (name, options) => {
  test('signs what `ssh-keygen -Y verify` accepts, for this principal, key and message alone', async () => {
    const signer = await keySigner(principal, makeKey(name, options));
    const signature = await signer.sign(message);
    const allowedSigners = allowedSignersLine(principal, signer.publicKey);
    const check = { message, signature, principal, allowedSigners };
    expect(await checkSignature(check)).toEqual({ worth: 'good', key: expect.stringMatching(/^SHA256:/) });
    expect((await checkSignature({ ...check, message: Buffer.from('{"a":2}\n') })).worth).toBe(
      'bad-signature',
    );
    expect((await checkSignature({ ...check, principal: 'bob@example.org' })).worth).toBe('unknown-signer');
    expect((await checkSignature({ ...check, principal: '*' })).worth).toBe('unknown-signer');
    expect((await checkSignature({ ...check, allowedSigners: undefined })).worth).toBe('unknown-signer');
    expect((await checkSignature({ ...check, signature: 'rien' })).worth).toBe('unreadable');
  });
});

test('a signature made in another namespace never passes', async () => {
  const key = makeKey('key');
  const signed = spawnSync('ssh-keygen', ['-Y', 'sign', '-n', 'git', '-f', key], {
    input: message,
    encoding: 'utf8',
  });
  expect((await checkSignature({ message, principal, signature: signed.stdout })).worth).toBe(
    'bad-signature',
  );
});

test('a list from outside is obeyed: other namespaces and periods that are over refuse', async () => {
  const signer = await keySigner(principal, makeKey('key'));
  const signature = await signer.sign(message);
  const worth = async (options: string): Promise<string> =>
    (
      await checkSignature({
        message,
        signature,
        principal,
        allowedSigners: `${principal} ${options} ${signer.publicKey}\n`,
      })
    ).worth;
  expect(await worth('namespaces="transcript@reprise"')).toBe('good');
  expect(await worth('namespaces="git"')).toBe('unknown-signer');
  expect(await worth('valid-before="20200101"')).toBe('unknown-signer');
});

test('the agent signs for a public key alone', async () => {
  const key = makeKey('key', ['-t', 'ed25519'], 'phrase secrète');
  const socket = join(directory, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  try {
    await expect.poll(() => spawnSync('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: socket } }).status).toBe(1);
    const askpass = join(directory, 'askpass');
    writeFileSync(askpass, "#!/bin/sh\necho 'phrase secrète'\n", { mode: 0o700 });
    const env = { SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
    expect(spawnSync('ssh-add', ['-q', key], { env }).status).toBe(0);
    vi.stubEnv('SSH_AUTH_SOCK', socket);
    rmSync(key);
    const signer = await keySigner(principal, `${key}.pub`);
    const allowedSigners = allowedSignersLine(principal, signer.publicKey);
    const signature = await signer.sign(message);
    expect((await checkSignature({ message, signature, principal, allowedSigners })).worth).toBe('good');
  } finally {
    agent.kill();
  }
});

describe('faults', () => {
  test('a key with a passphrase and no agent is refused at once, and says so', async () => {
    const key = makeKey('key', ['-t', 'ed25519'], 'phrase secrète');
    const signer = await keySigner(principal, key);
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'signing-key-locked', params: { key } });
  });

  test('a public key whose private one is nowhere', async () => {
    const key = makeKey('key');
    copyFileSync(`${key}.pub`, join(directory, 'alone.pub'));
    const signer = await keySigner(principal, join(directory, 'alone.pub'));
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'signing-key-absent' });
  });

  test('a file that is no key, a file that is not there, a principal that would be a pattern', async () => {
    writeFileSync(join(directory, 'text.pub'), 'bonjour');
    await expect(keySigner(principal, join(directory, 'text.pub'))).rejects.toMatchObject({
      code: 'signing-key-unreadable',
    });
    await expect(keySigner(principal, join(directory, 'none'))).rejects.toMatchObject({
      code: 'signing-key-unreadable',
    });
    for (const bad of ['*', 'a,b', '../a', '', 'a b', '!a', 'é']) {
      await expect(keySigner(bad, makeKey(`key${bad.length}`))).rejects.toMatchObject({
        code: 'principal-unfit',
      });
      rmSync(join(directory, `key${bad.length}`));
      rmSync(join(directory, `key${bad.length}.pub`));
    }
  });

  test('no `ssh-keygen`, or one that is too old', async () => {
    const key = makeKey('key');
    vi.stubEnv('PATH', directory);
    const signer = await keySigner(principal, key);
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'ssh-keygen-missing' });
    writeFileSync(join(directory, 'ssh-keygen'), '#!/bin/sh\necho "unknown option -- Y" >&2\nexit 1\n', {
      mode: 0o700,
    });
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'ssh-keygen-too-old' });
  });
});

test('the ephemeral key of a run is made once and says what it is', async () => {
  const first = await ephemeralKey(join(directory, 'keys'), principal);
  const again = await ephemeralKey(join(directory, 'keys'), principal);
  expect([first.ephemeral, again.publicKey]).toEqual([true, first.publicKey]);
  expect(first.publicKey).toMatch(/^ssh-ed25519 \S+$/);
});

test('the default signer is git’s SSH key, else the usual one, else a fault', async () => {
  vi.stubEnv('HOME', directory);
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  vi.stubEnv('XDG_CONFIG_HOME', directory);
  await expect(defaultSigner(principal)).rejects.toMatchObject({ code: 'signing-key-missing' });
  const usual = join(directory, '.ssh');
  spawnSync('mkdir', [usual]);
  copyFileSync(`${makeKey('one')}.pub`, join(usual, 'id_ed25519.pub'));
  const other = `${makeKey('other')}.pub`;
  const plain = (file: string): Promise<string> =>
    keySigner(principal, file).then(signer => signer.publicKey);
  expect((await defaultSigner(principal)).publicKey).toBe(await plain(join(usual, 'id_ed25519.pub')));
  writeFileSync(join(directory, '.gitconfig'), `[user]\nsigningkey = ${other}\n`);
  expect((await defaultSigner(principal)).publicKey).toBe(await plain(join(usual, 'id_ed25519.pub')));
  writeFileSync(join(directory, '.gitconfig'), `[user]\nsigningkey = ~/other.pub\n[gpg]\nformat = ssh\n`);
  expect((await defaultSigner(principal)).publicKey).toBe(await plain(other));
});

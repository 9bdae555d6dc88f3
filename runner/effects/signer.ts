/*
 * Signatures by OpenSSH (PROTOCOL.sshsig). In: a key file that belongs to the operator, or none for a sandbox, and bytes.
 * Out: an armoured signature that `ssh-keygen -Y verify` accepts. What can never happen: a private key read by this process;
 * a signature in another namespace; a prompt that waits for a passphrase where nobody sees it.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { isPrincipal, NAMESPACE } from '../seal/layout.ts';
import type { SignatureWorth } from '../seal/seals.ts';
import { errorCode } from './durable.ts';
import { readGitNow } from './git.ts';
import { runKeygen } from './ssh-keygen.ts';

/** Someone who can sign. `publicKey` is its type and base64 body, without comment. */
export interface Signer {
  readonly principal: string;
  readonly publicKey: string;
  readonly ephemeral: boolean;
  /** Signs bytes; the armoured signature ends with a line feed. */
  sign(message: Uint8Array): Promise<string>;
}

/**
 * A signer by a key file: a private key, or a public one whose private half the agent holds or lies beside it.
 * Faults: `principal-unfit`, `signing-key-unreadable`, `signing-key-locked`, those of `ssh-keygen`; `sign` adds `signing-failed`.
 */
export async function keySigner(
  principal: string,
  keyFile: string,
  ephemeral = false,
  namespace: string = NAMESPACE,
): Promise<Signer> {
  if (!isPrincipal(principal)) throw new Fault('principal-unfit', { principal });
  const publicKey = await readPublicKey(keyFile);
  return { principal, publicKey, ephemeral, sign: message => sign(keyFile, message, namespace) };
}

/** Makes an Ed25519 key for one run in `directory` (a private one, outside the bundle), and its signer. It proves nothing. */
export async function ephemeralKey(directory: string, principal: string): Promise<Signer> {
  const keyFile = join(directory, 'ephemeral-key');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(keyFile)) {
    const made = await runKeygen(['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', keyFile]);
    if (made.status !== 0) throw new Fault('signing-failed', { key: keyFile, error: lastLine(made.stderr) });
  }
  return keySigner(principal, keyFile, true);
}

/** The operator's own signer, where none was named: git's SSH signing key, else the usual files. Fault: `signing-key-missing`. */
export async function defaultSigner(principal: string, namespace: string = NAMESPACE): Promise<Signer> {
  const usual = ['id_ed25519', 'id_ecdsa', 'id_ed25519_sk', 'id_rsa'].map(name =>
    join(homedir(), '.ssh', `${name}.pub`),
  );
  const keyFile = [gitSigningKey(), ...usual].find(path => path !== undefined && existsSync(path));
  if (keyFile === undefined) throw new Fault('signing-key-missing', { places: '~/.ssh' });
  return keySigner(principal, keyFile, false, namespace);
}

function gitSigningKey(): string | undefined {
  if (readGit('gpg.format') !== 'ssh') return undefined;
  return readGit('user.signingkey')?.replace(/^~(?=\/)/, homedir());
}

function readGit(name: string): string | undefined {
  return readGitNow('.', ['config', '--get', name])?.trim();
}

async function readPublicKey(keyFile: string): Promise<string> {
  const file = keyFile.endsWith('.pub') ? keyFile : `${keyFile}.pub`;
  if (existsSync(file)) return plainKey(readFileSync(file, 'utf8'), file);
  if (!existsSync(keyFile)) throw new Fault('signing-key-unreadable', { key: keyFile, error: 'ENOENT' });
  const { status, stdout, stderr } = await runKeygen(['-y', '-f', keyFile]);
  if (status === 0) return plainKey(stdout, keyFile);
  throw keyFault(keyFile, stderr, 'signing-key-unreadable');
}

function plainKey(text: string, file: string): string {
  const [type = '', body = ''] = text.trim().split(/\s+/);
  if (!/^[a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/]+=*$/.test(body)) {
    throw new Fault('signing-key-unreadable', { key: file, error: 'not a public key' });
  }
  return `${type} ${body}`;
}

async function sign(keyFile: string, message: Uint8Array, namespace: string): Promise<string> {
  const { status, stdout, stderr } = await runKeygen(['-Y', 'sign', '-n', namespace, '-f', keyFile], message);
  if (status === 0 && stdout.startsWith('-----BEGIN SSH SIGNATURE-----')) return stdout;
  throw keyFault(keyFile, stderr, 'signing-failed');
}

function keyFault(key: string, stderr: string, otherwise: string): Fault {
  const locked = /incorrect passphrase|read_passphrase/i.test(stderr);
  const absent = /No private key found/i.test(stderr);
  const code = locked ? 'signing-key-locked' : absent ? 'signing-key-absent' : otherwise;
  return new Fault(code, { key, error: lastLine(stderr) }, 'recorded');
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** A signature that was looked at; `key` is the fingerprint of the key that made it (`SHA256:…`). */
export interface CheckedSignature {
  readonly worth: SignatureWorth;
  readonly key?: string;
}

/** What is to be checked: `allowedSigners` is the content of a file in OpenSSH's format, or nothing to ask only whether it is sound. */
export interface SignatureCheck {
  readonly message: Uint8Array;
  readonly signature: string;
  readonly principal: string;
  readonly allowedSigners?: string | undefined;
  /** That of seals unless another is given. */
  readonly namespace?: string;
}

/** Checks one signature with `ssh-keygen`. Validity periods of keys are judged as of now. */
export async function checkSignature(check: SignatureCheck): Promise<CheckedSignature> {
  const directory = mkdtempSync(join(tmpdir(), 'reprise-seal-'));
  try {
    return await checkIn(directory, check);
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('signature-check-failed', { error: errorCode(error) });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function checkIn(directory: string, check: SignatureCheck): Promise<CheckedSignature> {
  const signature = join(directory, 'seal.sig');
  const signers = join(directory, 'allowed_signers');
  writeFileSync(signature, check.signature, { mode: 0o600 });
  writeFileSync(signers, check.allowedSigners ?? '', { mode: 0o600 });
  const common = ['-n', check.namespace ?? NAMESPACE, '-s', signature];
  const sound = await runKeygen(['-Y', 'check-novalidate', ...common], check.message);
  if (sound.status !== 0) return { worth: worthOf(sound.stderr) };
  const key = /SHA256:[A-Za-z0-9+/]+/.exec(sound.stdout)?.[0];
  const verify = ['-Y', 'verify', '-f', signers, '-I', check.principal, ...common];
  const allowed = isPrincipal(check.principal) && (await runKeygen(verify, check.message)).status === 0;
  return { worth: allowed ? 'good' : 'unknown-signer', ...(key === undefined ? {} : { key }) };
}

/** Whether this `ssh-keygen` knows the type of a public key; a seal by it that it calls unsupported is then damaged. */
export async function isKnownKey(publicKey: string): Promise<boolean> {
  return (await runKeygen(['-l', '-f', '-'], Buffer.from(`${publicKey}\n`))).status === 0;
}

function worthOf(stderr: string): SignatureWorth {
  if (/unsupported|unknown key type|unknown or/i.test(stderr)) return 'unsupported';
  return /incorrect signature|namespace does not match/i.test(stderr) ? 'bad-signature' : 'unreadable';
}

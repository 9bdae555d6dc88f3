/*
 * Time stamps of a third party (RFC 3161). In: the sha256 of a line of the journal. Out: the authority's answer, kept in the
 * bundle as it came, with the time and the policy that stand in it. Only a digest leaves this machine. What can never happen:
 * an answer for another digest taken for one of ours, a refusal taken for a token, an authority that is waited for without end.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import type { Target } from '../model/runbook.ts';
import type { TimeStamps } from '../ports.ts';
import { LAYOUT } from '../seal/layout.ts';
import { type Bundle, sha256, writeDocument } from './bundle.ts';
import { runOpensslTs } from './openssl.ts';

/** Milliseconds that an authority has for its answer. */
const patience = 10_000;

/** Bytes of the largest answer that is taken; a token with its certificates has a few thousand. */
const largest = 256 * 1024;

/** What a token says of itself; whether its authority is to be believed is another question. */
export interface Token {
  /** The digest that was stamped, sha256 in hexadecimal. */
  readonly imprint: string;
  readonly policy: string;
  /** RFC 3339 UTC. */
  readonly stampedAt: string;
  readonly nonce?: string;
}

/**
 * The address of the authority: `REPRISE_TIMESTAMP_URL` where it is set, else what the target says; nothing when that is
 * empty. Fault: `timestamp-malformed-url`.
 */
export function authorityOf(
  target: Pick<Target, 'timestamp'>,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  const written = environment.REPRISE_TIMESTAMP_URL ?? target.timestamp ?? '';
  if (written === '') return undefined;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url.href;
  throw new Fault('timestamp-malformed-url', { url: written.replace(/\/\/[^/@]*@/, '//…@') });
}

/** Sees to it that `openssl` is there before a run opens that will need it. Fault: `openssl-missing`. */
export async function requireOpenssl(): Promise<void> {
  await queryFor('0'.repeat(64));
}

/** Has lines stamped by an authority, which has `limit` milliseconds each time, and keeps its answers in a bundle. */
export function timeStampsBy(authority: string, bundle: Bundle, limit = patience): TimeStamps {
  return {
    authority,
    async stamp(mark, head) {
      const { query, nonce } = await queryFor(head);
      const answer = await post(authority, query, limit);
      const token = await readToken(answer);
      const unfit = token === undefined ? 'no token' : whyUnfit(token, head, nonce);
      if (token === undefined || unfit !== undefined)
        throw new Fault('timestamp-unfit', { authority, error: unfit ?? '' });
      const digest = sha256(answer);
      const file = `${LAYOUT.timestamps}/${mark}-${digest.slice(0, 12)}.tsr`;
      writeDocument(bundle, file, answer);
      const { policy, stampedAt } = token;
      return { file, bytes: answer.length, sha256: digest, policy, stampedAt };
    },
  };
}

function whyUnfit(token: Token, head: string, nonce: string | undefined): string | undefined {
  if (token.imprint !== head) return 'another digest';
  return token.nonce === nonce ? undefined : 'another nonce';
}

/** A request for the stamp of a digest; its nonce tells an answer from one that was given earlier. */
async function queryFor(head: string) {
  const { status, stdout, stderr } = await runOpensslTs(['-query', '-digest', head, '-sha256', '-cert']);
  if (status !== 0) throw new Fault('openssl-missing', { error: lastLine(stderr) });
  const said = await withFile(stdout, async path => await runOpensslTs(['-query', '-in', path, '-text']));
  const nonce = field(said.stdout.toString(), 'Nonce');
  return { query: stdout, nonce };
}

async function post(authority: string, query: Buffer, limit: number): Promise<Buffer> {
  const response = await ask(authority, query, limit);
  if (!response.ok) throw new Fault('timestamp-refused', { authority, status: response.status });
  const answer = await readBody(response).catch((error: unknown) => {
    throw new Fault('timestamp-unreachable', { authority, error: reasonOf(error) });
  });
  if (answer === undefined) throw new Fault('timestamp-unfit', { authority, error: 'size' });
  return answer;
}

/** The body of an answer, of which no more is read than a token can have; nothing for a longer one. */
async function readBody({ body }: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > largest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function ask(authority: string, query: Buffer, limit: number): Promise<Response> {
  try {
    return await fetch(authority, {
      method: 'POST',
      // RFC 3161, section 3.4: the media type of a request over HTTP.
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(query),
      redirect: 'error',
      signal: AbortSignal.timeout(limit),
    });
  } catch (error) {
    throw new Fault('timestamp-unreachable', { authority, error: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  // The `code` of what a signal aborts is a number of the DOM, which tells nobody anything.
  if (cause instanceof DOMException) return 'ETIMEDOUT';
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(cause);
}

/** What an authority's answer says; nothing unless it grants a token over a sha256 at a time that exists. Fault: `openssl-missing`. */
export async function readToken(answer: Uint8Array): Promise<Token | undefined> {
  const said = await withFile(answer, async path => await runOpensslTs(['-reply', '-in', path, '-text']));
  const text = said.stdout.toString();
  const isGranted = /^Status: Granted(?: with modifications)?\.$/m.test(text);
  const policy = field(text, 'Policy OID');
  const time = Date.parse(field(text, 'Time stamp') ?? '');
  const imprint = imprintIn(text);
  if (said.status !== 0 || !isGranted || policy === undefined || imprint === undefined || Number.isNaN(time))
    return undefined;
  const nonce = field(text, 'Nonce');
  const stampedAt = new Date(time).toISOString();
  return { imprint, policy, stampedAt, ...(nonce === undefined ? {} : { nonce }) };
}

/** The dump of the message imprint: lines of `    0000 - 2c f2 4d ba 5f b0 a3 0e-26 e8 3b 2a c5 b9 e2 9e   ,.M…`. */
function imprintIn(text: string): string | undefined {
  if (field(text, 'Hash Algorithm') !== 'sha256') return undefined;
  const [, dump = ''] = /^Message data:\n((?: {4}[0-9a-f]{4} - .*\n)+)/m.exec(text) ?? [];
  const bytes = dump
    .split('\n')
    .map(line => line.slice(11, 11 + 16 * 3).replace(/[^0-9a-f]/g, ''))
    .join('');
  return bytes.length === 64 ? bytes : undefined;
}

function field(text: string, name: string): string | undefined {
  const value = new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
  return value === undefined || value === 'unspecified' ? undefined : value;
}

/**
 * Whether a token over `head` is by an authority whose certificates stand in the PEM file `ca`, which comes from outside.
 * Certificates are judged as of the token's own time, since they expire long before a record does. Fault: `openssl-missing`.
 */
export async function isVouched(
  answer: Uint8Array,
  head: string,
  { ca, at }: { readonly ca: string; readonly at: string },
): Promise<boolean> {
  const attime = String(Math.floor(Date.parse(at) / 1000));
  const verified = await withFile(answer, async path => {
    const token = ['-digest', head, '-in', path];
    return await runOpensslTs(['-verify', ...token, '-CAfile', ca, '-attime', attime]);
  });
  return verified.status === 0 && /^Verification: OK$/m.test(verified.stdout.toString() + verified.stderr);
}

async function withFile<T>(content: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'reprise-stamp-'));
  try {
    const path = join(directory, 'stamp');
    writeFileSync(path, content, { mode: 0o600 });
    return await use(path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

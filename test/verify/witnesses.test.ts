import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signChallenge } from '../../runner/effects/approval.ts';
import { type Bundle, createBundle, sha256, writeDocument } from '../../runner/effects/bundle.ts';
import { keySigner } from '../../runner/effects/signer.ts';
import { timeStampsBy } from '../../runner/effects/timestamp.ts';
import { readApprovals, readStamps } from '../../runner/effects/witness-readings.ts';
import { keyFingerprint, readAnswer, writeChallenge } from '../../runner/journal/challenge.ts';
import type { Entry, Event, EventOf } from '../../runner/journal/event.ts';
import { judgeApprovals, judgeStamps } from '../../runner/seal/witnesses.ts';
import { Authority } from '../authority.ts';
import { entriesOf } from '../session/world.ts';
import { workFolder } from './reference.ts';

const challenge = writeChallenge({
  run: 'r',
  target: 't',
  mode: 'real',
  step: 'vider',
  title: 'Vider',
  act: 'run',
  attempt: 1,
  role: 'observateur',
  operator: 'camille',
  code: 'a'.repeat(64),
  head: 'b'.repeat(64),
  expiresAt: '2026-11-22T03:15:00.000Z',
});

let folder = '';
beforeAll(() => {
  folder = workFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an approval in a journal', () => {
  let approved: EventOf<'step-approved'>;
  let list = '';
  let key = '';
  let otherKey = '';
  beforeAll(async () => {
    const file = keyOf('noa');
    const { publicKey } = await keySigner('noa', file);
    key = keyFingerprint(publicKey);
    otherKey = keyFingerprint((await keySigner('noa', keyOf('autre'))).publicKey);
    list = `noa namespaces="transcript@reprise,approval@reprise" ${publicKey}\n`;
    const signature = readAnswer(await signChallenge(challenge, 'noa', file))?.signature ?? '';
    const signed = { key, signature, signers: 'c'.repeat(64) };
    approved = { type: 'step-approved', step: 'vider', by: { id: 'noa' }, voice: 'typed', challenge, signed };
  });

  function keyOf(name: string): string {
    const file = join(folder, `key-${name}`);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
    return file;
  }

  async function judged(event: Event, trusted?: string) {
    const { findings, found } = judgeApprovals(await readApprovals(entriesOf([event]), trusted));
    return { codes: findings.map(({ code }) => code), statuses: found.map(({ status }) => status) };
  }

  const signed = () => approved.signed ?? { key: '', signature: '', signers: '' };

  test('is verified by a list that allows the key to this person for approvals', async () => {
    expect(await judged(approved, list)).toEqual({ codes: [], statuses: ['verified'] });
    expect(await judged(approved)).toEqual({ codes: ['approval-not-vouched'], statuses: ['unverified'] });
  });

  test.each<[string, (list: string) => string]>([
    ['another person', text => text.replace('noa', 'eve')],
    ['seals alone', text => text.replace(',approval@reprise', '')],
    ['nobody', () => ''],
  ])('is by an unknown key when the list allows it to %s', async (_whom, change) => {
    expect(await judged(approved, change(list))).toEqual({
      codes: ['approval-unknown'],
      statuses: ['unverified'],
    });
  });

  test.each<[string, () => Event]>([
    ['a signature of another challenge', () => ({ ...approved, challenge: challenge.replace(/.$/, 'x') })],
    ['another key than the recorded one', () => ({ ...approved, signed: { ...signed(), key: otherKey } })],
    [
      'a damaged signature',
      () => ({ ...approved, signed: { ...signed(), signature: signed().signature.replace('A', 'B') } }),
    ],
    [
      'another spelling of the signature',
      () => ({ ...approved, signed: { ...signed(), signature: `${signed().signature}\n` } }),
    ],
  ])('with %s is a tampering, whatever the list says', async (_what, forge) => {
    expect(await judged(forge(), list)).toEqual({ codes: ['approval-bad'], statuses: ['bad'] });
  });

  test('by a seal’s signature is none: the namespaces differ', async () => {
    const seal = await (await keySigner('noa', join(folder, 'key-noa'))).sign(Buffer.from(`${challenge}\n`));
    const event = { ...approved, signed: { ...signed(), signature: seal } };
    expect(await judged(event, list)).toEqual({ codes: ['approval-bad'], statuses: ['bad'] });
  });

  test('that is scripted is noted as such', async () => {
    const { signed: _, ...scripted } = approved;
    expect(await judged({ ...scripted, voice: 'scripted' }, list)).toEqual({
      codes: ['approval-scripted'],
      statuses: ['scripted'],
    });
  });
});

describe('a time stamp in a journal', () => {
  let authority: Authority;
  let bundle: Bundle;
  let entry: Extract<Entry, { type: 'time-stamped' }>;
  beforeAll(async () => {
    authority = await new Authority().start();
    bundle = createBundle(folder, 'stamped');
    const head = sha256('line\n');
    const stamp = await timeStampsBy(authority.url, bundle).stamp('start', head);
    const at = stamp.stampedAt;
    const link = { seq: 1, prev: head, at };
    entry = { type: 'time-stamped', mark: 'start', head, authority: authority.url, ...stamp, ...link };
  });
  afterAll(() => authority.close());

  async function judged(forged: Entry, ca?: string) {
    const { findings, found } = judgeStamps(await readStamps(bundle, [forged], ca));
    return { codes: findings.map(({ code }) => code), statuses: found.map(({ status }) => status) };
  }

  test('is verified by the certificates from outside, and by those alone', async () => {
    expect(await judged(entry, authority.ca)).toEqual({ codes: [], statuses: ['verified'] });
    expect(await judged(entry)).toEqual({ codes: ['stamp-not-vouched'], statuses: ['unverified'] });
    const other = join(folder, 'other.pem');
    writeFileSync(other, '');
    expect(await judged(entry, other)).toEqual({ codes: ['stamp-unknown'], statuses: ['unverified'] });
    const missing = readStamps(bundle, [entry], join(folder, 'missing.pem'));
    await expect(missing).rejects.toMatchObject({ code: 'timestamp-ca-unreadable' });
  });

  test.each<[string, () => Partial<typeof entry>]>([
    ['line', () => ({ head: 'f'.repeat(64) })],
    ['time', () => ({ stampedAt: '2020-01-01T00:00:00.000Z' })],
    ['policy', () => ({ policy: '1.2.3.4.5' })],
  ])('of another %s than the token’s is a tampering', async (_what, change) => {
    expect(await judged({ ...entry, ...change() }, authority.ca)).toEqual({
      codes: ['stamp-bad'],
      statuses: ['bad'],
    });
  });

  test('whose file is no token is a tampering; one whose file was exchanged is named with the file', async () => {
    writeDocument(bundle, 'timestamps/none.tsr', 'none');
    const none = { ...entry, file: 'timestamps/none.tsr', sha256: sha256('none') };
    expect(await judged(none, authority.ca)).toEqual({ codes: ['stamp-bad'], statuses: ['bad'] });
    expect(await judged({ ...none, sha256: entry.sha256 }, authority.ca)).toEqual({
      codes: [],
      statuses: [],
    });
  });

  test('from a clock that differs from the machine’s says by how much', async () => {
    const at = new Date(Date.parse(entry.stampedAt) + 90_000).toISOString();
    expect(judgeStamps(await readStamps(bundle, [{ ...entry, at }], authority.ca)).findings).toEqual([
      { layer: 'time-stamp', code: 'stamp-clock-differs', params: { line: 2, seconds: 90 } },
    ]);
  });
});

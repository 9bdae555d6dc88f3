import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signChallenge } from '../../runner/effects/approval.ts';
import type { Bundle } from '../../runner/effects/bundle.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import { keySigner } from '../../runner/effects/signer.ts';
import { keyFingerprint, readAnswer, writeChallenge } from '../../runner/journal/challenge.ts';
import type { EventOf } from '../../runner/journal/event.ts';
import { sealBundle } from '../../runner/seal.ts';
import { stages } from '../../runner/stages.ts';
import { copyBundle, editing, makeBundle, makeSigner, rechain, trust, workFolder } from './reference.ts';

const challenge = writeChallenge({
  run: '20260101-000000-abcdef',
  target: 'sandbox',
  mode: 'drill',
  step: 'saluer',
  title: 'Saluer',
  act: 'run',
  attempt: 1,
  role: 'observateur',
  operator: 'bruno',
  code: 'a'.repeat(64),
  head: 'b'.repeat(64),
  expiresAt: '2026-01-01T00:15:00.000Z',
});

let folder = '';
let bruno: Signer;
let reference: Bundle;
let noa = '';
let signed: NonNullable<EventOf<'step-approved'>['signed']>;

beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  reference = await makeBundle(folder, bruno);
  noa = join(folder, 'cle-noa');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', noa]);
  const key = keyFingerprint((await keySigner('noa', noa)).publicKey);
  const signature = readAnswer(await signChallenge(challenge, 'noa', noa))?.signature ?? '';
  signed = { key, signature, signers: 'c'.repeat(64) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `verify.sh` says of a run whose journal holds this approval, sealed by the operator who wrote it in. */
async function said(approval: typeof signed, namespaces: string): Promise<readonly [number | null, string]> {
  const bundle = copyBundle(folder, reference);
  editing(bundle).lines(lines =>
    rechain(lines, ([opened, ...events]) =>
      opened === undefined
        ? []
        : [
            opened,
            {
              at: opened.at,
              type: 'step-approved',
              step: 'saluer',
              by: { id: 'noa' },
              voice: 'typed',
              challenge,
              signed: approval,
            },
            ...events,
          ],
    ),
  );
  const credulous = {
    ...stages,
    replay: (record: Parameters<typeof stages.replay>[0]) => ({
      ...stages.replay(record),
      illegality: undefined,
    }),
  };
  await sealBundle(bundle, bruno, credulous);
  const list = join(folder, 'liste');
  const own = execFileSync('cat', [trust(folder, bruno)], { encoding: 'utf8' });
  writeFileSync(list, `${own}noa namespaces="${namespaces}" ${(await keySigner('noa', noa)).publicKey}\n`);
  const { status, stdout } = spawnSync('dash', [editing(bundle).at('verify.sh'), list], { encoding: 'utf8' });
  return [status, stdout];
}

describe('`verify.sh` and the approvals in a journal', () => {
  test('verifies one that the list allows, and says what it did not look at', async () => {
    const [status, out] = await said(signed, 'approval@reprise');
    expect([status, out]).toEqual([0, expect.stringContaining('VÉRIFIÉ / VERIFIED: bruno')]);
    expect(out).toContain('Non vérifié ici / Not checked here');
  });

  test('names one whose key the list does not allow for approvals', async () => {
    const [status, out] = await said(signed, 'transcript@reprise');
    expect([status, out]).toEqual([6, expect.stringContaining('approbation / approval saluer (noa)')]);
  });

  test.each([
    ['a tampered signature', () => ({ ...signed, signature: signed.signature.replace('A', 'B') })],
    ['another key than the recorded one', () => ({ ...signed, key: `SHA256:${'x'.repeat(43)}` })],
    ['no signature at all', () => ({ ...signed, signature: '' })],
  ])('names %s', async (_name, forge) => {
    const [status, out] = await said(forge(), 'approval@reprise');
    expect([status, out]).toEqual([5, expect.stringContaining('approbation / approval saluer (noa)')]);
  });
});

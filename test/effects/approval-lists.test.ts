import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approvalsBy, signChallenge } from '../../runner/effects/approval.ts';
import { keyFingerprint, readAnswer, writeChallenge } from '../../runner/journal/challenge.ts';

/*
 * What a list of trusted signers can hold (ssh-keygen(1), ALLOWED SIGNERS), and what an approval is worth against it: periods,
 * authorities, patterns and purposes are those of OpenSSH, since it is asked.
 */

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
  expiresAt: '2999-11-22T03:15:00.000Z',
});

let folder = '';
const keygen = (...args: readonly string[]) => execFileSync('ssh-keygen', ['-q', ...args], { stdio: 'pipe' });
const at = (name: string): string => join(folder, name);
const publicKey = (name: string): string => readFileSync(at(`${name}.pub`), 'utf8').trim();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-lists-'));
  for (const name of ['noa', 'autorite', 'autre'])
    keygen('-t', 'ed25519', '-N', '', '-C', '', '-f', at(name));
  // A certificate of noa's key for `noa`, by the authority.
  keygen('-s', at('autorite'), '-I', 'noa', '-n', 'noa', at('noa.pub'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What noa's approval, signed with a key file, is worth against a list. */
async function worth(list: string, by = 'noa', keyFile = 'noa') {
  writeFileSync(at('liste'), list);
  const signature = readAnswer(await signChallenge(challenge, by, at(keyFile)))?.signature ?? '';
  return await approvalsBy(at('liste')).check({ challenge, by, signature });
}

const line = (options: string, who = 'noa', key = publicKey('noa')): string =>
  `${who} ${options === '' ? '' : `${options} `}${key}\n`;
const approval = 'namespaces="approval@reprise"';

test.each<[string, () => string, 'good' | 'unknown-signer']>([
  ['no purpose at all', () => line(''), 'good'],
  ['this purpose', () => line(approval), 'good'],
  ['both purposes', () => line('namespaces="transcript@reprise,approval@reprise"'), 'good'],
  ['a pattern of purposes', () => line('namespaces="*@reprise"'), 'good'],
  ['seals alone', () => line('namespaces="transcript@reprise"'), 'unknown-signer'],
  ['anything but approvals', () => line('namespaces="!approval@reprise,*"'), 'unknown-signer'],
  ['a period that goes on', () => line('valid-after="20200101",valid-before="29990101"'), 'good'],
  ['a period that is over', () => line(`${approval},valid-before="20200101"`), 'unknown-signer'],
  ['a period that has not begun', () => line(`${approval},valid-after="29990101"`), 'unknown-signer'],
  ['a pattern of persons', () => line(approval, 'n*'), 'good'],
  ['everybody but this person', () => line(approval, '!noa,*'), 'unknown-signer'],
  ['an authority that did not certify the key', () => line('cert-authority'), 'unknown-signer'],
  ['a list of nothing but comments', () => '# rien\n\n', 'unknown-signer'],
  ['a line that is none, then a good one', () => `noa\n${line(approval)}`, 'good'],
])('a key that the list allows with %s', async (_what, list, expected) => {
  expect(await worth(list())).toEqual({ worth: expected, key: keyFingerprint(publicKey('noa')) });
});

test('a certificate counts by its authority, and its key is the one that it certifies', async () => {
  const authority = (who: string) => line(`cert-authority,${approval}`, who, publicKey('autorite'));
  const agent = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
  const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(agent) ?? [];
  const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(agent) ?? [];
  const before = process.env.SSH_AUTH_SOCK;
  process.env.SSH_AUTH_SOCK = socket;
  try {
    execFileSync('ssh-add', ['-q', at('noa')], { stdio: 'pipe' });
    // Whoever operates with this key is known by it again, whatever wraps it.
    const key = keyFingerprint(publicKey('noa'));
    expect(await worth(authority('noa'), 'noa', 'noa-cert.pub')).toEqual({ worth: 'good', key });
    expect(await worth(authority('*'), 'eve', 'noa-cert.pub')).toEqual({ worth: 'unknown-signer', key });
  } finally {
    if (before === undefined) delete process.env.SSH_AUTH_SOCK;
    else process.env.SSH_AUTH_SOCK = before;
    process.kill(Number(pid));
  }
});

test('a name that would be a pattern is nobody’s', async () => {
  writeFileSync(at('liste'), line(approval, '*'));
  const signature = readAnswer(await signChallenge(challenge, 'noa', at('noa')))?.signature ?? '';
  const check = { challenge, by: '*', signature };
  expect(await approvalsBy(at('liste')).check(check)).toMatchObject({ worth: 'unknown-signer' });
});

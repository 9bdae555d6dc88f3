import { describe, expect, test } from 'vitest';
import type { Entry } from '../../runner/journal/event.ts';
import { allowedSignersLine, isPrincipal, isUnlisted, principalOf } from '../../runner/seal/layout.ts';
import { judgeSeals, recordedSigners, type SealReading } from '../../runner/seal/seals.ts';
import {
  buildStatement,
  type Predicate,
  readStatement,
  writeStatement,
} from '../../runner/seal/statement.ts';
import { type FINDINGS, judge } from '../../runner/seal/verdict.ts';
import { samples } from '../journal/samples.ts';

const link = { seq: 0, prev: '0'.repeat(64), at: '2026-01-01T00:00:00.000Z' };
const [opened] = samples['run-opened'];
const [closed] = samples['run-closed'];
if (opened === undefined || closed === undefined) throw new Error('no samples');
const signer = { principal: 'alice', publicKey: 'ssh-ed25519 AAAA', ephemeral: false };
const entries: readonly Entry[] = [
  { ...opened, signer, ...link },
  { ...closed, ...link, seq: 1, at: '2026-01-01T01:00:00.000Z' },
];
const statement = buildStatement({
  entries,
  head: 'b'.repeat(64),
  digests: new Map([
    ['journal.jsonl', 'c'.repeat(64)],
    ['statement.json', 'd'.repeat(64)],
    ['seals/alice.sig', 'd'.repeat(64)],
    ['allowed_signers', 'd'.repeat(64)],
    ['lock', 'd'.repeat(64)],
    ['Zoé.txt', 'e'.repeat(64)],
  ]),
  requiredSigners: [{ role: 'observateur', holders: ['chloe', 'dina'] }],
  renderer: '1',
});

describe('the statement', () => {
  test('lists neither itself, nor what is made from it, nor the lock; subjects are in the order of their names', () => {
    expect(statement.subject.map(subject => subject.name)).toEqual(['Zoé.txt', 'journal.jsonl']);
  });

  test('is read back from its bytes, and from no other bytes', () => {
    const written = writeStatement(statement);
    expect(readStatement(Buffer.from(written))).toEqual(statement);
    for (const other of [
      written.slice(0, -1),
      `${written}\n`,
      ` ${written}`,
      written.replace('"clock":"declared"', '"clock":"proven"'),
      written.replace('{', '{"extra":1,'),
      written.replace('Zoé.txt', '../Zoé.txt'),
      written.replace('transcript:v1', 'transcript:v2'),
      '[]\n',
      '\uFFFD',
    ]) {
      expect(readStatement(Buffer.from(other)), other).toBeUndefined();
    }
  });

  test('is not made for a run that is still open', () => {
    const input = {
      entries: entries.slice(0, 1),
      head: '',
      digests: new Map(),
      requiredSigners: [],
      renderer: '1',
    };
    expect(() => buildStatement(input)).toThrow();
  });
});

describe('whose seals count', () => {
  const predicate: Predicate = { ...statement.predicate, ephemeral: false };
  const seal = (
    principal: string,
    recorded: SealReading['recorded'],
    trusted?: SealReading['recorded'],
  ): SealReading => ({
    principal,
    key: `SHA256:${principal}`,
    recorded,
    trusted,
  });
  const judged = (...seals: readonly SealReading[]): [string[], string] => {
    const { findings } = judgeSeals(seals, predicate);
    return [
      findings.map(({ code, params }) => `${code} ${params.principal ?? params.role}`),
      judge(findings),
    ];
  };

  test.each<[string, readonly SealReading[], readonly string[], string]>([
    ['all trusted', [seal('alice', 'good', 'good'), seal('dina', 'good', 'good')], [], 'verified'],
    [
      'a trusted key that the run did not record',
      [seal('alice', 'unknown-signer', 'good'), seal('dina', 'good', 'good')],
      [],
      'verified',
    ],
    [
      'the observer missing',
      [seal('alice', 'good', 'good')],
      ['required-seal-missing observateur'],
      'incomplete',
    ],
    [
      'the observer not trusted',
      [seal('alice', 'good', 'good'), seal('chloe', 'good', 'unknown-signer')],
      ['cosigner-not-vouched chloe', 'required-seal-missing observateur'],
      'incomplete',
    ],
    [
      'nobody to trust',
      [seal('alice', 'good'), seal('chloe', 'good')],
      ['signer-not-vouched alice', 'cosigner-not-vouched chloe'],
      'intact-signer-unverified',
    ],
    [
      'another key than the recorded one',
      [seal('alice', 'unknown-signer'), seal('chloe', 'good')],
      ['seal-key-differs alice', 'cosigner-not-vouched chloe'],
      'tampered',
    ],
    [
      'a seal that is not of this statement',
      [seal('alice', 'good', 'good'), seal('chloe', 'bad-signature', 'bad-signature')],
      ['seal-bad chloe', 'required-seal-missing observateur'],
      'tampered',
    ],
    [
      'a type of key that this machine does not know',
      [seal('alice', 'unsupported', 'unsupported'), seal('chloe', 'good', 'good')],
      ['seal-unsupported alice'],
      'intact-signer-unverified',
    ],
    ['none', [], ['seal-missing alice', 'required-seal-missing observateur'], 'incomplete'],
  ])('%s', (_name, seals, codes, verdict) => {
    expect(judged(...seals)).toEqual([codes, verdict]);
  });
});

describe('names and keys from a bundle', () => {
  test('the signer’s key is the one of the journal, and no pattern of the bundle’s list is believed', () => {
    const inBundle = [
      '# commentaire',
      'alice ssh-ed25519 ELSE',
      'chloe ssh-ed25519 BBBB',
      '* ssh-ed25519 EVIL',
      'al?ce ssh-ed25519 EVIL',
      'bob,alice ssh-ed25519 EVIL',
      '"alice" ssh-ed25519 EVIL',
    ].join('\n');
    expect(recordedSigners(entries, inBundle)).toBe(
      'alice namespaces="transcript@reprise" ssh-ed25519 AAAA\n# commentaire\nchloe ssh-ed25519 BBBB',
    );
  });

  test('a public key that would be more than one key makes no line', () => {
    for (const key of [
      'ssh-ed25519 AAAA\n* ssh-ed25519 EVIL',
      'ssh-ed25519',
      'cert-authority ssh-ed25519 AAAA',
      '',
    ]) {
      expect(allowedSignersLine('alice', key)).toBeUndefined();
    }
  });

  test('principals, and the paths of their seals', () => {
    expect(['alice', 'a.b+c@example.org', 'A-1'].map(isPrincipal)).toEqual([true, true, true]);
    expect(['', '*', '-a', '.a', 'a b', 'a/b', 'é', 'a'.repeat(101), 'a\n'].map(isPrincipal)).toEqual(
      Array(9).fill(false),
    );
    expect(
      ['seals/alice.sig', 'seals/../x.sig', 'seals/a/b.sig', 'seals/alice.pub', 'seals/.sig'].map(
        principalOf,
      ),
    ).toEqual(['alice', undefined, undefined, undefined, undefined]);
    expect(['statement.json', 'seals/alice.sig', 'source/lock', 'x/statement.json'].map(isUnlisted)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test('the verdict is the gravest finding', () => {
  const of = (...codes: readonly (keyof typeof FINDINGS)[]) =>
    judge(codes.map(code => ({ layer: 'seal', code, params: {} })));
  expect([
    of(),
    of('not-comparable', 'cosigner-not-vouched'),
    of('required-seal-missing'),
    of('required-seal-missing', 'signer-unknown'),
    of('signer-unknown', 'ephemeral', 'required-seal-missing'),
    of('statement-missing', 'ephemeral'),
    of('statement-missing', 'bad-chain'),
  ]).toEqual([
    'verified',
    'not-comparable',
    'incomplete',
    'intact-signer-unverified',
    'not-probative',
    'incomplete',
    'tampered',
  ]);
});

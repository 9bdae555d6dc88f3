import { expect, test } from 'vitest';
import { describeFinding, printVerdict } from '../../runner/report/verdict.ts';
import { VERDICT_WORDS } from '../../runner/report/verdict-words.ts';
import { FINDINGS, type Verdict } from '../../runner/seal/verdict.ts';

const altered: Verdict = {
  verdict: 'tampered',
  run: '20260101-000000-abcdef',
  findings: [
    { layer: 'journal', code: 'bad-chain', params: { line: 6, offset: 1234 } },
    {
      layer: 'statement',
      code: 'subject-altered',
      params: { path: 'evidence/\u202e\u001b[2Jx', expected: 'a', found: 'b' },
    },
  ],
  signers: [{ principal: 'bruno', key: 'SHA256:abc', status: 'unverified' }],
};

test('a tampered bundle, in French', () => {
  expect(printVerdict(altered, 'fr').replaceAll('\u00a0', ' ')).toBe(`exécution : 20260101-000000-abcdef
ALTÉRÉ : le dossier n’est pas, ou n’est plus, celui qui a été signé
  - main courante : la ligne 6 ne suit pas la précédente, qui a été modifiée [bad-chain]
  - déclaration : \`evidence/⟨U+202E⟩␛[2Jx\` n’est pas le fichier que la déclaration énumère [subject-altered]
  sceau : bruno (SHA256:abc), non vérifié
`);
});

test('a sandbox’s bundle, in English', () => {
  const verdict: Verdict = {
    verdict: 'not-probative',
    findings: [{ layer: 'seal', code: 'ephemeral', params: { principal: 'bruno' } }],
    signers: [{ principal: 'bruno', key: 'SHA256:abc', status: 'ephemeral' }],
  };
  expect(
    printVerdict(verdict, 'en'),
  ).toBe(`INTACT, PROVES NOTHING: nothing changed, but the key was made for this run in the sandbox and proves nothing
  - seal: the key of \`bruno\` was made for this run in the sandbox [ephemeral]
  seal: bruno (SHA256:abc), ephemeral key, proves nothing
  times declared by the machine: no outside time stamp proves them
`);
});

test.each(['fr', 'en'] as const)(
  'every finding has its words in %s, with the same holes as in the other language',
  lang => {
    const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(found => found[0]).sort();
    expect(Object.keys(VERDICT_WORDS[lang].findings).sort()).toEqual(Object.keys(FINDINGS).sort());
    for (const [code, sentence] of Object.entries(VERDICT_WORDS[lang].findings)) {
      expect(holes(sentence), code).toEqual(
        holes(new Map(Object.entries(VERDICT_WORDS.fr.findings)).get(code) ?? ''),
      );
    }
  },
);

test('a value that is too long is cut, and one that is not there is said to be unknown', () => {
  expect(
    describeFinding(
      { layer: 'seal', code: 'seal-key-differs', params: { principal: 'x'.repeat(300) } },
      'en',
    ),
  ).toBe(
    `seal: the seal of \`${'x'.repeat(200)}…\` is by another key (key unknown) than the one recorded at the opening [seal-key-differs]`,
  );
});

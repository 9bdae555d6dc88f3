import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCode } from '../../runner/cli/exit-code.ts';
import type { Bundle } from '../../runner/effects/bundle.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import { isCanonical } from '../../runner/journal/canonical.ts';
import { isEntry } from '../../runner/journal/shape.ts';
import { LAYOUT } from '../../runner/seal/layout.ts';
import { copyBundle, editing, makeBundle, makeSigner, trust, workFolder } from './reference.ts';

const page = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8');
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(found => found[1] ?? '');

let folder: string;
let bruno: Signer;
let bundle: Bundle;
beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  bundle = await makeBundle(folder, bruno);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runByHand(block: string, { directory }: Bundle) {
  const env = { ...process.env, SIGNERS: trust(folder, bruno), WHO: 'bruno', RUNBOOK: 'source/plan é.md' };
  return spawnSync('bash', ['-c', block], { cwd: directory, env, encoding: 'utf8' });
}

const [files = '', seal = '', chain = '', source = ''] = blocksOf('sh');

describe('the commands for verifying by hand', () => {
  test('say yes to an untouched bundle', () => {
    expect(blocksOf('sh')).toHaveLength(4);
    expect([files, seal, chain, source].map(block => runByHand(block, bundle).status)).toEqual([0, 0, 0, 0]);
  });

  test.each<[string, string, () => string]>([
    ['a file', 'transcript.html', () => files],
    ['the statement', 'statement.json', () => seal],
    ['the journal', 'journal.jsonl', () => chain],
    ['the transcript', 'transcript.md', () => source],
  ])('say no when %s was changed', (_name, path, block) => {
    const copy = copyBundle(folder, bundle);
    editing(copy).edit(path, text => text.replace('Essai', 'Essay').replace('"bonjour', '"bonsoir'));
    expect(runByHand(block(), copy).status).not.toBe(0);
  });
});

test('the example of a line is a line', () => {
  const [line = ''] = blocksOf('json');
  const value: unknown = JSON.parse(line);
  expect([isEntry(value), isCanonical(value, line.trimEnd())]).toEqual([true, true]);
});

test('both tables of verdicts have the exit codes of the programme', () => {
  const codes = [...page.matchAll(/^\| [^|]+ \| (\d) \|/gm)].map(found => Number(found[1]));
  const { success, tampered, signerNotVerified, notProbative, incomplete, notComparable } = exitCode;
  const expected = [success, tampered, signerNotVerified, notProbative, incomplete, notComparable];
  expect(codes).toEqual([...expected, ...expected]);
});

test('every place of the layout is described', () => {
  for (const path of Object.values(LAYOUT)) {
    const named = page.includes(`\`${path}`) || page.includes(`\`.${path.split('.').at(-1)}\``);
    expect(named, path).toBe(true);
  }
});

import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createBundle } from '../../runner/effects/bundle.ts';
import { collectSources, describeSources, keepSources, type Sources } from '../../runner/effects/sources.ts';

let root: string;
const put = (name: string, content: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
};
const collect = (imports: readonly string[], from = root): Promise<Sources> =>
  collectSources({
    runbook: join(from, 'plan/plan.md'),
    imports,
    runner: '0.1.0',
    answers: join(from, 'plan/answers.yaml'),
  });

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'reprise-sources-')));
  put('package-lock.json', '{}');
  put('plan/plan.md', '# Plan');
  put('plan/answers.yaml', 'a: 1');
  put('plan/lib/a.ts', `import { b } from './b.ts';\nimport 'zx';\nexport const a = b;`);
  put(
    'plan/lib/b.ts',
    `export * from '../../shared/c.mjs';\nimport type { T } from './a.ts';\nexport const b = 1;`,
  );
  put(
    'shared/c.mjs',
    `export const d = () => import('./d.json', { with: { type: 'json' } });\nimport(\`./\${d}\`);`,
  );
  put('shared/d.json', '{}');
});

test('all that a run depends on, imports of imports included, by paths that another machine shares', async () => {
  const sources = await collect(['./lib/a.ts']);
  expect(sources.root).toBe(root);
  expect(sources.files.map(({ path, role }) => `${role} ${path}`)).toEqual([
    'runbook plan/plan.md',
    'import plan/lib/a.ts',
    'import plan/lib/b.ts',
    'import shared/c.mjs',
    'import shared/d.json',
    'lock package-lock.json',
    'answers plan/answers.yaml',
  ]);
  const copy = mkdtempSync(join(tmpdir(), 'reprise-copy-'));
  cpSync(root, copy, { recursive: true });
  expect(describeSources((await collect(['./lib/a.ts'], copy)).files)).toEqual(
    describeSources(sources.files),
  );
  expect((await collect(['./lib/a.ts'], copy)).digest).toBe(sources.digest);
});

test('the digest changes with any file, and with the runner', async () => {
  const before = await collect(['./lib/a.ts']);
  put('shared/d.json', '{ }');
  const after = await collect(['./lib/a.ts']);
  expect(after.digest).not.toBe(before.digest);
  const request = { runbook: join(root, 'plan/plan.md'), imports: [] };
  const [one, other] = [
    await collectSources({ ...request, runner: '1' }),
    await collectSources({ ...request, runner: '2' }),
  ];
  expect(one.digest).not.toBe(other.digest);
});

test('a stray lock file above the repository is not taken', async () => {
  mkdirSync(join(root, 'plan/.git'));
  expect((await collect([])).files.map(file => file.path)).toEqual(['plan.md', 'answers.yaml']);
});

test('an import that is not there is a fault with its path', async () => {
  await expect(collect(['./lib/none.ts'])).rejects.toMatchObject({
    code: 'source-unreadable',
    params: { path: join(root, 'plan/lib/none.ts'), error: 'ENOENT' },
  });
  put('plan/a"b.ts', '');
  await expect(collect(['./a"b.ts'])).rejects.toMatchObject({
    code: 'source-unfit',
    params: { path: 'plan/a"b.ts', reason: 'name' },
  });
});

test('the copies in the bundle are the bytes that were hashed', async () => {
  const { files } = await collect(['./lib/a.ts']);
  const bundle = createBundle(mkdtempSync(join(tmpdir(), 'reprise-runs-')), 'run');
  keepSources(bundle, files);
  for (const { path, content } of files) {
    expect(readFileSync(join(bundle.directory, 'source', path)).equals(content)).toBe(true);
  }
});

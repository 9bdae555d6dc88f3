import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExecutor } from '../../runner/effects/executor.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import { resolveSettings } from '../../runner/effects/settings.ts';
import type { Fact } from '../../runner/journal/event.ts';
import { loadPlan, loadRunbook } from '../../runner/load.ts';
import type { Json } from '../../runner/model/runbook.ts';
import type { Instance } from '../../runner/plan/plan.ts';
import type { ExecutionResult, Executor } from '../../runner/ports.ts';
import type { Disaster } from '../../runner/sandbox/disaster/disaster.ts';
import { type Sandbox, startSandbox } from '../../runner/sandbox/sandbox.ts';

const runbookFile = fileURLToPath(new URL('../../runbook/plan-de-reprise.md', import.meta.url));
const kernel = fileURLToPath(new URL('../../dist/kernel.mjs', import.meta.url));

let folder: string;
let sandbox: Sandbox;
let executor: Executor;
const results = new Map<string, ExecutionResult>();
const facts: Fact[] = [];
let output = '';

/** What a run does, without its questions: every cell and check that the plan does not skip, in order. */
async function performAll(instances: readonly Instance[], inputs: Readonly<Record<string, Json>>) {
  const imports: Record<string, Readonly<Record<string, Json>>> = {};
  for (const instance of instances) {
    if (instance.skip !== undefined || instance.step.kind === 'manual') continue;
    const execution = { instance, attempt: 1, inputs, imports, secretImports: [] };
    const result = await executor.execute(execution, {
      started: () => undefined,
      output: (_, text) => {
        output += text;
      },
      fact: fact => facts.push(fact),
    });
    results.set(instance.id, result);
    imports[instance.id] = result.values;
    if (result.ended !== 'passed') return;
  }
}

let lost: Disaster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  sandbox = await startSandbox({ directory: join(folder, 'sandbox') });
  lost = JSON.parse(await readFile(join(folder, 'sandbox', 'disaster.json'), 'utf8'));
  const { runbook } = await loadRunbook(runbookFile);
  if (runbook === undefined) throw new Error('the runbook is not whole');
  const plan = loadPlan(runbook, 'sandbox', {});
  const masker = createMasker();
  const ask = () => Promise.reject(new Error('nobody is asked'));
  const settings = await resolveSettings({
    plan,
    run: 'run-1',
    environment: sandbox.environment,
    masker,
    ask,
  });
  executor = createExecutor({
    runbook: runbookFile,
    bundle: join(folder, 'bundle'),
    ...settings,
    masker,
    environment: process.env,
    kernel,
  });
  await performAll(plan.instances, plan.inputs);
}, 120_000);

afterAll(async () => {
  await executor?.close();
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

test('every cell and check of the sandbox target passes', () => {
  expect(Object.fromEntries([...results].map(([id, { ended, reason }]) => [id, reason ?? ended]))).toEqual({
    outillage: 'passed',
    'archive-base': 'passed',
    'lignes-attendues': 'passed',
    'archive-fichiers': 'passed',
    'base-identifiee': 'passed',
    extensions: 'passed',
    'base-restauree': 'passed',
    'base-lignes': 'passed',
    'base-peuplee': 'passed',
    statistiques: 'passed',
    'bucket-cree': 'passed',
    'bucket-prive': 'passed',
    'objets-restaures': 'passed',
    'objets-compares': 'passed',
    coherence: 'passed',
    'copies-effacees': 'passed',
  });
});

test('the truncated backup is refused with its reason, and the night before is used', () => {
  const [newest, intact] = lost.database;
  const aboutBase = facts.filter(fact => 'resource' in fact && fact.resource === 'base');
  expect(aboutBase).toEqual([
    {
      kind: 'backup-rejected',
      resource: 'base',
      id: newest?.file,
      reason: expect.stringContaining('end of file'),
    },
    expect.objectContaining({ kind: 'backup-used', id: intact?.file, takenAt: intact?.takenAt }),
    { kind: 'data-loaded', resource: 'base', what: intact?.file, personal: true },
  ]);
});

test('the rows counted in the backup are those that the disaster had', () => {
  const rows = Object.entries(lost.database[1]?.rows ?? {}).map(([table, count]) => [
    `public.${table}`,
    count,
  ]);
  expect(results.get('lignes-attendues')?.values.rows).toEqual(Object.fromEntries(rows));
});

test('every object of the files backup is in the bucket, and the coherence is what the disaster says', () => {
  const { objects, takenAt } = lost.files;
  expect(results.get('objets-restaures')?.values).toEqual({ sent: objects.length, skipped: 0 });
  expect(facts).toContainEqual(
    expect.objectContaining({ kind: 'backup-used', resource: 'fichiers', takenAt }),
  );
  const flattened = objects.filter(object => object.key.includes('//')).length;
  const missing = lost.database[1]?.missingObjects.length ?? 0;
  expect(results.get('coherence')?.values).toMatchObject({ flattened, missing });
  expect(missing).toBeGreaterThan(0);
  expect(flattened).toBeGreaterThan(0);
});

test('every verification holds but the coherence, which is a finding', () => {
  const failed = facts.filter(fact => fact.kind === 'verification' && !fact.ok);
  expect(failed).toEqual([expect.objectContaining({ title: expect.stringContaining('nommés par la base') })]);
  expect(facts.filter(fact => fact.kind === 'finding').map(fact => fact.severity)).toEqual([
    'minor',
    'major',
    'minor',
  ]);
});

test('nothing unpacked is left, no secret was printed, and no name of a restored file either', async () => {
  const archives = join(folder, 'sandbox', 'archives');
  expect((await readdir(archives)).filter(name => name.startsWith('reprise-'))).toEqual([]);
  expect(existsSync(join(archives, lost.files.file))).toBe(true);
  const record = output + JSON.stringify(facts);
  const secrets = [
    sandbox.environment.SANDBOX_S3_SECRET_ACCESS_KEY,
    new URL(sandbox.environment.SANDBOX_DATABASE_URL ?? '').password,
  ];
  for (const secret of secrets) expect(record).not.toContain(secret);
  for (const { key } of lost.files.objects) expect(record).not.toContain(key);
});

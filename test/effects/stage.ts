import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createExecutor, type ExecutorOptions } from '../../runner/effects/executor.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import type { CellExport, CellLanguage, Code, Json } from '../../runner/model/runbook.ts';
import type { Instance } from '../../runner/plan/plan.ts';
import type { Execution, ExecutionResult, Executor } from '../../runner/ports.ts';

/** What happened while a step ran, in order. */
export type Told =
  | { readonly told: 'started' }
  | { readonly told: 'stdout' | 'stderr'; readonly text: string }
  | { readonly told: 'fact'; readonly fact: unknown };

export interface CellGiven extends Partial<Omit<Execution, 'instance'>> {
  readonly id?: string;
  readonly line?: number;
  readonly kind?: 'cell' | 'check' | 'probe';
  readonly on?: string;
  readonly effect?: 'read' | 'write';
  readonly exports?: readonly CellExport[];
  readonly items?: Readonly<Record<string, Json>>;
  readonly onOutput?: (text: string) => void;
}

/** An executor on a private folder that holds a `plan.md`, and a short way to run code with it. */
export interface Stage {
  readonly folder: string;
  readonly runbook: string;
  readonly executor: Executor;
  file(name: string, content: string): string;
  run(
    language: CellLanguage,
    text: string,
    given?: CellGiven,
  ): Promise<
    ExecutionResult & { readonly told: readonly Told[]; readonly stdout: string; readonly stderr: string }
  >;
  close(): Promise<void>;
}

export const kernelFile = fileURLToPath(new URL('../../dist/kernel.mjs', import.meta.url));

const point = { line: 1, column: 1, offset: 0 };
const place = { start: point, end: point };

export function declared(name: string, type: CellExport['type'] = 'json', secret = false): CellExport {
  return { name, type, secret, place };
}

function instanceOf(language: CellLanguage, text: string, given: CellGiven): Instance {
  const id = given.id ?? 'etape';
  const code: Code = { language, text, line: given.line ?? 57, place };
  const base = {
    id,
    title: id,
    place,
    code,
    imports: [],
    ...(given.on === undefined ? {} : { on: given.on }),
  };
  const kind = given.kind ?? 'cell';
  const step =
    kind === 'cell'
      ? { ...base, kind, effect: given.effect ?? ('write' as const), retry: 0, exports: given.exports ?? [] }
      : kind === 'check'
        ? { ...base, kind, within: 1000, every: 100 }
        : { ...base, kind, fills: 'entree' };
  return { id, step, items: given.items ?? {}, path: [], digest: '' };
}

export function createStage(options: Partial<ExecutorOptions> = {}): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-stage-'));
  const runbook = join(folder, 'plan.md');
  const executor = createExecutor({
    runbook,
    bundle: join(folder, 'bundle'),
    resources: {},
    secrets: {},
    masker: createMasker(),
    environment: process.env,
    kernel: kernelFile,
    ...options,
  });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const run: Stage['run'] = async (language, text, given = {}) => {
    const told: Told[] = [];
    const execution: Execution = {
      instance: instanceOf(language, text, given),
      attempt: given.attempt ?? 1,
      inputs: given.inputs ?? {},
      imports: given.imports ?? {},
      secretImports: given.secretImports ?? [],
      ...(given.timeout === undefined ? {} : { timeout: given.timeout }),
    };
    const result = await executor.execute(execution, {
      started: () => void told.push({ told: 'started' }),
      output: (stream, part) => {
        told.push({ told: stream, text: part });
        given.onOutput?.(part);
      },
      fact: fact => void told.push({ told: 'fact', fact }),
    });
    return { ...result, told, stdout: textOf(told, 'stdout'), stderr: textOf(told, 'stderr') };
  };
  const close = async (): Promise<void> => {
    await executor.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, runbook, executor, file, run, close };
}

function textOf(told: readonly Told[], stream: 'stdout' | 'stderr'): string {
  return told.map(one => (one.told === stream ? one.text : '')).join('');
}

/** A run process with a ts cell and children under way, for a test that kills it. Prints the folder of secret files. */
import { join } from 'node:path';
import { createExecutor } from '../../runner/effects/executor.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import type { Code } from '../../runner/model/runbook.ts';

const [folder = '', kernel = ''] = process.argv.slice(2);
const executor = createExecutor({
  runbook: join(folder, 'plan.md'),
  bundle: folder,
  resources: {},
  secrets: {},
  masker: createMasker(),
  environment: process.env,
  kernel,
});
const point = { line: 1, column: 1, offset: 0 };
const place = { start: point, end: point };
const text = [
  `import { dirname } from 'node:path';`,
  'const setsid = $`setsid sleep 73.9`; const plain = $`sleep 73.9`;',
  'await sleep(300); console.log(dirname(process.env.PGPASSFILE)); for (;;);',
].join('\n');
const code: Code = { language: 'ts', text, line: 1, place };
const base = { id: 'a', title: 'a', place, code, imports: [], exports: [], retry: 0 };
const step = { ...base, kind: 'cell', effect: 'write' } as const;
const instance = { id: 'a', step, items: {}, path: [], digest: '' };
await executor.execute(
  { instance, attempt: 1, inputs: {}, imports: {}, secretImports: [] },
  {
    started: () => undefined,
    output: (stream, part) => void (stream === 'stdout' && process.stdout.write(part)),
    fact: () => undefined,
  },
);

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { livingWith } from './living.ts';
import { createStage, kernelFile } from './stage.ts';

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

test('output that fits stands in the chunks, and their digest is the sum', async () => {
  const stage = createStage();
  const { stdout, output } = await stage.run('sh', 'printf "un\\ndeux"');
  expect([stdout, output]).toEqual(['un\ndeux', { bytes: 7, lines: 2, sha256: sha256('un\ndeux') }]);
  await stage.close();
});

test.each(['sh', 'ts'] as const)('output of %s that does not fit is whole in a file', async language => {
  const stage = createStage({ inlineOutput: 1000 });
  const code = {
    sh: 'for n in $(seq 1 500); do echo "ligne é $n"; done',
    ts: `for (let n = 1; n <= 500; n++) console.log('ligne é ' + n)`,
  };
  const { stdout, output } = await stage.run(language, code[language], { id: 'a[é/..]', attempt: 3 });
  const whole = Array.from({ length: 500 }, (_, n) => `ligne é ${n + 1}\n`).join('');
  const file = readFileSync(join(stage.folder, 'bundle', output.file ?? ''), 'utf8');
  expect([
    output,
    file,
    Buffer.byteLength(stdout) <= 1000,
    whole.startsWith(stdout),
    stdout.length > 900,
  ]).toEqual([
    {
      bytes: Buffer.byteLength(whole),
      lines: 500,
      sha256: sha256(whole),
      file: 'outputs/a~5b~e9~2f..~5d.3.log',
    },
    whole,
    true,
    true,
    true,
  ]);
  await stage.close();
});

test('a record that fails stops the step and is thrown, whatever it was told', async () => {
  const stage = createStage({ inlineOutput: 10 });
  writeFileSync(join(stage.folder, 'bundle'), 'a file where the folder should be');
  const full = stage.run('sh', 'echo beaucoup trop; sleep 74.1');
  await expect(full).rejects.toMatchObject({ code: 'output-not-kept', state: 'step-may-have-run' });
  rmSync(join(stage.folder, 'bundle'));
  const refused = stage.run('ts', `console.log('dit'); await $\`sleep 74.1\``, {
    onOutput: () => {
      throw new Error('the journal refuses');
    },
  });
  await expect(refused).rejects.toThrow('the journal refuses');
  expect(livingWith('sleep\u000074.1')).toEqual([]);
  await stage.close();
});

test('every child holds the lock', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-lock-'));
  const lock = openSync(join(folder, 'lock'), 'w');
  const stage = createStage({ heldDescriptors: [lock] });
  const sh = await stage.run('sh', 'readlink /proc/$$/fd/3');
  const ts = await stage.run(
    'ts',
    `import { readlinkSync } from 'node:fs'; console.log(readlinkSync('/proc/self/fd/5'))`,
  );
  expect([sh.stdout, ts.stdout]).toEqual([`${folder}/lock\n`, `${folder}/lock\n`]);
  await stage.close();
  closeSync(lock);
  rmSync(folder, { recursive: true });
});

test('one step at a time', async () => {
  const stage = createStage();
  const first = stage.run('sh', 'sleep 0.2');
  await expect(stage.run('sh', 'true')).rejects.toThrow('one step at a time');
  expect((await first).ended).toBe('passed');
  await stage.close();
});

test('a run process killed by SIGKILL takes its cells, its kernel and its secrets with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-killed-'));
  const bundle = fileURLToPath(
    new URL(`../../node_modules/.cache/reprise-${process.pid}.mjs`, import.meta.url),
  );
  const source = fileURLToPath(new URL('./killed-run.ts', import.meta.url));
  await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  writeFileSync(join(folder, 'plan.md'), '');
  try {
    const run = spawn(process.execPath, [bundle, folder, kernelFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const secrets = await new Promise<string>(found => {
      let text = '';
      run.stdout.on('data', part => {
        text += part;
        if (text.includes('\n')) found(text.trim());
      });
    });
    expect([existsSync(secrets), livingWith('sleep\u000073.9').length]).toEqual([true, 2]);
    run.kill('SIGKILL');
    while (existsSync(secrets) || livingWith('sleep\u000073.9').length > 0) await sleep(20);
    expect(livingWith(folder)).toEqual([]);
  } finally {
    rmSync(bundle, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

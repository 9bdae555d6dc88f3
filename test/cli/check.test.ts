import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const program = join(root, 'dist', 'reprise.cjs');

let folder = '';
let watching: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-check-'));
});

afterEach(async () => {
  if (watching && watching.exitCode === null && watching.signalCode === null) {
    watching.kill();
    await once(watching, 'exit');
  }
  watching = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function plan(code: string, prose = 'Une étape :\n'): string {
  return `---\ntitle: Essai\n---\n\n# Essai\n\n:::cell{#a}\n\n${prose}\n\`\`\`ts\n${code}\n\`\`\`\n\n:::\n`;
}

const wrong = plan('export const nombre: number = "trois"');
const right = plan('export const nombre: number = 3');

function check(
  source: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  file = program,
) {
  writeFileSync(join(folder, 'plan.md'), source);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [file, 'check', 'plan.md', '--lang', 'en', ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...environment },
    },
  );
  return { status, stdout, stderr };
}

const said = `plan.md:12:14: error[type-error]: the types do not agree: Type 'string' is not assignable to type 'number'. (TS2322)
12 | export const nombre: number = "trois"
   |              ^^^^^^
   = what to do: put the code right; the message is TypeScript’s

1 error
`;

test('should refuse a document whose types do not agree, unless types are left out', () => {
  expect(check(wrong, [])).toEqual({ status: 2, stdout: '', stderr: said });
  const stdout = 'plan.md: nothing wrong; 1 cell, 0 manual steps, 0 checks\n';
  expect(check(wrong, ['--no-types'])).toEqual({ status: 0, stdout, stderr: '' });
  expect(check(right, ['--types'])).toEqual({ status: 0, stdout, stderr: '' });
});

test('should refuse a warning only when it is asked to be strict', () => {
  const source = plan('await $`true`', '');
  expect(check(source, []).status).toBe(0);
  expect(check(source, ['--strict']).status).toBe(2);
  expect(check(source, ['--strict']).stderr).toBe(check(source, []).stderr);
});

test('should print annotations of GitHub, and JSON', () => {
  expect(check(wrong, ['--format', 'github'])).toEqual({
    status: 2,
    stdout:
      '::error file=plan.md,line=12,endLine=12,col=14,endColumn=20,title=type-error::the types do not agree: ' +
      "Type 'string' is not assignable to type 'number'. (TS2322)%0Aput the code right; the message is TypeScript’s\n",
    stderr: '',
  });
  const json = check(wrong, ['--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ code: 'type-error', params: { ts: 'TS2322' } });
  expect(check(wrong, ['--format', 'json'])).toEqual(json);
  expect(check(wrong, ['--format', 'xml'])).toMatchObject({ status: 2, stdout: '' });
});

/** Reprise as it is where TypeScript was not installed. */
function withoutTypeScript(): string {
  const installed = join(folder, 'reprise');
  mkdirSync(join(installed, 'node_modules'), { recursive: true });
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{ "name": "reprise", "type": "module" }');
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== 'typescript')
      symlinkSync(join(root, 'node_modules', name), join(installed, 'node_modules', name));
  }
  return join(installed, 'dist', 'reprise.cjs');
}

test('should say that types are not checked, and refuse to where they are relied on', () => {
  const file = withoutTypeScript();
  const note = 'types are not checked: TypeScript is not installed with Reprise\n';
  expect(check(wrong, [], {}, file)).toMatchObject({ status: 0, stderr: note });
  for (const [args, environment] of [
    [['--types'], {}],
    [[], { CI: 'true' }],
  ] as const) {
    const { status, stderr } = check(wrong, args, environment, file);
    expect(status).toBe(2);
    expect(stderr).toContain('error[types-unavailable]');
  }
});

test('should check again when the document or what it imports is saved, and when it is put back', async () => {
  const file = join(folder, 'plan.md');
  const imported = join(folder, 'voisin.ts');
  writeFileSync(file, right);
  // One pipe for both streams, which would otherwise come in any order.
  const command = 'exec "$@" 2>&1';
  const line = [process.execPath, program, 'check', file, '--lang', 'en', '--watch'];
  watching = spawn('sh', ['-c', command, 'sh', ...line], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const next = outputOf(watching);
  expect(await next()).toBe(`${file}: nothing wrong; 1 cell, 0 manual steps, 0 checks\n`);
  // A file that is being written may be checked once more than it is saved.
  const until = async (words: string): Promise<void> => {
    while (!(await next()).includes(words));
  };
  writeFileSync(file, wrong);
  await until('error[type-error]');
  writeFileSync(imported, 'export const trois: number = 3;\n');
  writeFileSync(
    join(folder, 'neuf.md'),
    plan("import { trois } from './voisin.ts'\nexport const nombre: number = trois"),
  );
  renameSync(join(folder, 'neuf.md'), file);
  await until('nothing wrong');
  writeFileSync(imported, "export const trois: string = 'trois';\n");
  await until('error[type-error]');
});

/** What is printed up to each notice that the program waits. */
function outputOf(child: ChildProcess): () => Promise<string> {
  let text = '';
  const waiting: (() => void)[] = [];
  const notice = '— waiting for a change (Ctrl-C to end)\n';
  child.stdout?.setEncoding('utf8').on('data', data => {
    text += data;
    for (const wake of waiting.splice(0)) wake();
  });
  return async () => {
    while (!text.includes(notice)) await new Promise<void>(wake => waiting.push(wake));
    const end = text.indexOf(notice);
    const before = text.slice(0, end);
    text = text.slice(end + notice.length);
    return before;
  };
}

import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { livingWith } from './living.ts';
import { createStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(() => {
  stage = createStage();
});
afterAll(() => stage.close());

describe('a ts cell', () => {
  test('is a module: types, top-level await, exports, zx in scope', async () => {
    const code = `
interface Count { readonly n: number }
const count: Count = { n: await Promise.resolve(3) };
const said = await $\`printf 'bonjour é'\`;
export const text: string = said.stdout;
export const value = { count, list: [1, null, 'a'] };`;
    const result = await stage.run('ts', code);
    expect([result.ended, result.values, result.stdout]).toEqual([
      'passed',
      { text: 'bonjour é', value: { count: { n: 3 }, list: [1, null, 'a'] } },
      // zx ends the last line.
      'bonjour é\n',
    ]);
  });

  test('has inputs, items, secrets and resources, which cannot be changed', async () => {
    const code = `
export const seen = [inputs.region, items.ville, Object.keys(secrets), Object.keys(resources)];
inputs.region = 'autre';`;
    const result = await stage.run('ts', code, { inputs: { region: 'fr-par' }, items: { ville: 'Lille' } });
    expect(result.reason).toEqual({
      code: 'error',
      message: "TypeError: Cannot assign to read only property 'region' of object '#<Object>'",
      stack: `${stage.runbook}:59:15`,
    });
  });

  test('imports the exports of an earlier cell, by name and as a whole, and what it imports dynamically', async () => {
    const code = `
import { dump } from '#archive';
import * as all from '#archive';
const later = await import('#archive');
export const seen = [dump, { ...all }, later.dump];`;
    const result = await stage.run('ts', code, { imports: { archive: { dump: '/a', n: 2 } } });
    expect(result.values).toEqual({ seen: ['/a', { dump: '/a', n: 2 }, '/a'] });
  });

  test('evaluates what it imports however much memory is collected before', async () => {
    stage.file(
      'ramasser.ts',
      `import v8 from 'node:v8';
import vm from 'node:vm';
v8.setFlagsFromString('--expose-gc');
const collect: () => void = vm.runInNewContext('gc');
for (let n = 0; n < 3; n++) collect();`,
    );
    const code = `
import './ramasser.ts';
import { dump } from '#archive';
import { basename } from 'node:path';
export const seen = basename(dump);`;
    const result = await stage.run('ts', code, { imports: { archive: { dump: '/a' } } });
    expect([result.reason, result.values]).toEqual([undefined, { seen: 'a' }]);
  });

  test('imports files beside the runbook, services, packages of Reprise and of Node', async () => {
    stage.file('deux.ts', `import { base } from './un.mjs';\nexport const deux: number = base + 1;`);
    stage.file('un.mjs', 'export const base = 1;');
    stage.file('donnees.json', '{"a": [1]}');
    const code = `
import { deux } from './deux.ts';
import data from './donnees.json' with { type: 'json' };
import { basename } from 'node:path';
import { VERSION } from 'zx';
import { recordFinding } from 'reprise/record';
recordFinding('minor', 'horloge décalée');
export const seen = [deux, data, basename('/a/b'), typeof VERSION];`;
    const result = await stage.run('ts', code);
    expect([result.values, result.told.filter(({ told }) => told === 'fact')]).toEqual([
      { seen: [2, { a: [1] }, 'b', 'string'] },
      [{ told: 'fact', fact: { kind: 'finding', severity: 'minor', text: 'horloge décalée' } }],
    ]);
  });

  test.each([
    [
      'a missing export',
      `import { nom } from '#archive'`,
      /'#archive' does not provide an export named 'nom'/,
    ],
    ['an unknown cell', `import '#inconnue'`, /import '#inconnue': this cell has no exports to import/],
    ['an unknown service', `import 'reprise/../kernel'`, /import 'reprise\/..\/kernel': no such service/],
    ['an unknown package', `import 'paquet-inexistant'`, /Cannot find package 'paquet-inexistant'/],
    ['an enum', 'enum Mot { A }', /TypeScript enum is not supported in strip-only mode/],
    ['a syntax error', 'let = = 1', /SyntaxError/],
  ])('fails on %s with a message', async (_, code, message) => {
    const result = await stage.run('ts', code, { imports: { archive: { dump: 1 } } });
    expect([result.ended, result.reason]).toEqual([
      'failed',
      expect.objectContaining({ code: 'error', message: expect.stringMatching(message) }),
    ]);
  });
});

test('bash reads no file of the operator before the command of a cell', async () => {
  const { SHLVL: _, ...environment } = process.env;
  const bare = createStage({ environment: { ...environment, HOME: stage.folder } });
  stage.file('.bashrc', 'echo lu par bash\n');
  const { stdout } = await bare.run('ts', 'await $`echo seul; echo ${process.env.SHLVL}`');
  await bare.close();
  expect(stdout).toBe('seul\n1\n');
});

describe('what no journal can hold is a failure of the cell', () => {
  const unfit = 'half a character, or nested over 100 deep: it cannot be handed to later cells';
  const nested = (depth: number) =>
    `let value: any = 1; for (let i = 0; i < ${depth}; i++) value = [value]; export const x: any = value`;
  const record = "import { recordFinding as note } from 'reprise/record';\n";
  const notFact = 'TypeError: not a fact of at most 1048576 characters: ';

  test.each<[string, string, string]>([
    ['ts', "export const x = '\\ud800'", `export x: ${unfit}`],
    ['ts', "export const x = { a: [{ '\\udc00': 1 }] }", `export x: ${unfit}`],
    ['ts', nested(101), `export x: ${unfit}`],
    ['sh', `echo 'x:json="\\ud800"' >> "$REPRISE_OUTPUT"`, `export x: ${unfit}`],
    ['ts', "throw new Error('a\\ud800b')", 'a\ufffdb'],
    ['ts', "throw new Error('é'.repeat(20_000))", `${'é'.repeat(10_000)} […] (20000 characters)`],
    ['ts', `${record}note('major', 5 as any)`, `${notFact}{"kind":"finding","severity":"major","text":5}`],
    ['ts', `${record}note('x' as any, 'a')`, `${notFact}{"kind":"finding","severity":"x","text":"a"}`],
    ['ts', "globalThis[Symbol.for('reprise.record')](undefined)", `${notFact}undefined`],
    ['ts', "const e: any = new Error('a'); e.cause = e; throw e", `a${'; cause: a'.repeat(10)}`],
    ['ts', 'throw Object.create(null)', 'thrown: object that cannot be described'],
    ['ts', 'throw new Proxy(new Error(), { get() { throw 1 } })', 'thrown: object that cannot be described'],
  ])('%s: %s', async (language, code, message) => {
    const result = await stage.run(language === 'sh' ? 'sh' : 'ts', code);
    expect([result.ended, result.exports, result.reason]).toEqual([
      'failed',
      {},
      expect.objectContaining({ code: 'error', message }),
    ]);
  });

  test('and what it can hold is handed on', async () => {
    const code = `${record}note('minor', '\\ud800'); note('minor', 'é'.repeat(20_000)); ${nested(100)}`;
    const { ended, told } = await stage.run('ts', code);
    expect([ended, told.filter(one => one.told === 'fact')]).toEqual([
      'passed',
      ['\ufffd', `${'é'.repeat(10_000)} […] (20000 characters)`].map(text => ({
        told: 'fact',
        fact: { kind: 'finding', severity: 'minor', text },
      })),
    ]);
  });
});

describe('an error of a ts cell', () => {
  test('names the line and the column of the Markdown file, and of files beside it', async () => {
    stage.file('jette.ts', `export function jette(why: string): never {\n  throw new RangeError(why);\n}`);
    const code = `import { jette } from './jette.ts';\nfunction é(): void {\n  jette('trop');\n}\né();`;
    const result = await stage.run('ts', code, { line: 412 });
    expect([result.ended, result.reason]).toEqual([
      'failed',
      {
        code: 'error',
        message: 'RangeError: trop',
        stack: [
          `${join(stage.folder, 'jette.ts')}:2:9`,
          `${stage.runbook}:414:3`,
          `${stage.runbook}:416:1`,
        ].join('\n'),
      },
    ]);
  });

  test('of a command gives its exit code, its last words and its place', async () => {
    const result = await stage.run('ts', 'const a: number = 1;\n  await $`commande-inconnue ${a}`;');
    expect(result.reason).toEqual({
      code: 'error',
      message: expect.stringMatching(
        /^exit 127 \(command not found\): .*commande-inconnue: command not found$/,
      ),
      stack: `${stage.runbook}:58:10`,
    });
  });

  test.each([
    ['a function', 'export const f = () => 1;', /^export f: function is not JSON/],
    ['undefined', 'export let rien;', /^export rien: undefined is not JSON/],
    ['NaN', 'export const n = { a: [1, NaN] };', /^export n\.a\[1\]: NaN is not JSON/],
    ['a cycle', 'export const c = {}; c.moi = c;', /^export c\.moi: cycle is not JSON/],
    ['a date', 'export const d = new Date(0);', /^export d: Date is not JSON/],
    ['a bigint', 'export const b = 1n;', /^export b: bigint is not JSON/],
    ['too much', `export const g = 'x'.repeat(2e6);`, /^exports of 2000008 characters; at most 1048576/],
  ])('names an export that is not JSON: %s', async (_, code, message) => {
    const result = await stage.run('ts', code);
    expect([result.ended, result.reason]).toEqual([
      'failed',
      { code: 'error', message: expect.stringMatching(message) },
    ]);
  });
});

describe('what goes wrong in a kernel', () => {
  const nextCell = async (): Promise<unknown> => (await stage.run('ts', 'export const vivant = true')).values;

  test.each([
    ['process.exit', 'await 0; process.exit(3)', 'killed', { code: 'kernel-died', exit: 3 }],
    ['SIGKILL', `process.kill(process.pid, 'SIGKILL')`, 'killed', { code: 'kernel-died', signal: 'SIGKILL' }],
    [
      'a rejection that nobody awaits, before the end',
      `Promise.reject(new Error('perdu')); await $\`sleep 60\``,
      'killed',
      {
        code: 'error',
        message: 'unhandled rejection: perdu',
        stack: expect.stringMatching(/plan\.md:57:16$/),
      },
    ],
    [
      'a rejection that nobody awaits, at the end',
      `Promise.reject(new Error('perdu'))`,
      'failed',
      {
        code: 'error',
        message: 'unhandled rejection: perdu',
        stack: expect.stringMatching(/plan\.md:57:16$/),
      },
    ],
    [
      'an exception in a timer',
      `setTimeout(() => { throw new Error('tard') }, 10); await new Promise(() => {})`,
      'killed',
      { code: 'error', message: 'uncaught exception: tard', stack: expect.stringMatching(/plan\.md:57:26$/) },
    ],
    [
      'a stack overflow',
      'const f = () => f(); f();',
      'failed',
      expect.objectContaining({ message: 'RangeError: Maximum call stack size exceeded' }),
    ],
    [
      'leaving the channel',
      'process.disconnect(); await new Promise(() => {})',
      'killed',
      { code: 'kernel-died', signal: 'SIGKILL' },
    ],
  ])('%s is the outcome of its step, and the next cell runs', async (_, code, how, reason) => {
    const result = await stage.run('ts', code);
    expect([result.ended, result.reason, await nextCell()]).toEqual([how, reason, { vivant: true }]);
  });

  test('a closed stream and another folder do not follow into the next cell', async () => {
    const closed = await stage.run(
      'ts',
      `import { closeSync } from 'node:fs'; process.chdir('/'); closeSync(1);`,
    );
    const next = await stage.run('ts', `console.log('encore'); export const ici = process.cwd()`);
    expect([closed.ended, next.ended, next.stdout, next.values]).toEqual([
      'passed',
      'passed',
      'encore\n',
      { ici: stage.folder },
    ]);
  });

  test.each([
    ['a loop', 'for (;;);'],
    ['a loop after an await', 'await 0; for (;;);'],
    ['children in groups and sessions of their own', 'await $`sleep 61.7 & setsid sleep 61.7 & sleep 61.7`'],
    ['a cell that ignores SIGTERM', `process.on('SIGTERM', () => {}); await new Promise(() => {})`],
  ])('a timeout ends %s, with all that it started', async (_, code) => {
    const result = await stage.run('ts', code, { timeout: 700 });
    expect([result.ended, result.reason, livingWith('sleep\u000061.7')]).toEqual([
      'killed',
      { code: 'timeout', after: 700 },
      [],
    ]);
    expect(await nextCell()).toEqual({ vivant: true });
  });

  test('an interruption ends the cell', async () => {
    const running = stage.run('ts', `console.log('parti'); await $\`sleep 62.7\``, {
      onOutput: text => {
        if (text.includes('sleep')) stage.executor.interrupt();
      },
    });
    const result = await running;
    expect([result.ended, result.reason, livingWith('sleep\u000062.7')]).toEqual([
      'killed',
      { code: 'interrupted' },
      [],
    ]);
  });

  test('memory without end ends the kernel, not the run', async () => {
    const small = createStage({ kernelHeap: 64 });
    const result = await small.run(
      'ts',
      'const all = []; for (;;) all.push({ a: new Array(100).fill(1.5) });',
    );
    expect([result.ended, result.reason?.code]).toEqual(['killed', 'kernel-died']);
    expect((await small.run('ts', 'export const a = 1')).values).toEqual({ a: 1 });
    await small.close();
  });
});

describe('the output of a ts cell', () => {
  test('comes while the cell runs', async () => {
    let seen = '';
    const running = stage.run('ts', `console.log('un'); await $\`sleep 60\``, {
      onOutput: text => {
        seen += text;
        if (seen.includes('un\n')) stage.executor.interrupt();
      },
    });
    expect([(await running).reason, seen.startsWith('un\n')]).toEqual([{ code: 'interrupted' }, true]);
  });

  test('of many cells goes to the right ones', async () => {
    const outputs: string[] = [];
    for (let n = 0; n < 50; n++) {
      const { stdout, stderr } = await stage.run('ts', `console.log(${n}); console.error('e${n}')`);
      outputs.push(`${stdout}${stderr}`);
    }
    expect(outputs).toEqual(Array.from({ length: 50 }, (_, n) => `${n}\ne${n}\n`));
  });

  test('that comes after the end is shown as late', async () => {
    const first = await stage.run('ts', `setTimeout(() => console.log('retard'), 300);`, { id: 'premiere' });
    await sleep(900);
    const second = await stage.run('ts', `console.log('ici')`);
    expect([first.stdout, second.stdout]).toEqual([
      '',
      '[printed by an earlier cell after its end] retard\n\nici\n',
    ]);
  });

  test('names the processes that a cell leaves running, which are ended; the kernel goes on', async () => {
    const code = `
import { spawn } from 'node:child_process';
import { readlinkSync, readdirSync } from 'node:fs';
globalThis.reste = process.pid;
spawn('sleep', ['76.3'], { detached: true, stdio: 'ignore' }).unref();
void $\`sleep 76.3\`.nothrow();`;
    const first = await stage.run('ts', code);
    const second = await stage.run('ts', 'export const same = globalThis.reste === process.pid');
    const notice = first.stderr.split('\n').find(line => line.startsWith('[left'));
    expect([
      first.ended,
      notice?.replaceAll(/\d+/g, 'N'),
      livingWith('sleep\u000076.3'),
      second.values,
    ]).toEqual([
      'passed',
      '[left running by this step, and ended: sleep (N), sleep (N)]',
      [],
      { same: true },
    ]);
  });

  test('keeps zx options in their cell, and quiet output out of the record', async () => {
    const first = await stage.run(
      'ts',
      `$.nothrow = true; await $\`exit 4\`; await $\`echo lignes\`.quiet();`,
    );
    const second = await stage.run('ts', 'await $`exit 4`');
    expect([first.ended, first.stdout, second.ended]).toEqual(['passed', '', 'failed']);
  });
});

describe('secret()', () => {
  test('masks what is printed from then on, and the export at rest, not the value given on', async () => {
    const code = `
const word = await $\`printf 'tres-%s' secret-42\`.quiet();
export const mot = secret(word.stdout);
console.log('voici', mot);
await $({ input: mot })\`base64\`;
export const url = 'https://u:' + mot + '@h/';
throw new Error('avec ' + mot);`;
    const failed = await stage.run('ts', code, { id: 'cree' });
    const passed = await stage.run('ts', code.replace(/throw.*$/, ''), { id: 'cree' });
    expect([failed.reason, failed.stdout, passed.exports, passed.values]).toEqual([
      expect.objectContaining({ message: 'avec «secret:cree»' }),
      expect.stringMatching(/^voici «secret:cree»\n«secret:cree».*\n$/),
      { mot: { secret: true }, url: { secret: true } },
      { mot: 'tres-secret-42', url: 'https://u:tres-secret-42@h/' },
    ]);
    expect(JSON.stringify(failed)).not.toContain('tres-secret');
  });

  test('keeps secrets out of the arguments of commands', async () => {
    const code = `const jeton = secret('jeton-tres-secret'); await $\`echo \${'Bearer ' + jeton}\`;`;
    const own = await stage.run('ts', code);
    const imported = await stage.run('ts', `import { mot } from '#acces'; await $\`echo \${mot}\`;`, {
      imports: { acces: { mot: 'mot-importe-secret' } },
      secretImports: ['acces.mot'],
    });
    const message = expect.stringMatching(/^a secret in the arguments of a command/);
    expect([own.reason, imported.reason]).toEqual([
      { code: 'error', message, stack: `${stage.runbook}:57:51` },
      { code: 'error', message, stack: `${stage.runbook}:57:38` },
    ]);
  });

  test('keeps what opens a resource, and parts and forms of secrets, out of the arguments of commands', async () => {
    const password = 'cle-de-la-base';
    const url = `postgres://u:${password}@127.0.0.1/donnees`;
    const other = createStage({
      secrets: { acces: JSON.stringify({ port: 5432, jeton: 'jeton-imbrique' }) },
      resources: {
        base: { kind: 'postgres', name: 'base', run: 'r', mode: 'drill', protected: [], url },
        depot: {
          kind: 'github',
          name: 'depot',
          run: 'r',
          mode: 'drill',
          protected: [],
          api: '',
          clone: '',
          repository: 'a/b',
          token: 'jeton-du-depot',
        },
      },
    });
    const reasons = [];
    for (const argument of [
      'resources.base.url',
      'new URL(resources.base.url).password',
      "'Bearer ' + resources.depot.token",
      'JSON.parse(secrets.acces).jeton',
      "Buffer.from('x' + secrets.acces).toString('base64')",
      'new URL(resources.base.url).host',
    ]) {
      const { reason } = await other.run('ts', `await $\`true -d \${${argument}}\``);
      reasons.push(reason && 'message' in reason ? reason.message : undefined);
    }
    await other.close();
    const refused = expect.stringMatching(/^a secret in the arguments of a command/);
    expect(reasons).toEqual([refused, refused, refused, refused, refused, undefined]);
  });

  test('refuses a value that is too short to be masked', async () => {
    const result = await stage.run('ts', `secret('court')`);
    expect(result.reason).toEqual(
      expect.objectContaining({ message: 'secret(): a secret needs at least 8 bytes' }),
    );
  });

  test('refuses an object of which nothing can be masked', async () => {
    const result = await stage.run('ts', `secret({ code: '1234', port: 5432 })`);
    expect(result.reason).toEqual(
      expect.objectContaining({ message: 'secret(): no text of at least 8 bytes in this value' }),
    );
  });

  test('makes each text of an object secret', async () => {
    const code = `export const acces = secret({ utilisateur: 'exploitant-drill', port: 5432 }); console.log(acces);`;
    const result = await stage.run('ts', code, { id: 'acces' });
    expect([result.stdout, result.exports]).toEqual([
      "{ utilisateur: '«secret:acces»', port: 5432 }\n",
      { acces: { secret: true } },
    ]);
  });
});

test.each([
  ['export const ok = 1 === 1', 'passed', undefined, 'ok = true'],
  ['export const ok = 1', 'failed', { code: 'check-false', detail: 'ok = 1' }, 'ok = 1'],
  ['export const rien = 0', 'failed', { code: 'check-false', detail: 'ok = missing' }, 'ok = missing'],
])('a check is true by `export const ok` strictly true: %s', async (code, how, reason, answer) => {
  const result = await stage.run('ts', code, { kind: 'check' });
  expect([result.ended, result.reason, result.answer]).toEqual([how, reason, answer]);
});

test('a kernel has no core dumps, and its environment holds no secret', async () => {
  const other = createStage({
    secrets: { cle: 'valeur-tres-secrete' },
    environment: {
      ...process.env,
      CLE: 'valeur-tres-secrete',
      NODE_OPTIONS: '--report-on-fatalerror --heapsnapshot-signal=SIGUSR2 --inspect',
      SSLKEYLOGFILE: 'cles',
    },
  });
  const code = `
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
export const cores = /core file size +0 +/.test(readFileSync('/proc/self/limits', 'utf8'));
export const told = [process.env.NODE_OPTIONS ?? '', process.env.SSLKEYLOGFILE ?? '', process.execArgv.some(flag => /report|snapshot|inspect/.test(flag)), process.report.reportOnFatalError];
export const runner = /core file size +0 +0/.test(readFileSync('/proc/' + process.ppid + '/limits', 'utf8'));
export const found = Object.values(process.env).some(value => value.includes(secrets.cle));`;
  const { values } = await other.run('ts', code);
  expect([values, readFileSync('/proc/self/cmdline', 'utf8').includes('tres-secrete')]).toEqual([
    { cores: true, found: false, runner: true, told: ['', '', false, false] },
    false,
  ]);
  await other.close();
});

test('only files that the run recorded are executed, and only the bytes that it recorded', async () => {
  const sources: Record<string, string> = {};
  const other = createStage({ sources });
  const record = (name: string, text: string): void => {
    sources[realpathSync(other.file(name, text))] = createHash('sha256').update(text).digest('hex');
  };
  record('un.ts', `export { deux } from './deux.ts'`);
  record('deux.ts', 'export const deux: number = 2');
  record('trois.cjs', `exports.trois = require('./quatre.cjs').quatre - 1`);
  record('quatre.cjs', 'exports.quatre = 4');
  record('cinq.json', '5');
  const code = `import { deux } from './un.ts'; import { trois } from './trois.cjs'; import cinq from './cinq.json' with { type: 'json' };
export const somme = deux + trois + cinq`;
  other.file('quatre.cjs', 'exports.quatre = 40');
  const required = await other.run('ts', `import './trois.cjs'`);
  other.file('quatre.cjs', 'exports.quatre = 4');
  other.file('deux.ts', 'export const deux: number = 20');
  const changed = await other.run('ts', code);
  other.file('deux.ts', 'export const deux: number = 2');
  const passed = await other.run('ts', code);
  other.file('libre.ts', 'export const a = 1');
  const unlisted = await other.run('ts', `await import('./li' + 'bre.ts')`);
  expect([changed.reason, required.reason, passed.values, unlisted.reason]).toEqual([
    expect.objectContaining({ code: 'fault', fault: 'import-changed', params: { file: 'deux.ts' } }),
    expect.objectContaining({ code: 'fault', fault: 'import-changed', params: { file: 'quatre.cjs' } }),
    { somme: 10 },
    expect.objectContaining({ code: 'fault', fault: 'import-unlisted', params: { file: 'libre.ts' } }),
  ]);
  await other.close();
});

/*
 * Small plans that nobody would write, each run to a sealed bundle: whatever cells print, export, record and throw, and
 * whatever people say, no run writes a journal that its readers refuse.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scene } from '../cli/scene.ts';

const seed = Number(process.env.TORTURE_SEED ?? Date.now() % 1_000_000);

const word = fc.constantFrom(
  ...[
    '',
    ' ',
    'a',
    'é',
    '😀',
    '`',
    '````',
    ':::',
    ':::cell{#x}',
    '::each{in=a}',
    '{#a}',
    '# Titre',
    '---',
    '| a | b |',
  ],
  ...[
    '<!-- reprise:record -->',
    '</script><script>alert(1)</script>',
    '<details>',
    '&lt;',
    '[a](javascript:alert(1))',
  ],
  ...[
    '\u001b[31mrouge',
    '\u001b]0;t\u0007',
    '\r',
    '\r\n',
    '\n',
    '\n\n',
    '\t',
    '\0',
    '\u007f',
    '\u009b31m',
    '\v',
    '\f',
  ],
  ...[
    '\u202e',
    '\u200b',
    '\ufeff',
    '\u2028',
    '\u0301',
    '«secret:x»',
    '$(id)',
    "'",
    '"',
    '\\',
    '\\n',
    '%s',
    'x'.repeat(3000),
  ],
);
const words = fc.array(word, { maxLength: 4 }).map(parts => parts.join(''));
const quoted = words.map(text =>
  // A document holds no hidden character; code may write them as escapes.
  JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
);

/** Bytes as `printf` writes them, whatever they are. */
function printed(bytes: Uint8Array, isError: boolean): string {
  const octal = [...bytes.subarray(0, 4000)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`);
  return `printf '${octal.join('')}'${isError ? ' >&2' : ''}`;
}

const print = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: words.map(text => Buffer.from(text)) }, fc.uint8Array()),
    fc.boolean(),
  )
  .map(([bytes, isError]) => printed(bytes, isError));
const output = fc.constantFrom(
  ...[
    'x=1',
    'x=',
    'x= ',
    'x=a=b',
    'x=«secret:a»',
    'x:json={"__proto__":1}',
    'x:json=1e999',
    'x:json="\\ud800"',
    'x:json={',
  ],
);
const shell = fc
  .record({
    prints: fc.array(print, { maxLength: 3 }),
    output: fc.option(output),
    end: fc.constantFrom('', '', '', '', 'exit 3', 'kill -9 $BASHPID'),
  })
  .map(cell => [
    ...cell.prints,
    ...(cell.output === null ? [] : [`echo '${cell.output}' >> "$REPRISE_OUTPUT"`]),
    cell.end,
    ':',
  ]);

const said = fc
  .tuple(fc.constantFrom('console.log', 'console.error', 'process.stdout.write'), quoted)
  .map(([call, text]) => `${call}(${text})`);
const recorded = fc.oneof(
  fc
    .tuple(fc.constantFrom('minor', 'major', 'other', ''), quoted)
    .map(([kind, text]) => `fact.recordFinding('${kind}', ${text})`),
  fc
    .tuple(fc.constantFrom('title', 'what'), quoted, fc.boolean())
    .map(
      ([key, text, ok]) => `fact.recordVerification({ ${key}: ${text}, expected: '', found: '', ok: ${ok} })`,
    ),
  quoted.map(text => `fact.recordDataErased('dossier', ${text})`),
);
const value = fc.oneof(
  quoted,
  fc.jsonValue().map(json => JSON.stringify(json)),
  fc.constantFrom(
    '-0',
    'NaN',
    'undefined',
    '() => 1',
    "'\\ud800'",
    'new Date(0)',
    '{ "__proto__": 1 }',
    "'x'.repeat(70_000)",
  ),
);
const thrown = fc.oneof(
  fc.constant(''),
  fc.constant(''),
  quoted.map(text => `throw new Error(${text})`),
  fc.constantFrom('throw undefined', 'process.exit(3)', "process.kill(process.pid, 'SIGKILL')"),
);
const typescript = fc
  .tuple(fc.array(fc.oneof(said, said, recorded), { maxLength: 3 }), value, thrown)
  .map(([lines, exported, end]) => [
    "import * as facts from 'reprise/record'",
    'const fact: any = facts',
    ...lines,
    `export const x: any = ${exported}`,
    end,
  ]);

/** A step without its id, in the lines of the document. */
type Draft = (id: string) => string;

function block(opening: string, language: string, code: readonly string[]): string {
  return `:::${opening}\n\nFaire.\n\n\`\`\`\`\`${language}\n${code.join('\n')}\n\`\`\`\`\`\n\n:::\n`;
}

const effect = fc.constantFrom('read', 'write');
const cell = fc.oneof(
  fc.tuple(effect, shell).map(
    ([does, code]): Draft =>
      id =>
        block(`cell{#${id} on=dossier effect=${does}}`, 'sh', code),
  ),
  fc.tuple(effect, typescript).map(
    ([does, code]): Draft =>
      id =>
        block(`cell{#${id} effect=${does}}`, 'ts', code),
  ),
);
const check = shell.map(
  (code): Draft =>
    id =>
      block(`check{#${id} within=300ms every=200ms}`, 'sh', code),
);
const manual = fc
  .tuple(
    fc.constantFrom('operateur', 'observateur'),
    fc.array(fc.constantFrom('é', '**b**', '<b>', 'a | b', '`c`'), { minLength: 1, maxLength: 3 }),
  )
  .map(([role, items]): Draft => {
    const list = items.map(item => `- [ ] Point ${item}\n`).join('');
    return id => `:::manual{#${id} role=${role} evidence=optional}\n\n${list}\n:::\n`;
  });
const answer = fc.record(
  {
    run: fc.constant(true),
    confirm: fc.constantFrom('all', [1]),
    remark: words,
    skip: words.map(text => `${text}motif`),
    'by-hand': words.map(text => `${text}main`),
    failure: fc.constantFrom('retry', 'pause'),
    doubt: fc.constantFrom('done', 'not-done', 'redo'),
    reason: words.map(text => `${text}vu`),
  },
  { requiredKeys: ['run'] },
);
const plan = fc.array(fc.tuple(fc.oneof({ weight: 3, arbitrary: cell }, check, manual), answer), {
  minLength: 1,
  maxLength: 4,
});

const last = { confirm: 'all', skip: 'motif', doubt: 'not-done', reason: 'vu' };

/** Answers by YAML, of which JSON is a part. */
function answersOf(steps: readonly (readonly [string, object])[]): string {
  return steps.map(([id, answers]) => `${id}: ${JSON.stringify(answers)}`).join('\n');
}

describe(`plans of the seed ${seed} (TORTURE_SEED)`, () => {
  test.for(fc.sample(plan, { seed, numRuns: 30 }).map((steps, index) => [index, steps] as const))(
    '%i',
    async ([, steps]) => {
      const named = steps.map(([draft, answers], index) => [`s${index}`, draft, answers] as const);
      const scene = new Scene(
        named.map(([id, draft]) => draft(id)).join('\n'),
        answersOf(named.map(([id, , answers]) => [id, answers])),
      );
      const ended = [await scene.run('--auto')];
      expect(scene.has('runs'), ended[0]?.err).toBe(true);
      scene.answer(answersOf(named.map(([id]) => [id, last])));
      while (!scene.has(join(scene.bundle, 'statement.json')) && ended.length < 6)
        ended.push(await scene.resume('--auto'));
      expect(
        ended.map(({ code }) => code),
        ended.map(({ err }) => err).join(''),
      ).not.toContain(70);
      const signers = join(scene.folder, 'cle.signataires');
      const proof = await scene.call('verify', scene.bundle, '--allowed-signers', signers);
      const script = spawnSync('bash', [join(scene.folder, scene.bundle, 'verify.sh'), signers], {
        encoding: 'utf8',
      });
      expect([proof.code, script.status], `${proof.out}${proof.err}${script.stdout}${script.stderr}`).toEqual(
        [0, 0],
      );
    },
  );
});

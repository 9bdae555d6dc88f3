import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOutputFile } from '../../runner/effects/shell-output.ts';
import { livingWith } from './living.ts';
import { createStage, declared, type Stage } from './stage.ts';

const password = 'mot de passe: "long" et $étrange\\';
let stage: Stage;
beforeAll(() => {
  stage = createStage({
    secrets: { cleBackup: 'cle-de-sauvegarde' },
    resources: {
      base: {
        kind: 'postgres',
        name: 'base',
        run: 'r1',
        mode: 'drill',
        protected: [],
        url: `postgres://ann%40x:${encodeURIComponent(password)}@127.0.0.1:5999/ma%20base?sslmode=disable`,
      },
      fichiers: {
        kind: 's3',
        name: 'fichiers',
        run: 'r1',
        mode: 'drill',
        protected: [],
        endpoint: 'http://127.0.0.1:1',
        region: 'fr-par',
        bucket: 'seau',
        accessKeyId: 'AKIA0000000000',
        secretAccessKey: 'cle-tres-secrete-du-seau',
      },
    },
  });
});
afterAll(() => stage.close());

describe('an sh cell', () => {
  test.each([
    ['stops at the first error', 'false\necho jamais', 1],
    ['stops in a pipe', 'false | cat\necho jamais', 1],
    ['stops in a substitution', 'x=$(false; echo suite)\necho jamais', 1],
    ['stops at an unset variable', 'echo "$inconnue"\necho jamais', 1],
    ['ends as the code says', 'exit 42', 42],
  ])('%s', async (_, code, exit) => {
    const { ended, reason, stdout } = await stage.run('sh', code);
    expect([ended, reason, stdout]).toEqual(['failed', { code: 'exit', exit }, '']);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const)(
    'is killed when a command dies by %s half-way',
    async signal => {
      const { ended, reason } = await stage.run('sh', `bash -c 'kill -${signal} $$'\ntrue`);
      expect([ended, reason]).toEqual(['killed', { code: 'signal', signal }]);
    },
  );

  test('has only failed when its reader closed the pipe', async () => {
    const { ended, reason } = await stage.run('sh', 'yes | head -n 1 >/dev/null');
    expect([ended, reason]).toEqual(['failed', { code: 'exit', exit: 141 }]);
  });

  test('has messages of bash that name the line of the Markdown file', async () => {
    const { stderr } = await stage.run('sh', 'true\nif true; then\n  commande-inconnue\nfi', { line: 300 });
    expect(stderr).toBe(`${stage.runbook}: line 302: commande-inconnue: command not found\n`);
  });

  test('longer than an argument may be, runs the same', async () => {
    const code = `${'# commentaire\n'.repeat(12_000)}commande-inconnue`;
    const { stderr } = await stage.run('sh', code, { line: 10 });
    expect(stderr).toMatch(/\/plan\.md: line 12010: commande-inconnue: command not found\n$/);
  });

  test('has an empty standard input and runs beside the runbook', async () => {
    const { stdout } = await stage.run('sh', 'cat; pwd');
    expect(stdout).toBe(`${stage.folder}\n`);
  });

  test('gets inputs, items and exports as variables, never as code', async () => {
    const hostile = `$(touch pwned) "; exit 9 \n'é`;
    const { stdout } = await stage.run(
      'sh',
      'printf "%s|" "$INPUT_REGION_CIBLE" "$INPUT_N" "$ITEM_VILLE" "$ARCHIVE_BASE_CHEMIN" "$ARCHIVE_BASE_LISTE"',
      {
        inputs: { regionCible: hostile, n: 3 },
        items: { ville: 'Liège' },
        imports: { 'archive-base': { chemin: '/a b', liste: ['x', { y: null }] } },
      },
    );
    expect([stdout, existsSync(join(stage.folder, 'pwned'))]).toEqual([
      `${hostile}|3|Liège|/a b|["x",{"y":null}]|`,
      false,
    ]);
  });

  test('gets a value too long for a variable as a file, and fails on one that no variable can hold', async () => {
    const imports = { archive: { liste: 'x'.repeat(500_000) } };
    const long = await stage.run('sh', 'wc -c < "$ARCHIVE_LISTE_FILE"', { imports });
    const nul = await stage.run('sh', 'true', { inputs: { a: 'un\0deux' } });
    expect([long.stdout, nul.ended, nul.reason]).toEqual([
      '500000\n',
      'failed',
      { code: 'error', message: 'bash cannot be given this code or these values: ERR_INVALID_ARG_VALUE' },
    ]);
  });

  test('gets secrets as files that only the user may read, and that are gone afterwards', async () => {
    const code = `
stat -c %a "$CLE_BACKUP_FILE" "$(dirname "$CLE_BACKUP_FILE")" "$ACCES_MOT_FILE"
cat "$CLE_BACKUP_FILE" "$ACCES_MOT_FILE" "$RESOURCE_FICHIERS_SECRET_ACCESS_KEY_FILE"; echo
for file in "$CLE_BACKUP_FILE" "$ACCES_MOT_FILE" "$RESOURCE_FICHIERS_SECRET_ACCESS_KEY_FILE"; do
  env | grep -cF "$(cat $file)" || true
  tr '\\0' ' ' < /proc/$$/cmdline | grep -cF "$(cat $file)" || true
done
echo "chemin=$ACCES_MOT_FILE" >> "$REPRISE_OUTPUT"`;
    const { stdout, values } = await stage.run('sh', code, {
      imports: { acces: { mot: 'un-mot-exporte' } },
      secretImports: ['acces.mot'],
    });
    expect(stdout).toBe(
      '600\n700\n600\n«secret:cleBackup»«secret:acces.mot»«secret:fichiers»\n0\n0\n0\n0\n0\n0\n',
    );
    expect([typeof values.chemin, existsSync(String(values.chemin))]).toEqual(['string', false]);
  });

  test('finds the services of PostgreSQL ready', async () => {
    const { stdout } = await stage.run(
      'sh',
      'cat "$PGSERVICEFILE"; stat -c %a "$PGPASSFILE"; echo $RESOURCE_BASE_HOST $RESOURCE_BASE_DATABASE; wc -l < "$PGPASSFILE"',
    );
    expect(stdout).toBe(
      '[base]\nsslmode=disable\nhost=127.0.0.1\nport=5999\ndbname=ma base\nuser=ann@x\n600\n127.0.0.1 ma base\n1\n',
    );
    const { stdout: line } = await stage.run(
      'sh',
      'cut -d: -f 1-4 "$PGPASSFILE"; cut -d: -f 5- "$PGPASSFILE"',
    );
    expect(line).toBe('127.0.0.1:5999:*:ann@x\nmot de passe\\: "long" et $étrange\\\\\n');
  });

  test('does not see what would change it, nor another database', async () => {
    const other = createStage({
      environment: { PATH: process.env.PATH, BASH_ENV: '/x', PGHOST: 'prod', PGPASSWORD: 'p', GARDE: 'oui' },
    });
    const { stdout } = await other.run('sh', 'echo "$GARDE ${BASH_ENV-} ${PGHOST-} ${PGPASSWORD-}"');
    expect(stdout).toBe('oui   \n');
    await other.close();
  });
});

describe('$REPRISE_OUTPUT', () => {
  test('gives the exports of the cell', async () => {
    const code = `
echo texte=à=b >> "$REPRISE_OUTPUT"
echo n=12 >> "$REPRISE_OUTPUT"
printf 'lignes<<FIN\\nun\\n\\ndeux\\nFIN\\n' >> "$REPRISE_OUTPUT"
echo 'liste:json=[1,{"a":null}]' >> "$REPRISE_OUTPUT"
echo secret=$(cat "$CLE_BACKUP_FILE") >> "$REPRISE_OUTPUT"`;
    const { exports } = await stage.run('sh', code, {
      exports: [declared('n', 'number'), declared('texte')],
    });
    expect(exports).toEqual({
      texte: { value: 'à=b' },
      n: { value: 12 },
      lignes: { value: 'un\n\ndeux' },
      liste: { value: [1, { a: null }] },
      secret: { secret: true },
    });
  });

  test.each([
    ['sans signe', 'neither name=value nor name<<WORD', []],
    ['2x=1', 'neither name=value nor name<<WORD', []],
    ['a<<FIN\nb', 'a<<FIN is not closed', []],
    ['a:json={', 'a is not a json', []],
    ['n=douze', 'n is not a number', [declared('n', 'number')]],
    ['a=1', 'no value for b', [declared('b')]],
  ])('refuses %j', (text, message, exported) => {
    expect(() => parseOutputFile(text, exported)).toThrow(message);
  });

  test('that are secret and too short to be masked fail the cell', async () => {
    const { ended, reason, exports } = await stage.run('sh', 'echo "code=1234" >> "$REPRISE_OUTPUT"', {
      exports: [declared('code', 'string', true)],
    });
    expect([ended, reason, exports]).toEqual([
      'failed',
      { code: 'fault', fault: 'secret-too-short', params: { secret: 'etape.code', shortest: 8 } },
      {},
    ]);
  });

  test('that cannot be read fails the cell', async () => {
    const { ended, reason } = await stage.run('sh', 'echo "pas bon" >> "$REPRISE_OUTPUT"');
    expect([ended, reason]).toEqual([
      'failed',
      { code: 'error', message: '$REPRISE_OUTPUT:1: neither name=value nor name<<WORD' },
    ]);
  });
});

describe('nothing is left behind', () => {
  test.each([
    ['by a timeout', 'sleep 71.3 & setsid sleep 71.3 & sleep 71.3', 500, { code: 'timeout', after: 500 }],
    [
      'by a cell that ignores SIGTERM',
      `trap '' TERM; sleep 71.3; sleep 71.3`,
      500,
      { code: 'timeout', after: 500 },
    ],
    ['by a background child', 'sleep 71.3 & echo fini', undefined, undefined],
  ])('%s', async (_, code, timeout, reason) => {
    const result = await stage.run('sh', code, timeout === undefined ? {} : { timeout });
    expect([result.ended, result.reason, livingWith('sleep\u000071.3')]).toEqual([
      reason === undefined ? 'passed' : 'killed',
      reason,
      [],
    ]);
  });

  test('by a passed cell, whatever its child changed, and the record names it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-lock-'));
    const lock = openSync(join(folder, 'lock'), 'w');
    const other = createStage({ heldDescriptors: [lock] });
    const code = [
      'echo début; sleep 0.5',
      'sleep 75.3 &',
      'setsid sleep 75.3 >/dev/null 2>&1 &',
      '(setsid env -i sleep 75.3 >/dev/null 2>&1 &)',
      'echo fini',
    ];
    writeSync(lock, 'titulaire');
    let isThere = false;
    const onOutput = (): void => {
      if (!isThere)
        spawnSync('sh', ['-c', '(exec 3<>"$0"; exec sleep 77.3) >&- 2>&- &', join(folder, 'lock')]);
      isThere = true;
    };
    const { ended, stdout, stderr } = await other.run('sh', code.join('\n'), { onOutput });
    // Another runner has the lock's file open, too, and is none of our processes.
    const bystanders = livingWith('sleep\u000077.3');
    expect(bystanders).toHaveLength(1);
    for (const pid of bystanders) process.kill(Number(pid), 'SIGKILL');
    expect([ended, stdout, stderr.replaceAll(/\d+/g, 'N'), livingWith('sleep\u000075.3')]).toEqual([
      'passed',
      'début\nfini\n',
      '[left running by this step, and ended: sleep (N), sleep (N), sleep (N)]\n',
      [],
    ]);
    await other.close();
    closeSync(lock);
    rmSync(folder, { recursive: true });
  });

  test('by an interruption', async () => {
    const { ended, reason } = await stage.run('sh', 'echo parti; sleep 72.3', {
      onOutput: () => stage.executor.interrupt(),
    });
    expect([ended, reason, livingWith('sleep\u000072.3')]).toEqual(['killed', { code: 'interrupted' }, []]);
  });

  test('when bash itself is killed: the outcome is not known', async () => {
    const { ended, reason } = await stage.run('sh', 'kill -9 $$');
    expect([ended, reason]).toEqual(['killed', { code: 'signal', signal: 'SIGKILL' }]);
  });

  test('in the folder of secrets', async () => {
    const other = createStage({ secrets: { cle: 'encore-un-secret' } });
    const { values } = await other.run('sh', 'echo "dossier=$(dirname "$CLE_FILE")" >> "$REPRISE_OUTPUT"');
    const folder = String(values.dossier);
    const before = existsSync(folder);
    await other.close();
    expect([before, existsSync(folder)]).toEqual([true, false]);
  });
});

test('a check of sh is true by exit 0', async () => {
  const yes = await stage.run('sh', 'test 1 = 1', { kind: 'check' });
  const no = await stage.run('sh', 'test 1 = 2', { kind: 'check' });
  expect([yes.ended, yes.answer, no.ended, no.answer, no.reason]).toEqual([
    'passed',
    'exit 0',
    'failed',
    'exit 1',
    { code: 'check-false', detail: 'exit 1' },
  ]);
});

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const reprise = resolve(import.meta.dirname, '..', '..', 'dist', 'reprise.cjs');
const plan = 'recover-web-server.md';

let folder = '';
let server: Server;
let environment: NodeJS.ProcessEnv = {};
let drill: Awaited<ReturnType<typeof call>>;

/** A command beside a copy of the runbook, without a terminal, in English as the document is. */
async function call(...args: readonly string[]) {
  const child = spawn(process.execPath, [reprise, ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    err += text;
  });
  const code = await new Promise<number | null>(ended => child.once('close', ended));
  return { code, out, err };
}

/** A server of files: it stands for nginx, which outlives the site that it serves. */
async function serve(root: string): Promise<Server> {
  const started = createServer(({ url = '/' }, response) => {
    const path = join(root, url === '/' ? 'index.html' : url.slice(1));
    try {
      response.end(readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>(ready => started.listen(0, '127.0.0.1', ready));
  return started;
}

function bundle(): string {
  const [run = '', ...others] = readdirSync(join(folder, 'runs'));
  expect(others).toEqual([]);
  return join('runs', run);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-shop-'));
  cpSync(import.meta.dirname, folder, { recursive: true });
  const root = join(folder, 'www');
  mkdirSync(root);
  server = await serve(root);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { LANG: _, LC_ALL: __, LC_MESSAGES: ___, ...rest } = process.env;
  environment = { ...rest, LANG: 'C.UTF-8', TMPDIR: folder, SHOP_ROOT: root };
  const given = ['--set', `backup=${join(folder, 'backup')}`, '--set', `address=http://127.0.0.1:${port}`];
  drill = await call('run', plan, '--target', 'sandbox', '--undo', ...given);
}, 120_000);

afterAll(async () => {
  await new Promise(closed => server.close(closed));
  rmSync(folder, { recursive: true, force: true });
});

/** Words that only French has, and that Reprise would say somewhere if it forgot the language of the document. */
const french =
  /\b(?:le|la|les|des|est|une|étape|exercice|réussie?|opérateur|cible|durée|cellule|vérification|aucun)\b/;

function frenchLines(text: string): readonly string[] {
  return text.split('\n').filter(line => french.test(line));
}

test('another runbook, for another kind of service, has nothing wrong', async () => {
  expect(await call('check', plan, '--drift')).toEqual({
    code: 0,
    out: `${plan}: nothing wrong; 2 cells, 3 manual steps, 2 checks\ndrift — sources: 1; unchanged: 1; changed: 0; to be recorded: 0; not checked: 0\n`,
    err: '',
  });
});

test('it is rendered in English', async () => {
  const { code, out } = await call('render', plan);
  expect(code).toBe(0);
  expect(out).toMatch(/<html lang="en"/);
  const text = out.replace(/<style[\s\S]*?<\/style>/g, '').replaceAll(/<[^>]+>/g, '\n');
  expect(frenchLines(text)).toEqual([]);
});

test('its drill goes to the end, in English, and leaves nothing', () => {
  expect([drill.code, frenchLines(drill.out + drill.err)]).toEqual([0, []]);
  const lines = readFileSync(join(folder, bundle(), 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const told = lines
    .map(line => JSON.parse(line))
    .flatMap(({ type, step, outcome, as, answer }) =>
      /^(?:step-(?:finished|confirmed|skipped)|input-probed|run-closed)$/.test(type)
        ? [[type, step, outcome ?? as ?? answer].filter(part => part !== undefined).join(' ')]
        : [],
    );
  expect(told).toMatchInlineSnapshot(`
    [
      "input-probed orders-lost yes",
      "step-confirmed decide",
      "step-finished restore-orders passed",
      "step-finished orders-there passed",
      "step-finished restore-site passed",
      "step-confirmed reload-nginx",
      "step-finished shop-answers passed",
      "step-confirmed tell-customers",
      "step-finished remove-site passed",
      "step-finished drop-orders passed",
      "run-closed passed",
    ]
  `);
  expect(readdirSync(join(folder, 'www'))).toEqual([]);
});

test('its transcript is in English and verifies, and says what the drill proves', async () => {
  const { code, out } = await call('verify', bundle(), '--lang', 'en');
  expect([code, frenchLines(out)]).toEqual([7, []]);
  for (const name of ['transcript.md', 'transcript.html'])
    expect(
      frenchLines(readFileSync(join(folder, bundle(), name), 'utf8').replaceAll(/<[^>]+>/g, '\n')),
    ).toEqual([]);
  const proof = await call('status', '--all', plan);
  expect(
    proof.out.replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'RUN').replaceAll(/on \d+ \w+ \d{4}/g, 'on DATE'),
  ).toMatchInlineSnapshot(`
    "Proof of life: Recover the bookshop's web server
        ✔ Decide — passed on DATE, today (RUN, sandbox)
        ✔ Restore the orders — passed on DATE, today (RUN, sandbox)
        ✔ Restore the site — passed on DATE, today (RUN, sandbox)
        ✔ Prove that the shop is open — passed on DATE, today (RUN, sandbox)
        ✔ Close — passed on DATE, today (RUN, sandbox)
    sections: 5; exercised as they stand: 5; changed since: 0; never exercised: 0
    "
  `);
});

test('a configuration that changed is told at its section', async () => {
  writeFileSync(join(folder, 'config', 'shop.conf'), 'server {}\n');
  const { code, err } = await call('check', plan, '--drift');
  expect([code, err]).toEqual([
    2,
    expect.stringContaining('error[drift-changed]: `config/shop.conf` has changed since an unknown date'),
  ]);
});

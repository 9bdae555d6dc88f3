// What is measured. Each section prints ratios with their least and greatest, absolute medians, the aim, and whether it is reached.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { authoring, drill } from './authoring.mjs';
import { environmentName, MANY, manyCells, oneCell, smallRunbook } from './documents.mjs';
import { interleave, runNode, runProgram, spread } from './measure.mjs';
import { absolute, heading, row, value, wall } from './report.mjs';
import { database, files } from './services.mjs';

const cpu = each => each.cpu;
const rss = each => each.rss;

/** Every section by the name that `npm run bench -- NAME` takes. */
export const sections = {
  start,
  one,
  shell,
  typescript,
  append,
  mask,
  output,
  lines,
  verify,
  files,
  database,
  authoring,
  drill,
};

function start({ print, reprise, write, root }) {
  const small = write('petit.md', smallRunbook());
  const apilos = join(root, 'runbook/plan-de-reprise.md');
  const measured = interleave(15, {
    bare: () => runNode(['-e', '0']),
    version: () => runNode([reprise, '--version']),
    help: () => runNode([reprise, '--help']),
    small: () => runNode([reprise, 'check', '--no-types', small]),
    apilos: () => runNode([reprise, 'check', '--no-types', apilos]),
  });
  const { bare, ...ours } = measured.results;
  heading(print, 'start', 'whole processes over `node -e 0`', measured);
  absolute(print, 'node -e 0', spread(bare.map(wall)), 'ms');
  const size = path => `${(statSync(path).size / 1000).toFixed(1)} kB`;
  row(print, '--version', ours.version, bare, { aim: 1.15 });
  row(print, '--help', ours.help, bare, { aim: 1.15 });
  row(print, `check, ${size(small)}`, ours.small, bare, { aim: 1.6 });
  row(print, `check, APiLos, ${size(apilos)}`, ours.apilos, bare);
}

function one({ print, run, write, zx, folder }) {
  const document = write('une.md', manyCells(1, 'sh'));
  const measured = interleave(11, {
    ours: () => runNode(run(document), { cwd: folder }),
    zx: () => runNode([zx, document], { cwd: folder }),
  });
  heading(print, 'one', 'a whole durable run of one sh cell over `zx doc.md`', measured);
  print(
    '  (besides running the cell, ours locks, journals, renders three transcripts and has ssh-keygen sign)',
  );
  row(print, 'wall', measured.results.ours, measured.results.zx, { aim: 0.7 });
}

function shell({ print, run, write, zx, here, folder, usage }) {
  const [ten, thousand] = [10, MANY].map(count => write(`sh-${count}.md`, manyCells(count, 'sh')));
  const options = { cwd: folder, usage };
  const measured = interleave(5, {
    ours: () => runNode(run(thousand), options),
    zx: () => runNode([zx, thousand], options),
    spawn: () => runNode([join(here, 'baseline.mjs'), 'spawn', String(MANY)], options),
    ten: () => runNode(run(ten), options),
  });
  const { ours, zx: theirs, spawn, ten: few } = measured.results;
  heading(print, 'shell', `${MANY} sh cells, a fresh bash each, journaled and rendered`, measured);
  row(print, 'wall over zx doc.md', ours, theirs, { aim: 0.9 });
  row(print, 'cpu over zx doc.md', ours, theirs, { aim: 0.8, of: cpu });
  row(print, 'peak memory over zx doc.md', ours, theirs, { aim: 0.6, of: rss, unit: 'MB' });
  row(print, 'wall over a Node spawn loop', ours, spawn);
  row(print, 'cpu over a Node spawn loop', ours, spawn, { of: cpu });
  const growth = spread(ours.map((each, round) => ((each.rss - few[round].rss) / (MANY - 10)) * 1024));
  value(print, 'memory growth per cell, 10 → 1,000', growth, { unit: 'kB', aim: 10 });
}

function typescript({ print, run, write, programs, fresh, folder }) {
  const [single, thousand] = [1, MANY].map(count => write(`ts-${count}.md`, manyCells(count, 'ts')));
  const bare = () =>
    Number(runNode([join(programs, 'append.cjs'), 'bare', fresh('file'), '2000']).answer) / 1000;
  const measured = interleave(5, {
    thousand: () => runNode(run(thousand), { cwd: folder }),
    single: () => runNode(run(single), { cwd: folder }),
    bare,
  });
  const { thousand: many, single: few, bare: append } = measured.results;
  const perCell = many.map((each, round) => ({ wall: (each.wall - few[round].wall) / (MANY - 1) }));
  heading(print, 'typescript', `${MANY} ts cells, two durable records each`, measured);
  row(
    print,
    'per cell over two bare appends',
    perCell,
    append.map(each => ({ wall: 2 * each })),
    { aim: 1.3 },
  );
  row(
    print,
    'whole run over 2,000 bare appends',
    many,
    append.map(each => ({ wall: 2 * MANY * each })),
  );
}

function append({ print, programs, fresh }) {
  const time = mode => () => ({
    wall: Number(runNode([join(programs, 'append.cjs'), mode, fresh('file'), '1000']).answer),
  });
  const measured = interleave(9, { ours: time('journal'), bare: time('bare') });
  heading(print, 'append', 'one 1 kB event, canonical and chained, over writeSync + fdatasyncSync', measured);
  row(print, 'append', measured.results.ours, measured.results.bare, { aim: 1.1, unit: 'µs' });
}

const SECRETS = Array.from({ length: 20 }, (_, index) => `cle-${index}`);

const secretValues = () =>
  Object.fromEntries(
    SECRETS.map((name, index) => [environmentName(name), `s3cr3t-${index}-${'kdQ7fWz9Lm2x'.repeat(2)}`]),
  );

function output({ print, run, write, here, fresh, folder, usage, sweep }) {
  const env = secretValues();
  const part = write('texte', text(env, 10_000_000));
  const script = times => `for part in $(seq ${times}); do cat '${part}'; done`;
  const [large, small] = [107, 1].map(times => write(`sortie-${times}.md`, oneCell(script(times), SECRETS)));
  const sweeping = measure => () => {
    sweep();
    return measure();
  };
  const measured = interleave(5, {
    ours: sweeping(() => runNode(run(large), { cwd: folder, usage, env })),
    pipe: sweeping(() =>
      runNode([join(here, 'baseline.mjs'), 'pipe', script(107), fresh('copy')], { cwd: folder, usage }),
    ),
    small: sweeping(() => runNode(run(small), { cwd: folder, usage, env })),
  });
  const { ours, pipe, small: ten } = measured.results;
  heading(
    print,
    'output',
    '1 GB of output of one sh cell, masked for 20 secrets, hashed, over a pipe copied to a file',
    measured,
  );
  row(print, 'wall', ours, pipe, { aim: 1.35 });
  row(print, 'cpu', ours, pipe, { of: cpu });
  value(print, 'peak memory', spread(ours.map(rss)), { unit: 'MB', aim: 110 });
  row(print, 'peak memory over that of 10 MB', ours, ten, { of: rss, unit: 'MB', aim: 1.1 });
}

function mask({ print, write, programs }) {
  const env = secretValues();
  const plain = write('texte-ascii', text(env, 10_000_000, 'processing data for table "public.conventions'));
  const accented = write('texte-accents', text(env, 10_000_000));
  const masking = part => () => ({
    wall: Number(runNode([join(programs, 'mask.cjs'), part, 'CLE_'], { env }).answer) / 1000,
  });
  const measured = interleave(7, { plain: masking(plain), accented: masking(accented) });
  heading(print, 'mask', '1 GB in memory masked for 20 secrets, CPU time', measured);
  value(print, 'ASCII', spread(measured.results.plain.map(wall)), { unit: 's', aim: 1 });
  value(print, 'French', spread(measured.results.accented.map(wall)), { unit: 's' });
}

function lines({ print, run, write, folder }) {
  const script =
    'seq -f \'pg_restore: processing data for table "public.conventions_%06.0f", 42 rows in all\' 100000';
  const [many, none] = [script, ':'].map((code, index) =>
    write(`lignes-${index}.md`, oneCell(code, SECRETS)),
  );
  const options = { cwd: folder, env: secretValues() };
  const measured = interleave(7, {
    ours: () => runNode(run(many), options),
    none: () => runNode(run(none), options),
    bare: () => runProgram('bash', ['-c', `exec >/dev/null; ${script}`], options),
  });
  const { ours, none: without, bare } = measured.results;
  const over = (...others) =>
    spread(
      ours.map((each, round) => others.reduce((rest, other) => rest - other[round].wall, each.wall) / 1000),
    );
  heading(
    print,
    'lines',
    '100,000 lines (8.2 MB) of one sh cell, masked for 20 secrets, over bare bash',
    measured,
  );
  value(print, 'the whole run, less bare bash', over(bare), { unit: 's', aim: 1 });
  value(print, 'the same, less a run that prints none', over(bare, without), { unit: 's', aim: 1 });
}

/** Lines of a restoration, one in a thousand of which holds a secret. */
function text(env, bytes, said = 'traitement des données de la table « public.conventions') {
  const values = Object.values(env);
  const lines = [];
  for (let size = 0, line = 0; size < bytes; line++) {
    const secret = line % 1000 === 0 ? ` ${values[(line / 1000) % values.length]}` : '';
    lines.push(`pg_restore: ${said}_${line}${secret}\n`);
    size += Buffer.byteLength(lines.at(-1));
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}

function verify({ print, write, programs, key, folder, reprise, fresh, usage }) {
  const document = write('verifier.md', manyCells(200, 'sh'));
  const bundle = runNode([join(programs, 'long-bundle.cjs'), document, key, fresh('runs'), '200000'], {
    cwd: folder,
  }).answer;
  const journal = join(bundle, 'journal.jsonl');
  const lines = readFileSync(journal, 'latin1').split('\n').length - 1;
  const signers = join(folder, 'signataires');
  const measured = interleave(5, {
    verify: () => runNode([reprise, 'verify', bundle, '--allowed-signers', signers], { usage }),
  });
  const runs = measured.results.verify;
  heading(
    print,
    'verify',
    `a whole bundle, ${lines.toLocaleString('en')} lines, ${(statSync(journal).size / 1e6).toFixed(0)} MB of journal`,
    measured,
  );
  value(print, 'reprise verify', spread(runs.map(each => each.wall / 1000)), { unit: 's', aim: 2 });
  value(print, 'peak memory', spread(runs.map(rss)), { unit: 'MB' });
}

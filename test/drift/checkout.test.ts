import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namesFact, namesIn } from '../../runner/drift/facts.ts';
import { readSources } from '../../runner/effects/drift/read-sources.ts';
import { sourcesOf } from '../../runner/model/sources.ts';
import { listenHttp } from '../../runner/sandbox/sockets.ts';
import { documentWith, History, runbookOf, said, temporaryFolder } from './scene.ts';

const weekly = "on: { schedule: [{ cron: '27 1 * * 1' }] }\n";
const upload = `${weekly}jobs: { a: { steps: [{ uses: actions/upload-artifact@v2, with: { name: s3_production } }] } }\n`;
const template = 'SECRET_KEY=\nDEBUG=True\n';
const backup = '.github/workflows/s3_backup.yml';

/** What is said in both languages of sources in a checkout. */
async function findings(source: string, folder: string) {
  const runbook = runbookOf(source, 'plan.md');
  const world = { folder, checkouts: new Map([['', folder]]), resources: {} };
  const readings = await readSources(sourcesOf(runbook.root), world);
  return { readings, fr: said(runbook, readings, 'fr'), en: said(runbook, readings, 'en') };
}

const recorded = documentWith(
  'workflow=s3_backup.yml in=depot is="27 1 * * 1"',
  'workflow=s3_backup.yml artifact=s3_production in=depot is=kept',
  `names-of=.env.template in=depot is=${namesFact(namesIn(template))}`,
  'file=scalingo.json key=stack in=depot is=scalingo-22',
  'file=scalingo.json key=stack in=depot ref=v1 is=scalingo-22',
  'file=disparu.txt in=depot is=sha256:0123456789ab',
  'file=Procfile in=depot',
  'file=scalingo.json in=depot ref=v9 is=scalingo-22',
  'stack=scalingo-22 in=plateforme is=offered',
);

function apilos(): History {
  const history = new History();
  const files = {
    '.env.template': template,
    'scalingo.json': '{"stack":"scalingo-22"}',
    Procfile: 'web: x\n',
  };
  history.commit('2026-01-05', 'Début', { ...files, [backup]: upload, 'disparu.txt': 'ici' });
  history.tag('v1');
  return history;
}

test('a checkout in which nothing has changed has nothing to say but of what cannot be looked at', async () => {
  const { readings } = await findings(recorded, apilos().folder);
  const states = readings.map(({ present }) => (present.state === 'found' ? present.holds : present.state));
  expect(states).toEqual([true, true, true, true, true, false, false, 'unchecked', 'unchecked']);
});

test('what has changed is told with its commit, in both languages', async () => {
  const history = apilos();
  history.commit('2026-02-02', 'Copier vers Glacier, sans artefact', { [backup]: weekly });
  history.commit('2026-03-03', 'Un coffre', { '.env.template': `${template}DOCUMENT_VAULT_KEY=\n` });
  history.commit('2026-03-04', 'Sans DEBUG', { '.env.template': 'SECRET_KEY=\nDOCUMENT_VAULT_KEY=\n' });
  history.commit('2026-04-01', 'Passer à scalingo-26', { 'scalingo.json': '{"stack":"scalingo-26"}' });
  history.commit('2026-05-01', 'Renommer', { [backup]: undefined, '.github/workflows/s3_sync.yml': weekly });
  history.commit('2026-06-01', 'Ôter', { 'disparu.txt': undefined });
  const { fr, en } = await findings(recorded, history.folder);
  const hidden = (text: string) =>
    text.replaceAll(/\((\p{L}*) ?[0-9a-f]{7}, /gu, '($1………, ').replaceAll(history.folder, 'DEPOT');
  await expect(hidden(fr)).toMatchFileSnapshot('golden/checkout.fr.txt');
  await expect(hidden(en)).toMatchFileSnapshot('golden/checkout.en.txt');
});

test('the artifact that a workflow ceased to upload in 2023 is told with the commit that ended it', async () => {
  const history = new History();
  history.commit('2022-12-20', 'Sauvegarde du stockage', { [backup]: upload });
  history.commit('2023-06-27', 'Copier vers Glacier', { [backup]: weekly });
  history.commit('2024-01-08', 'Autre chose', { 'README.md': 'x' });
  const source = documentWith('workflow=s3_backup.yml artifact=s3_production in=depot is=kept');
  const { readings } = await findings(source, history.folder);
  expect(readings.map(({ present }) => present)).toEqual([
    {
      state: 'found',
      fact: 'none',
      holds: false,
      since: {
        at: expect.stringMatching(/^2023-06-27T/),
        by: expect.stringMatching(/^[0-9a-f]{7}, Copier vers Glacier$/),
      },
    },
  ]);
});

test('a folder that is no repository is compared, without dates', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'scalingo.json'), '{"stack":"scalingo-26"}');
  const source = documentWith(
    'file=scalingo.json key=stack in=depot is=scalingo-22',
    'file=a.txt in=depot is=x',
  );
  const { readings } = await findings(source, folder);
  expect(readings.map(({ present }) => present)).toEqual([
    { state: 'found', fact: 'scalingo-26', holds: false },
    { state: 'gone' },
  ]);
});

test('no link leads out of a checkout', async () => {
  const folder = temporaryFolder();
  const inside = join(folder, 'depot');
  mkdirSync(inside);
  writeFileSync(join(folder, 'dehors.txt'), 'secret');
  symlinkSync(join(folder, 'dehors.txt'), join(inside, 'lien.txt'));
  const { readings } = await findings(documentWith('file=lien.txt in=depot is=x'), inside);
  expect(readings.map(({ present }) => present)).toEqual([
    { state: 'unchecked', fault: 'drift-unreadable', params: { path: 'lien.txt', detail: 'EXDEV' } },
  ]);
});

test('each resource may have a checkout of its own, and what lies beside the document needs none', async () => {
  const [depot, beside] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(depot, 'a.json'), '{"b":"depot"}');
  writeFileSync(join(beside, 'a.json'), '{"b":"ici"}');
  const runbook = runbookOf(
    documentWith(
      'file=a.json key=b in=depot is=depot',
      'file=a.json key=b is=ici',
      'file=a.json in=autre is=x',
    ),
  );
  const world = { folder: beside, checkouts: new Map([['depot', depot]]), resources: {} };
  const readings = await readSources(sourcesOf(runbook.root), world);
  expect(readings.map(({ present }) => (present.state === 'found' ? present.fact : present))).toEqual([
    'depot',
    'ici',
    { state: 'unchecked', fault: 'drift-without-place', params: { resource: 'autre' } },
  ]);
});

test('a checkout that is not there is the fault of the command', async () => {
  const folder = temporaryFolder();
  rmSync(folder, { recursive: true });
  const asked = findings(documentWith('file=a.json in=depot is=x'), folder);
  await expect(asked).rejects.toMatchObject({
    code: 'checkout-not-found',
    params: { path: folder, error: 'ENOENT' },
  });
});

test('tools are asked for their version, and addresses for what they answer', async () => {
  const { url, close } = await listenHttp((request, response) => {
    if (request.url === '/etat.json') response.end('{"version":{"major":"3"}}');
    else if (request.url === '/ailleurs') response.writeHead(302, { location: '/etat.json' }).end();
    else response.writeHead(request.url === '/panne' ? 503 : 404).end();
  });
  const sources = [
    'tool=node is=1',
    'tool=outil-qui-n-existe-pas is=1',
    `url=${url}/etat.json key=version.major is=2`,
    `url=${url}/etat.json key=version.major is=3`,
    `url=${url}/perdu is=2`,
    `url=${url}/panne is=2`,
    `url=${url}/ailleurs is=2`,
  ];
  const { readings } = await findings(documentWith(...sources), temporaryFolder());
  await close();
  const major = process.versions.node.split('.')[0];
  expect(readings.map(({ present }) => present)).toEqual([
    { state: 'found', fact: major, holds: false },
    { state: 'unchecked', fault: 'drift-tool-absent', params: { tool: 'outil-qui-n-existe-pas' } },
    { state: 'found', fact: '3', holds: false },
    { state: 'found', fact: '3', holds: true },
    { state: 'gone' },
    { state: 'unchecked', fault: 'drift-unreadable', params: { path: `${url}/panne`, detail: 503 } },
    {
      state: 'unchecked',
      fault: 'drift-unreadable',
      params: { path: `${url}/ailleurs`, detail: 'TypeError' },
    },
  ]);
});

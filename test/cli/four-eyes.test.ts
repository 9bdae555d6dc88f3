import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Authority } from '../authority.ts';
import { normal, Scene } from './scene.ts';

const body = `:::cell{#ecrire approve=observateur}

Écrire le compte :

\`\`\`sh
echo "écrit" >> compte.txt
\`\`\`

:::

:::manual{#relire role=operateur evidence=none}

- [ ] Le compte a été relu

:::
`;

const yes = 'relire: { confirm: all }';

/** A scene with the operator's key, that of a second person, and the list of both from outside. */
function sceneOf(answers = yes): Scene {
  const scene = new Scene(body, answers);
  scene.key('cle-noa', 'noa');
  scene.write('liste', scene.read('cle.signataires') + scene.read('cle-noa.signataires'));
  return scene;
}

const page = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```bash\n(.*?)^```/gms)].map(found => found[1] ?? '');

/** What a block of the documentation, run in the bundle, exits with. */
function byHand(scene: Scene, block: number, environment: Readonly<Record<string, string>>): number | null {
  const env = { ...process.env, ...environment };
  return spawnSync('bash', ['-c', blocks[block] ?? 'exit 9'], { cwd: join(scene.folder, scene.bundle), env })
    .status;
}

const challengeOf = (scene: Scene): string =>
  String(scene.entries().findLast(entry => entry.type === 'approval-asked')?.challenge);

async function answerOf(scene: Scene, key = 'cle-noa', as = 'noa'): Promise<string> {
  const { out, err, code } = await scene.call('approve', challengeOf(scene), '--as', as, '--key', key);
  expect([code, err]).toEqual([0, expect.stringContaining('approuvé')]);
  return out.trim();
}

describe('a step that a second person must approve', () => {
  test('waits, is approved on another machine by the challenge alone, and is told and verified to the end', async () => {
    const scene = sceneOf();
    const paused = await scene.run();
    expect(paused.code).toBe(3);
    expect(paused.out).toContain(challengeOf(scene));
    expect(scene.has('compte.txt')).toBe(false);
    const status = await scene.call('status', scene.bundle);
    expect(status.out).toContain(`npx reprise approve --lang fr --as noa ${challengeOf(scene)}`);
    expect(status.out).toContain('--approval RÉPONSE');
    const shown = await scene.call('approve', challengeOf(scene), '--as', 'noa', '--key', 'cle-noa');
    expect(normal(shown.err).replace(/(?<=expire le +)\d.*/, 'INSTANT')).toMatchInlineSnapshot(`
      "Approbation demandée
        mode                EXERCICE
        exécution           RUN
        cible               essai
        étape               ecrire — Écrire le compte
        il s’agit de        exécuter le code de cette étape
        tentative           1
        code (sha256)       DIGEST
        demandée par        camille
        au rôle             observateur
        expire le           INSTANT
      approuvé ; rendre à l’opérateur la ligne qui suit :
      "
    `);
    const answer = shown.out.trim();
    const ended = await scene.resume('--approval', answer, '--allowed-signers', 'liste');
    expect(ended.err).toContain('dossier scellé');
    expect(ended.code).toBe(0);
    expect(scene.read('compte.txt')).toBe('écrit\n');
    expect(scene.story().filter(line => line.includes('ecrire'))).toEqual([
      'approval-asked ecrire',
      'step-approved ecrire',
      'step-intended ecrire',
      'step-started ecrire',
      'step-finished ecrire passed',
    ]);
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'liste');
    expect(verified.code).toBe(0);
    expect(normal(verified.out)).toContain('approbation\u00a0: ecrire par noa (KEY), vérifiée');
    expect(byHand(scene, 0, { SIGNERS: join(scene.folder, 'liste'), WHO: 'noa' })).toBe(0);
    expect(byHand(scene, 0, { SIGNERS: join(scene.folder, 'liste'), WHO: 'camille' })).not.toBe(0);
    expect(
      spawnSync('sh', [join(scene.folder, scene.bundle, 'verify.sh'), join(scene.folder, 'liste')]).status,
    ).toBe(0);
    for (const file of ['transcript.md', 'transcript.html'])
      expect(scene.read(join(scene.bundle, file)), file).toContain('Approuvée par noa (Observateur)');
    const json = JSON.parse(scene.read(join(scene.bundle, 'transcript.json')));
    expect(json.steps[0].approvals).toEqual([
      expect.objectContaining({ by: { id: 'noa', role: 'observateur' }, voice: 'typed' }),
    ]);
    const unlisted = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
    expect([unlisted.code, unlisted.out]).toEqual([6, expect.stringContaining('[approval-unknown]')]);
  });

  test('is refused the operator’s own key, and waits still', async () => {
    const scene = sceneOf();
    await scene.run();
    // The list says that this key is the second person's, too.
    scene.write('liste', `${scene.read('liste')}noa ${scene.read('cle.pub')}`);
    const answer = await answerOf(scene, 'cle');
    const { code, out } = await scene.resume('--approval', answer, '--allowed-signers', 'liste');
    expect([code, out]).toEqual([3, expect.stringContaining('est signée de la clé de l’opérateur')]);
    expect(scene.has('compte.txt')).toBe(false);
  });

  test('takes no answer that was made for another run', async () => {
    const [other, scene] = [sceneOf(), sceneOf()];
    await other.run();
    await scene.run();
    const answer = await answerOf(other);
    const { code, out } = await scene.resume('--approval', answer, '--allowed-signers', 'liste');
    expect([code, out]).toEqual([3, expect.stringContaining('répond à un autre défi')]);
    expect(scene.has('compte.txt')).toBe(false);
  });

  test('is approved by the answers file of a drill, and every document says that nothing was signed', async () => {
    const scene = sceneOf(`ecrire: { approve: noa }\n${yes}`);
    const { code, out } = await scene.run();
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('approuvée par noa (Observateur), réponse scriptée, sans signature'),
    ]);
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'liste');
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('[approval-scripted]')]);
    expect(scene.read(join(scene.bundle, 'transcript.html'))).toContain('sans signature');
  });

  test('does not let a run in earnest open without a list from outside', async () => {
    const scene = sceneOf();
    const real = ['run', 'plan.md', '--target', 'reel', '--as', 'camille', '--key', 'cle'];
    const refused = await scene.call(...real);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('[approvals-need-list]')]);
    expect(scene.has('runs')).toBe(false);
    const { code } = await scene.call(...real, '--allowed-signers', 'liste', '--auto');
    expect(code).toBe(3);
    expect(challengeOf(scene)).toMatch(/^reprise-approval-1\./);
  });

  test.each([
    [['--as', 'camille'], 'approval-same-person'],
    [[], 'approver-needed'],
  ])('is not approved with %j', async (args, fault) => {
    const scene = sceneOf();
    await scene.run();
    const { code, out, err } = await scene.call('approve', challengeOf(scene), ...args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(`[${fault}]`)]);
  });

  test('has nothing to do with a line that is no challenge', async () => {
    const scene = sceneOf();
    const { code, err } = await scene.call(
      'approve',
      'reprise-approval-1.e30',
      '--as',
      'noa',
      '--lang',
      'en',
    );
    expect([code, err]).toEqual([2, expect.stringContaining('[approval-no-challenge]')]);
    expect(err).toContain('copy the whole line');
  });
});

test('another holder takes a run over, is who operates it from then on, and the documents say so', async () => {
  const scene = new Scene(body.replace(' approve=observateur', ''), '');
  scene.key('cle-noa', 'noa');
  expect((await scene.run()).code).toBe(3);
  const taken = await scene.call(
    'resume',
    scene.bundle,
    '--as',
    'noa',
    '--key',
    'cle-noa',
    '--answers',
    'reponses.yaml',
  );
  expect([taken.code, taken.out]).toEqual([
    3,
    expect.stringContaining('relève\u00a0: camille (Opérateur) passe la main à noa (Observateur)'),
  ]);
  scene.answer(yes);
  const closed = await scene.call(
    'resume',
    scene.bundle,
    '--as',
    'noa',
    '--key',
    'cle-noa',
    '--answers',
    'reponses.yaml',
  );
  expect(closed.code).toBe(0);
  expect(scene.entries().filter(entry => entry.type === 'run-handed-over')).toEqual([
    expect.objectContaining({
      from: { id: 'camille', role: 'operateur' },
      to: { id: 'noa', role: 'observateur' },
      voice: 'scripted',
    }),
  ]);
  expect(scene.entries().at(-1)).toMatchObject({ type: 'run-closed', by: { id: 'noa' } });
  const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle-noa.signataires');
  expect(verified.code).toBe(0);
  expect(scene.read(join(scene.bundle, 'transcript.html'))).toContain('passe la main à noa');
  expect(scene.read(join(scene.bundle, 'transcript.md'))).toContain('passe la main à noa');
});

describe('a run whose ends a third party stamps', () => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await new Authority().start();
  });
  afterAll(async () => await authority.close());
  beforeEach(() => {
    vi.stubEnv('REPRISE_TIMESTAMP_URL', authority.url);
    authority.manner = 'stamp';
    return () => vi.unstubAllEnvs();
  });
  const small = body.replace(' approve=observateur', '');

  test('has its bracket in the journal, its tokens in the bundle, and its times proven by the outside certificates', async () => {
    const scene = new Scene(small, yes);
    expect((await scene.run()).code).toBe(0);
    const entries = scene.entries();
    expect(entries.map(({ type }) => type).slice(0, 2)).toEqual(['run-opened', 'time-stamped']);
    expect(entries.map(({ type }) => type).slice(-2)).toEqual(['time-stamped', 'run-closed']);
    for (const entry of entries.filter(({ type }) => type === 'time-stamped'))
      expect(entry.head).toBe(entry.prev);
    const signers = ['--allowed-signers', 'cle.signataires'];
    const verified = await scene.call('verify', scene.bundle, ...signers, '--timestamp-ca', authority.ca);
    expect([verified.code, normal(verified.out)]).toEqual([
      0,
      expect.stringContaining(
        `tout s’est passé entre INSTANT et INSTANT, selon ${authority.url} (politique 1.2.3.4.1)`,
      ),
    ]);
    const alone = await scene.call('verify', scene.bundle, ...signers);
    expect([alone.code, alone.out]).toEqual([0, expect.stringContaining('[stamp-not-vouched]')]);
    expect(alone.out).toContain('heures déclarées');
    expect(scene.read(join(scene.bundle, 'transcript.md'))).toContain(
      'ouverture et fin horodatées par un tiers',
    );
    expect(scene.read(join(scene.bundle, 'statement.json'))).toContain('"clock":"time-stamped"');
    expect(byHand(scene, 1, { CA: authority.ca })).toBe(0);
    const list = join(scene.folder, 'cle.signataires');
    const script = (...args: readonly string[]) => {
      const path = join(scene.folder, scene.bundle, 'verify.sh');
      const { status, stdout } = spawnSync('sh', [path, list, ...args], { encoding: 'utf8' });
      return [status, stdout];
    };
    expect(script()).toEqual([0, expect.stringContaining('horodatages / time stamps (ca.pem)')]);
    expect(script(authority.ca)).toEqual([0, expect.not.stringContaining('horodatages')]);
    const other = await new Authority().start();
    onTestFinished(async () => await other.close());
    expect(byHand(scene, 1, { CA: other.ca })).not.toBe(0);
    expect(script(other.ca)).toEqual([6, expect.stringContaining('horodatage / time stamp')]);
    const unknown = await scene.call('verify', scene.bundle, ...signers, '--timestamp-ca', other.ca);
    expect([unknown.code, unknown.out]).toEqual([6, expect.stringContaining('[stamp-unknown]')]);
    const token = String(entries[1]?.file);
    scene.write(join(scene.bundle, token), 'another');
    const altered = await scene.call('verify', scene.bundle, ...signers, '--timestamp-ca', authority.ca);
    expect([altered.code, altered.out]).toEqual([5, expect.stringContaining(token)]);
  });

  test('goes on without the authority, and its documents say that the times are declared', async () => {
    authority.manner = 'refuse';
    const scene = new Scene(small, yes);
    const { code, out } = await scene.run();
    expect([code, out]).toEqual([0, expect.stringContaining('sans horodatage (ouverture)')]);
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('heures déclarées')]);
    expect(scene.read(join(scene.bundle, 'transcript.md'))).toContain('heures déclarées');
  });

  test('does not open on a machine without openssl', async () => {
    const scene = new Scene(small, yes);
    mkdirSync(join(scene.folder, 'vide'));
    vi.stubEnv('PATH', join(scene.folder, 'vide'));
    const { code, err } = await scene.run();
    expect([code, err]).toEqual([2, expect.stringContaining('[openssl-missing]')]);
    expect(scene.has('runs')).toBe(false);
  });
});

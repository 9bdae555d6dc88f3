import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programme, Scene } from './scene.ts';
import { hasTmux, Screen } from './tmux.ts';

const body = `:::cell{#ecrire approve=observateur}

Écrire le compte :

\`\`\`sh
echo "écrit" >> compte.txt
\`\`\`

:::
`;

const reprise = `${process.execPath} ${programme}`;

/** A scene whose operator and second person have a key each, the latter in a home of their own. */
function sceneOfTwo(): Scene {
  const scene = new Scene(body);
  scene.key('cle-noa', 'noa');
  // The list also says that the operator's key is the second person's.
  const lists = scene.read('cle.signataires') + scene.read('cle-noa.signataires');
  scene.write('liste', `${lists}noa ${scene.read('cle.pub')}`);
  mkdirSync(join(scene.folder, 'noa', '.ssh'), { recursive: true });
  for (const half of ['', '.pub'])
    cpSync(join(scene.folder, `cle-noa${half}`), join(scene.folder, 'noa', '.ssh', `id_ed25519${half}`));
  return scene;
}

/** The answer that a screen shows last; empty when there is none. */
function answerOn(screen: Screen): string {
  return screen.text.match(/reprise-approved-1\.[\w-]+/g)?.at(-1) ?? '';
}

describe.skipIf(!hasTmux)('an approval at a terminal', () => {
  test('is asked for, signed by another person in another home, refused to the operator’s key, and pasted as a mail cut it', async () => {
    const scene = sceneOfTwo();
    const run = 'run plan.md -t essai --key cle --as camille --t0 now --allowed-signers liste';
    const screen = new Screen(scene.folder, `${reprise} ${run}`);
    await screen.answer('Que faire ?', 'Enter');
    await screen.shows('Sa réponse (vide : mettre en pause)');
    const challenge = String(scene.entries().at(-1)?.challenge);
    expect(screen.text.split(challenge).length - 1).toBe(1);
    expect(screen.text).toContain(`npx reprise approve --lang fr --as noa ${challenge}`);

    const own = await scene.call('approve', challenge, '--as', 'noa', '--key', 'cle');
    await screen.answer('Sa réponse');
    screen.paste(own.out);
    await screen.shows('est signée de la clé de l’opérateur');

    const home = join(scene.folder, 'noa');
    const other = new Screen(home, `${reprise} approve ${challenge}`, `HOME='${home}'`);
    await other.answer('Qui approuve ?', 'noa', 'Enter');
    await other.answer('Approuver, et signer ce défi ?', 'Down', 'Enter');
    await other.shows('SORTIE 0');
    const answer = answerOn(other);
    const cut = answer.replaceAll(/.{76}/g, '$& \n  ');
    await screen.answer('Sa réponse');
    screen.paste(`${cut}\n`);
    await screen.shows('SORTIE 0');
    if (process.env.SCREENS !== undefined) process.stderr.write(`${screen.text}\n${other.text}`);

    expect(scene.read('compte.txt')).toBe('écrit\n');
    expect(scene.story().filter(line => line.includes('ecrire'))).toEqual([
      'approval-asked ecrire',
      'approval-refused ecrire',
      'step-approved ecrire',
      'step-intended ecrire',
      'step-started ecrire',
      'step-finished ecrire passed',
    ]);
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'liste');
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('ecrire par noa')]);
  });

  test('signs nothing by Enter alone, and says so', async () => {
    const scene = sceneOfTwo();
    await scene.run();
    const challenge = String(scene.entries().findLast(entry => entry.type === 'approval-asked')?.challenge);
    const screen = new Screen(scene.folder, `${reprise} approve ${challenge} --as noa --key cle-noa`);
    await screen.answer('Approuver, et signer ce défi ?', 'Enter');
    await screen.shows('SORTIE 2');
    expect(screen.text).toContain('rien n’a été signé');
    expect(answerOn(screen)).toBe('');
  });
});

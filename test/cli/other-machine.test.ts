import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Scene, until } from './scene.ts';

/** An empty folder, gone when the test is over. */
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-other-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A run that stopped because a file was not there, copied to where it goes on: nothing else of the first machine is left. */
async function carriedOver(then = ''): Promise<{ readonly scene: Scene; readonly worked: () => string }> {
  const stock = temporary();
  const here = new Scene(`:::cell{#finir on=dossier effect=read}

Finir :

\`\`\`sh
cat ${stock}/la.txt
echo fini >> fini.txt
pwd > ${stock}/ou.txt
${then}
\`\`\`

:::
`);
  expect((await here.run()).code).toBe(1);
  const there = new Scene('', 'finir: { failure: retry }');
  rmSync(join(there.folder, 'plan.md'));
  cpSync(join(here.folder, here.bundle), join(there.folder, 'runs', basename(here.bundle)), {
    recursive: true,
  });
  rmSync(here.folder, { recursive: true });
  writeFileSync(join(stock, 'la.txt'), 'là\n');
  vi.stubEnv('HOME', temporary());
  onTestFinished(() => void vi.unstubAllEnvs());
  return { scene: there, worked: () => readFileSync(join(stock, 'ou.txt'), 'utf8').trim() };
}

test('a copied run goes on where its origin is not, and what its cells write beside the plan is no part of the record', async () => {
  const { scene, worked } = await carriedOver();
  expect((await scene.resume()).code).toBe(0);
  const { code, out } = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
  expect([code, out]).toEqual([0, expect.stringContaining('VÉRIFIÉ')]);
  expect(scene.read(`${scene.bundle}/transcript.md`)).toContain('là');
  expect(readdirSync(join(scene.folder, scene.bundle, 'source'))).toEqual(['plan.md', 'reponses.yaml']);
  expect(worked()).toContain('/reprise-source-');
  expect(existsSync(worked())).toBe(false);
});

test('the folder in which its cells work there is gone, even when the run is killed', async () => {
  const { scene, worked } = await carriedOver('kill -KILL $PPID');
  expect((await scene.resume()).code).toBeNull();
  await until(() => !existsSync(worked()));
  expect(readdirSync(join(scene.folder, scene.bundle, 'source'))).toEqual(['plan.md', 'reponses.yaml']);
});

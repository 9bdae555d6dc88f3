import { execFileSync, spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAlive, programme, Scene, until } from './scene.ts';
import { hasTmux, Screen } from './tmux.ts';

const body = `:::cell{#une on=dossier}\n\nFaire une.\n\n\`\`\`ts
export const jeton: string = secret('un-jeton-' + 'bien-long')
\`\`\`\n\n:::

:::cell{#deux on=dossier}\n\nFaire deux.\n\n\`\`\`sh
wc -c < "$UNE_JETON_FILE" > longueur
\`\`\`\n\n:::

:::manual{#relire role=operateur}\n\n- [ ] Relu\n\n:::
`;

const reprise = `${process.execPath} ${programme}`;
const run = `${reprise} run plan.md -t essai --key cle --as camille --t0 now`;

const holderOf = (scene: Scene): number =>
  Number(/"pid":(\d+)/.exec(scene.read(join(scene.bundle, 'lock')))?.[1] ?? 0);

const isStanding = (scene: Scene): boolean => isAlive(holderOf(scene));

function joinRun(scene: Scene, ...args: readonly string[]): Screen {
  return new Screen(scene.folder, [reprise, 'join', scene.bundle, '--key', 'cle', ...args].join(' '));
}

/** Waits until the run says that it waits for who joins. */
async function waits(scene: Scene): Promise<void> {
  const watched = await scene.call('join', scene.bundle);
  expect([watched.code, watched.err]).toEqual([3, expect.stringContaining('attend une réponse')]);
}

/** A run whose terminal went at the question of its first step. */
async function waiting(): Promise<Scene> {
  const scene = new Scene(body);
  const screen = new Screen(scene.folder, `exec ${run}`);
  await screen.shows('Que faire ?');
  await sleep(700);
  screen.close();
  await waits(scene);
  return scene;
}

/** The answers to all that the run asks from its beginning. */
async function answerAll(screen: Screen): Promise<void> {
  await screen.answer('#une', 'Enter');
  await screen.answer('#deux', 'Enter');
  await screen.answer('Relu', 'Enter');
  await screen.answer('Remarque', 'Enter');
  await screen.shows('SORTIE 0');
}

describe.skipIf(!hasTmux)('a terminal that goes at a question leaves the run waiting', () => {
  test('to be joined', async () => {
    const scene = await waiting();
    await answerAll(joinRun(scene));
    expect(scene.read('longueur').trim()).toBe('18');
    expect(scene.story().filter(line => /^run-/.test(line))).toEqual(['run-opened', 'run-closed passed']);
  });

  test('even without a signal, as in a session of its own', async () => {
    const scene = new Scene(body);
    const screen = new Screen(scene.folder, `setsid ${run} < $(tty) > $(tty); true`);
    await screen.shows('Que faire ?');
    await sleep(700);
    screen.close();
    await waits(scene);
  });

  test('with a secret half typed, of which nothing is kept', async () => {
    const scene = new Scene(body);
    const screen = new Screen(scene.folder, `exec ${run}`);
    await screen.answer('Que faire ?', 'Down', 'Enter');
    await screen.answer('Motif', 'panne', 'Enter');
    await screen.answer('jeton (string)', 'secret-a-moitie');
    screen.close();
    await waits(scene);
    const joined = joinRun(scene, '--lang', 'en');
    await joined.answer('Reason', 'panne', 'Enter');
    await joined.answer('jeton (string)', 'un-secret-entier', 'Enter');
    await joined.answer('#deux', 'Enter');
    await joined.answer('Relu', 'Enter');
    await joined.answer('Remark', 'Enter');
    await joined.shows('SORTIE 0');
    expect(joined.text).toContain('#une');
    expect(scene.read('longueur').trim()).toBe('16');
    const journal = scene.read(join(scene.bundle, 'journal.jsonl'));
    expect(['secret-a-moitie', 'un-secret-entier'].filter(secret => journal.includes(secret))).toEqual([]);
  });
});

/** An agent of its own that holds the scene's key. */
async function agentIn(scene: Scene, name: string): Promise<{ readonly socket: string; kill(): void }> {
  const socket = join(scene.folder, name);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const kill = (): void => void agent.kill('SIGKILL');
  onTestFinished(kill);
  await until(() => scene.has(name));
  execFileSync('ssh-add', ['-q', join(scene.folder, 'cachee')], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: 'ignore',
  });
  return { socket, kill };
}

test.runIf(hasTmux)(
  'a run that cannot be sealed, since the agent went with the terminal, is sealed by who joins',
  async () => {
    const scene = new Scene(':::manual{#relire role=operateur}\n\n- [ ] Relu\n\n:::\n');
    renameSync(join(scene.folder, 'cle'), join(scene.folder, 'cachee'));
    const agent = await agentIn(scene, 'agent');
    const forwarded = (socket: string) => `SSH_AUTH_SOCK='${socket}'`;
    const command = `exec ${run.replace('--key cle', '--key cle.pub')}`;
    const screen = new Screen(scene.folder, command, forwarded(agent.socket));
    await screen.shows('Relu');
    await sleep(700);
    screen.close();
    agent.kill();
    await waits(scene);
    const other = await agentIn(scene, 'autre');
    const joined = `${reprise} join ${scene.bundle} --key cle.pub`;
    const second = new Screen(scene.folder, joined, forwarded(other.socket));
    await second.answer('Relu', 'Enter');
    await second.answer('Remarque', 'Enter');
    await second.shows('SORTIE 0');
    expect(second.text).toContain('dossier scellé');
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
    expect(verified.code).toBe(0);
  },
);

describe.skipIf(!hasTmux)('who joined a run', () => {
  test('leaves it as it is by Ctrl-C, at a question or before it can be read', async () => {
    const scene = await waiting();
    const first = joinRun(scene);
    await first.answer('Que faire ?', 'C-c');
    await first.shows('SORTIE 0');
    const second = joinRun(scene);
    await second.shows('#une');
    second.type('x', 'C-c');
    await second.shows('SORTIE 0');
    expect([isStanding(scene), scene.story()]).toEqual([true, ['run-opened', 'section-entered']]);
  });

  test('goes on with it when its process is killed under their question, which is put anew', async () => {
    const scene = await waiting();
    const screen = joinRun(scene);
    await screen.shows('Que faire ?');
    await sleep(700);
    process.kill(holderOf(scene), 'SIGKILL');
    await screen.shows('exécution reprise');
    await screen.answer('✖ Que faire ? › Exécuter cette étape', 'Enter');
    await screen.answer('#deux', 'Enter');
    await screen.answer('Relu', 'Enter');
    await screen.answer('Remarque', 'Enter');
    await screen.shows('SORTIE 0');
    expect(scene.story().filter(line => /^run-|doubt/.test(line))).toEqual([
      'run-opened',
      'run-resumed',
      'run-closed passed',
    ]);
  });
});

describe.skipIf(!hasTmux)('a run that is told to stop at a question pauses, and begins nothing', () => {
  const stops: readonly (readonly [string, NodeJS.Signals, readonly string[]])[] = [
    ['a choice', 'SIGTERM', []],
    ['a choice', 'SIGINT', []],
    ['a text', 'SIGTERM', ['Down', 'Enter']],
  ];
  test.for(stops)('%s, by %s', async ([, signal, keys]) => {
    const scene = new Scene(body);
    const screen = new Screen(scene.folder, run);
    await screen.answer('Que faire ?', ...keys);
    if (keys.length > 0) await screen.shows('Motif');
    await sleep(700);
    process.kill(holderOf(scene), signal);
    await screen.shows('SORTIE 3');
    expect(scene.story()).toEqual(['run-opened', 'section-entered', 'run-paused interrupted']);
  });

  test('by Ctrl-C before it can be read', async () => {
    const scene = new Scene(body);
    const screen = new Screen(scene.folder, run);
    await screen.shows('#une');
    screen.type('x', 'C-c');
    await screen.shows('SORTIE 3');
    expect(scene.story()).toEqual(['run-opened', 'section-entered', 'run-paused interrupted']);
  });

  test('before it is opened, and then there is no run', async () => {
    const scene = new Scene(body);
    const unopened = `sh -c 'echo $$ > pid; exec ${reprise} run plan.md -t essai --key cle --as camille'`;
    const screen = new Screen(scene.folder, unopened);
    await screen.shows('T0');
    await sleep(700);
    process.kill(Number(scene.read('pid')), 'SIGTERM');
    await screen.shows('SORTIE 2');
    expect(scene.has('runs')).toBe(false);
  });
});

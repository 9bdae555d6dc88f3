/*
 * Every secret has a random value, and every byte that a run produces or exposes is searched for it, in all documented
 * forms. The values never stand in this file nor in the runbook.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Ended, programme, Scene } from '../cli/scene.ts';

const print = `
for file in "$PAR_ENV_FILE" "$PAR_FD_FILE" "$PAR_COMMANDE_FILE"; do
  v=$(cat "$file")
  echo "en clair : $v"; printf '%q\\n' "$v"
  for ((i = 0; i < \${#v}; i++)); do printf %s "\${v:i:1}"; sleep 0.002; done; echo
  for ((i = 0; i < \${#v}; i += 7)); do printf %s "\${v:i:7}" >&2; sleep 0.002; done; echo >&2
  for n in 1 2 3 60 61 62 70; do { head -c "$n" /dev/zero | tr '\\0' x; printf '%s' "$v"; } | base64; done
  { seq 30; printf '%s' "$v"; } | base64 -w 64 | sed 's/$/\\r/'
  printf %s "$v" | xxd -p; printf %s "$v" | xxd -p -u -c 256; printf %s "$v" | od -An -v -tx1
  printf %s "$v" | xxd -p -c 256 | sed 's/../&:/g'
done
`;

const body = `:::cell{#montrer effect=read}

Montrer les secrets, de toutes les façons :

\`\`\`sh${print}\`\`\`

:::

:::cell{#calculer effect=read}

Les montrer encore :

\`\`\`ts
export const jeton = secret('jeton-' + secrets['par-env'].split('').reverse().join(''))
const html = (text: string, sign: (code: number) => string) => text.replaceAll(/[&<>"'=/]/g, c => sign(c.charCodeAt(0)))
for (const value of [...Object.values(secrets), jeton]) {
  console.log(JSON.stringify({ value }), JSON.stringify(value).replaceAll('/', '\\\\/'))
  console.log(value.replaceAll(/./gs, c => '\\\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')))
  console.log(encodeURIComponent(value), encodeURIComponent(encodeURIComponent(value)))
  console.log(html(value, code => '&#' + code + ';'), html(value, code => '&#x' + code.toString(16) + ';'))
  console.log(value.slice(0, 8) + '\\x1b[31m' + value.slice(8) + '\\x1b[0m', [...value].join('\\x1b[1m\\x1b[38;2;9;99;199m'))
  for (const sign of value) { process.stdout.write(sign); await new Promise(done => setTimeout(done, 2)) }
  console.error(new Error('avec ' + value))
}
export const repris = 'https://u:' + secrets['par-env'] + '@h/'
\`\`\`

:::

:::manual{#relire role=operateur evidence=none}

- [ ] Relu

:::

:::cell{#faire effect=write}

Faire :

\`\`\`ts
import { jeton } from '#calculer'
export const numero: string = 'fait ' + jeton
throw new Error('impossible avec ' + jeton + secrets['par-fd'])
\`\`\`

:::
`;

interface Stand {
  readonly scene: Scene;
  readonly secrets: Readonly<Record<string, string>>;
  readonly temporary: string;
  readonly call: (...args: readonly string[]) => Promise<Ended & { readonly arguments: string }>;
}

function value(): string {
  return `${randomBytes(9).toString('base64')}/"é'&<${randomBytes(6).toString('hex')}=`;
}

function stand(runbook: string, values: Readonly<Record<string, string>> = {}): Stand {
  const scene = new Scene(runbook);
  const outside = mkdtempSync(join(tmpdir(), 'canaris-'));
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
  const secrets = { 'par-env': value(), 'par-fd': value(), 'par-commande': value(), ...values };
  writeFileSync(join(outside, 'fd'), `${secrets['par-fd']}\n`);
  writeFileSync(join(outside, 'commande'), `${secrets['par-commande']}\n`);
  const declared = Object.keys(secrets).map(name => `  ${name}: { label: ${name} }\n`);
  const sources = `{ par-env: { env: CANARI }, par-fd: { fd: 3 }, par-commande: { command: [cat, ${outside}/commande] } }`;
  const text = scene.read('plan.md').replace('roles:\n', `secrets:\n${declared.join('')}roles:\n`);
  scene.write('plan.md', text.replace('    label: Essai\n', `    label: Essai\n    secrets: ${sources}\n`));
  const temporary = join(outside, 'tmp');
  mkdirSync(temporary);
  const env = {
    ...process.env,
    CANARI: secrets['par-env'],
    TMPDIR: temporary,
    LC_ALL: 'C.UTF-8',
    REPRISE_MARK: '',
  };
  const call: Stand['call'] = async (...args) => {
    const fd = openSync(join(outside, 'fd'), 'r');
    const child = spawn(process.execPath, [programme, ...args], {
      cwd: scene.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe', fd],
    });
    const said = { out: '', err: '', arguments: '' };
    child.stdout?.setEncoding('utf8').on('data', part => (said.out += part));
    child.stderr?.setEncoding('utf8').on('data', part => (said.err += part));
    const ended = new Promise<number | null>(over => child.once('close', over));
    while (child.exitCode === null && child.signalCode === null) {
      said.arguments += commandLines();
      await sleep(10);
    }
    return { ...said, code: await ended };
  };
  return { scene, secrets, temporary, call };
}

function commandLines(): string {
  const ids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return ids.map(id => readOrNothing(`/proc/${id}/cmdline`)).join('\n');
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** How this test itself writes a text: apart from the programme, which would not look for what it does not know. */
const ENCODERS: readonly ((text: string) => string)[] = [
  text => text,
  text => JSON.stringify(text).slice(1, -1),
  text => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  text => text.replaceAll(/./gs, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  text => encodeURIComponent(text),
  text => encodeURIComponent(encodeURIComponent(text)),
  text => new URLSearchParams([['', text]]).toString().slice(1),
  text => text.replaceAll(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`),
  text => text.replaceAll(/[&<>"']/g, sign => `&#x${sign.charCodeAt(0).toString(16)};`),
  text => Buffer.from(text).toString('hex'),
  text => Buffer.from(text).toString('hex').toUpperCase(),
  text =>
    Buffer.from(text)
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$&:'),
  text =>
    Buffer.from(text)
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$& '),
  // The groups of four characters that depend on the text alone, wherever it begins.
  ...[0, 1, 2].map(
    (before: number) => (text: string) =>
      Buffer.from(`${'x'.repeat(before)}${text}`)
        .toString('base64')
        .slice(before === 0 ? 0 : 4, -4),
  ),
];

/** Where a secret was found: the place and the name of the secret; colours and line breaks do not hide it. */
function leaks(
  secrets: Readonly<Record<string, string>>,
  places: Readonly<Record<string, Buffer>>,
): string[] {
  return Object.entries(places).flatMap(([place, bytes]) => {
    const text = bytes.toString();
    const bare = text.replaceAll(/(?:\x1b|\\u001b)\[[0-9;:]*m/g, '');
    const joined = bare.replaceAll(/(?:\r?\n|\\r\\n|\\n)[ \t]*/g, '');
    return Object.entries(secrets).flatMap(([name, secret]) => {
      const forms = ENCODERS.map(encode => encode(secret));
      return [text, bare, joined].some(seen => forms.some(form => seen.includes(form)))
        ? [`${name} in ${place}`]
        : [];
    });
  });
}

function filesIn(folder: string): Record<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name))]),
  );
}

const run = ['run', 'plan.md', '--target', 'essai', '--key', 'cle', '--answers', 'reponses.yaml'] as const;

test('no byte that a run produces or exposes holds a secret of any source, in any form', async () => {
  const { scene, secrets, temporary, call } = stand(body);
  const first = await call(...run);
  expect([first.code, scene.story().at(-1)]).toEqual([3, 'run-paused no-answer']);
  const jeton = `jeton-${[...(secrets['par-env'] ?? '')].reverse().join('')}`;
  const remark = JSON.stringify(`le mot ${secrets['par-env']}`);
  const said = JSON.stringify(`le mot ${secrets['par-env']}, puis ${Buffer.from(jeton).toString('base64')}`);
  const lost = JSON.stringify({ jeton, repris: `https://u:${secrets['par-env']}@h/` });
  const exported = JSON.stringify(`fait à la main avec ${secrets['par-fd']}`);
  scene.write(
    'reponses.yaml',
    `operator: camille\nsteps:\n  relire: { confirm: all, remark: ${remark} }\n  calculer: { exports: ${lost} }\n  faire: { doubt: done, reason: ${said}, by-hand: ${said}, exports: { numero: ${exported} } }\n`,
  );
  const second = await call('resume', scene.bundle, '--key', 'cle', '--answers', 'reponses.yaml');
  const story = scene.story();
  expect([
    second.code,
    story.includes('step-confirmed relire'),
    story.includes('step-done-by-hand faire'),
  ]).toEqual([0, true, true]);
  const places = {
    ...filesIn(join(scene.folder, scene.bundle)),
    ...filesIn(temporary),
    stdout: Buffer.from(first.out + second.out),
    stderr: Buffer.from(first.err + second.err),
    arguments: Buffer.from(first.arguments + second.arguments),
  };
  expect(first.arguments).toContain('plan.md');
  expect(leaks({ ...secrets, jeton }, places)).toEqual([]);
  const journal = scene.read(join(scene.bundle, 'journal.jsonl'));
  for (const name of Object.keys(secrets)) expect(journal).toContain(`«secret:${name}»`);
  expect(scene.entries().find(({ type }) => type === 'step-done-by-hand')).toMatchObject({
    reason: expect.stringMatching(/^le mot «secret:par-env», puis «secret:calculer\.jeton».{0,3}$/),
    exports: { numero: { secret: true } },
  });
}, 120_000);

test.each(['par-env', 'par-fd', 'par-commande'])('a secret under 8 characters is refused: %s', async name => {
  const { scene, call } = stand(body, { [name]: '1234567' });
  const { code, err } = await call(...run);
  expect([code, err.includes('[secret-too-short]'), err.includes('1234567'), scene.has('runs')]).toEqual([
    2,
    true,
    false,
    false,
  ]);
});

test('a runbook, an answers file or an input that holds a secret is refused before anything is written', async () => {
  const inSource = stand(body);
  inSource.scene.write(
    'plan.md',
    `${inSource.scene.read('plan.md')}\nLe mot : ${inSource.secrets['par-env']}\n`,
  );
  const inAnswers = stand(body);
  inAnswers.scene.answer(`relire: { confirm: all, remark: ${JSON.stringify(inAnswers.secrets['par-fd'])} }`);
  const inInput = stand(probing);
  inInput.scene.write('plan.md', withPlace(inInput.scene.read('plan.md')));
  expect([await refusal(inSource), await refusal(inAnswers), await refusal(inInput)]).toEqual([
    'secret-in-source',
    'secret-in-source',
    'secret-in-input',
  ]);
});

test('the password of a resource counts as a secret that nothing may hold, an address without one does not', async () => {
  const holding = async (url: string, word: string): Promise<string> => {
    vi.stubEnv('ADRESSE', url);
    const one = stand(body);
    const text = one.scene
      .read('plan.md')
      .replace('resources:\n', `resources:\n  base: { kind: postgres, label: Base }\n`);
    one.scene.write(
      'plan.md',
      `${text.replaceAll(/resources: \{ (?=dossier)/g, 'resources: { base: { url: { env: ADRESSE } }, ')}\nLe mot : ${word}\n`,
    );
    return await refusal(one);
  };
  onTestFinished(() => void vi.unstubAllEnvs());
  const word = `cle-${randomBytes(9).toString('hex')}`;
  const address = 'postgres://camille@base.invalid:5432/donnees';
  expect([await holding(`postgres://u:${word}@h/b`, word), await holding(address, address)]).toEqual([
    'secret-in-source',
    'opened',
  ]);
});

test('an answers file that gives a secret export is refused before anything is written', async () => {
  const jeton = `jeton-${value()}`;
  const giving = (exports: Readonly<Record<string, string>>): Stand => {
    const one = stand(body);
    one.scene.answer(`calculer: { doubt: done, reason: vu, exports: ${JSON.stringify(exports)} }`);
    return one;
  };
  const one = giving({ jeton });
  const { code, out, err } = await one.call(...run);
  expect([code, /\[(secret-[a-z-]+)\]/.exec(err)?.[1], one.scene.has('runs')]).toEqual([
    2,
    'secret-in-answers',
    false,
  ]);
  expect(err).toContain('calculer');
  const places = { ...filesIn(one.temporary), stdout: Buffer.from(out), stderr: Buffer.from(err) };
  expect(leaks({ jeton }, places)).toEqual([]);
  expect(await refusal(giving({ repris: 'un mot public' }))).toBe('opened');
});

test('what a probe answers and what changed of a runbook are masked like what people say', async () => {
  const { scene, secrets, call } = stand(
    `${probing}${body.slice(body.indexOf(':::manual'), body.lastIndexOf(':::cell'))}`,
  );
  scene.write('plan.md', withPlace(scene.read('plan.md')));
  expect((await call(...run, '--set', 'lieu=ici')).code).toBe(3);
  scene.write('plan.md', `${scene.read('plan.md')}\nLe mot : ${secrets['par-env']}\n`);
  scene.answer('relire: { confirm: all }');
  const resumed = await call(
    'resume',
    scene.bundle,
    '--key',
    'cle',
    '--answers',
    'reponses.yaml',
    '--accept-changes',
  );
  expect(resumed.code).toBe(0);
  const entries = scene.entries().filter(({ type }) => type === 'input-probed' || type === 'change-accepted');
  expect(entries).toMatchObject([
    { answer: '«secret:par-env»', used: false },
    { diff: expect.stringContaining('+Le mot : «secret:par-env»') },
  ]);
  expect(leaks(secrets, filesIn(join(scene.folder, scene.bundle)))).toEqual([]);
});

/** A probe that answers with a secret. */
const probing = `:::probe{#chercher fills=lieu}

\`\`\`ts
export const answer = secrets['par-env']
\`\`\`

:::

`;

function withPlace(text: string): string {
  return text.replace('inputs:\n', 'inputs:\n  lieu: { label: Lieu, type: text, default: là }\n');
}

/** The fault with which a run was refused before anything was written; `opened` for a run that was not. */
async function refusal({ scene, call }: Stand): Promise<string> {
  const { err } = await call(...run);
  return scene.has('runs') ? 'opened' : (/\[([a-z-]+)\]/.exec(err)?.[1] ?? err);
}

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

test.skipIf(!hasTmux).each([
  ['is masked and never shown', value, 0],
  ['under 8 characters is refused', () => 'court-7', 2],
])(
  'a secret typed at a prompt %s',
  async (_, make, exit) => {
    const scene = new Scene(
      body.slice(0, body.indexOf(':::manual')).replaceAll(/"\$PAR_(FD|COMMANDE)_FILE"/g, ''),
    );
    const secret = make();
    const text = scene
      .read('plan.md')
      .replace('roles:\n', 'secrets:\n  par-env: { label: Mot de passe }\nroles:\n');
    scene.write(
      'plan.md',
      text.replace('    label: Essai\n', '    label: Essai\n    secrets: { par-env: { prompt: true } }\n'),
    );
    const tmux = (...args: readonly string[]): string =>
      spawnSync('tmux', ['-S', join(scene.folder, 'tmux'), '-f', '/dev/null', ...args], { encoding: 'utf8' })
        .stdout;
    onTestFinished(() => void tmux('kill-server'));
    const command = `${process.execPath} ${programme} run plan.md -t essai --key cle --as camille --t0 now --auto`;
    tmux(
      '-u',
      'new-session',
      '-d',
      '-x',
      '200',
      '-y',
      '50',
      `cd '${scene.folder}' && ${command}; echo "SORTIE $?"; sleep 60`,
    );
    const shown = (): string => tmux('capture-pane', '-p', '-S', '-');
    while (!shown().includes('Mot de passe')) await sleep(50);
    tmux('send-keys', '-l', secret);
    tmux('send-keys', 'Enter');
    while (!shown().includes('SORTIE')) await sleep(50);
    expect(shown()).toContain(`SORTIE ${exit}`);
    const kept = scene.has('runs') ? filesIn(join(scene.folder, 'runs')) : {};
    expect(leaks({ 'par-env': secret }, { ...kept, terminal: Buffer.from(shown()) })).toEqual([]);
    expect(Object.values(kept).some(bytes => bytes.includes('«secret:par-env»'))).toBe(exit === 0);
  },
  60_000,
);

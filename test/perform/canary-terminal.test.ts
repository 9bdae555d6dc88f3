/*
 * Secrets as they are in life (an address, a key, a file of settings, an account in JSON), from each source, in one run at a
 * terminal: no part of them stands in any byte of it, nor of what is said of it afterwards.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { programme, Scene, until } from '../cli/scene.ts';
import { hasTmux, Screen } from '../cli/tmux.ts';

const fence = '```';

/** Cells that show what they were given, whole and in parts, and keep files and processes for a while. */
const body = `:::cell{#montrer effect=read}

Montrer les secrets :

${fence}sh
for file in "$ADRESSE_FILE" "$CLE_FILE" "$REGLAGES_FILE" "$COMPTE_FILE"; do
  cat "$file"; echo; cat "$file" >&2; base64 "$file"; xxd "$file" | cut -c 11-49; xxd -p "$file"
  while IFS= read -r line; do printf '%q\\n' "$line"; printf x%s "$line" | base64 -w 60; echo; done < "$file"
done
sleep 1
${fence}

:::

:::cell{#tirer effect=read}

Tirer des secrets de secrets :

${fence}ts
const compte = JSON.parse(secrets['compte'])
const adresse = new URL(secrets['adresse'])
const reglages = secrets['reglages'].split('\\n').map(line => line.slice(line.indexOf('=') + 1).replaceAll('"', ''))
const parts = [
  adresse.password, decodeURIComponent(adresse.password), adresse.searchParams.get('sslpassword'),
  ...secrets['cle'].split('\\n').slice(1, -1), compte.token, ...compte.private_key.split('\\n').slice(1, -1),
  ...reglages.slice(0, 2), new URL(reglages[2]).password,
]
export const jeton = secret('tire-' + compte.token.split('').reverse().join(''))
export const vus: number = parts.length
for (const part of [...parts, jeton]) {
  console.log(part, JSON.stringify({ part }), encodeURIComponent(part), Buffer.from(part).toString('hex'))
  for (const before of ['', 'x', 'xx']) console.log(Buffer.from(before + part).toString('base64'))
  for (const sign of part) { process.stderr.write(sign); await new Promise(done => setTimeout(done, 1)) }
  console.table([{ part }]); console.error(new Error(part)); process.stdout.write('\\x1b]0;' + part + '\\x07')
  await $({ nothrow: true })\`echo \${part}\`.catch(error => console.log(String(error), error.stack))
}
${fence}

:::

:::cell{#echouer effect=write}

Échouer en le disant :

${fence}ts
import { jeton } from '#tirer'
throw new Error('impossible avec ' + jeton + ' et ' + secrets['cle'], { cause: new Error(secrets['reglages']) })
${fence}

:::

:::manual{#relire role=operateur evidence=none}

- [ ] Relu

:::
`;

/** A cell that outlives its terminal, one whose secret a person gives, and one that shows it. */
const joined = `:::cell{#lente on=dossier}

Attendre :

${fence}sh
touch la; sleep 2; cat "$ADRESSE_FILE" "$COMPTE_FILE"
${fence}

:::

:::cell{#tirer effect=read}

Tirer un jeton :

${fence}ts
export const jeton: string = secret('jamais-' + 'tiré')
${fence}

:::

:::cell{#employer on=dossier}

L’employer :

${fence}sh
cat "$TIRER_JETON_FILE"; base64 "$TIRER_JETON_FILE" >&2; wc -c < "$TIRER_JETON_FILE" > longueur
${fence}

:::
`;

/** Programmes that the run process starts on its own account. */
const tools = ['ssh-keygen', 'git', 'flock'];

interface Material {
  /** What each source gives. */
  readonly values: Readonly<Record<'adresse' | 'cle' | 'reglages' | 'compte', string>>;
  /** What nothing may show: the parts, each secret by itself. */
  readonly canaries: Readonly<Record<string, string>>;
}

function pem(lines: readonly string[]): string {
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n');
}

function makeMaterial(): Material {
  const word = (): string => `${randomBytes(9).toString('base64')}+"é'&<`;
  const plain = (): string => randomBytes(12).toString('hex');
  const line = (): string => randomBytes(48).toString('base64');
  const [key, inner] = [
    [line(), line(), randomBytes(15).toString('base64')],
    [line(), line()],
  ];
  const [password, certificate, token] = [word(), plain(), plain()];
  const [database, api, stock] = [plain(), plain(), plain()];
  const values = {
    adresse: `postgres://camille:${encodeURIComponent(password)}@base.invalid/d?sslpassword=${certificate}`,
    cle: pem(key),
    reglages: `DB_PASSWORD="${database}"\nAPI_TOKEN=${api}\nSTOCK_URL=redis://:${stock}@stock.invalid:6379`,
    compte: JSON.stringify({ client: 'reprise', token, private_key: pem(inner) }),
  };
  const lines = Object.fromEntries([...key, ...inner].map((text, index) => [`ligne-${index}`, text]));
  return {
    values,
    canaries: {
      password,
      certificate,
      token,
      database,
      api,
      stock,
      ...lines,
      jeton: `tire-${reversed(token)}`,
    },
  };
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

/** A scene whose target takes one secret from each source, and the script that starts the run with them. */
class Stand {
  readonly scene: Scene;
  readonly outside = mkdtempSync(join(tmpdir(), 'canaris-'));
  readonly temporary = join(this.outside, 'tmp');
  readonly material = makeMaterial();

  constructor(text = body) {
    this.scene = new Scene(text);
    onTestFinished(() => rmSync(this.outside, { recursive: true, force: true }));
    for (const folder of [this.temporary, join(this.outside, 'run')]) mkdirSync(folder, { mode: 0o700 });
    const { values } = this.material;
    for (const name of ['adresse', 'cle', 'reglages'] as const)
      writeFileSync(join(this.outside, name), values[name], { mode: 0o600 });
    const declared = Object.keys(values).map(name => `  ${name}: { label: Secret ${name} }\n`);
    const sources = `{ adresse: { env: CANARI }, cle: { fd: 3 }, reglages: { command: [cat, ${this.outside}/reglages] }, compte: { prompt: true } }`;
    const plan = this.scene.read('plan.md').replace('roles:\n', `secrets:\n${declared.join('')}roles:\n`);
    this.scene.write(
      'plan.md',
      plan.replace('    label: Essai\n', `    label: Essai\n    secrets: ${sources}\n`),
    );
    const script = join(this.outside, 'lancer.sh');
    this.#listen();
    const environment = `TMPDIR='${this.temporary}' XDG_RUNTIME_DIR='${this.outside}/run' CANARI="$(cat '${this.outside}/adresse')" PATH='${this.outside}/outils':"$PATH"`;
    writeFileSync(
      script,
      `ulimit -c unlimited\nexport ${environment}\nexec ${process.execPath} ${programme} "$@" 3< '${this.outside}/cle'\n`,
    );
    chmodSync(script, 0o700);
  }

  /** Has each tool that is run beside the cells write down what it was given. */
  #listen(): void {
    mkdirSync(join(this.outside, 'outils'));
    for (const tool of tools) {
      const itself = spawnSync('bash', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
      const script = `#!/bin/sh\n{ echo "${tool} $*"; env; } >> '${this.outside}/dits'\nexec ${itself} "$@"\n`;
      writeFileSync(join(this.outside, 'outils', tool), script, { mode: 0o700 });
    }
  }

  /** What the tools were given. */
  given(): string {
    return readFileSync(join(this.outside, 'dits'), 'utf8');
  }

  /** What runs the programme with the secrets at hand. */
  command(...args: readonly string[]): string {
    return [`bash ${join(this.outside, 'lancer.sh')}`, ...args].join(' ');
  }

  /** The same without a terminal; all that it said. */
  call(...args: readonly string[]): string {
    const { stdout, stderr } = spawnSync('bash', [join(this.outside, 'lancer.sh'), ...args], {
      cwd: this.scene.folder,
      encoding: 'utf8',
    });
    return stdout + stderr;
  }

  /** Every file of the scene and of the temporary folders, with its name before its bytes. */
  files(): Readonly<Record<string, string>> {
    const folders = [this.scene.folder, this.temporary, join(this.outside, 'run')];
    const paths = folders.flatMap(filesIn);
    return Object.fromEntries(paths.map(path => [path, `${path}\n${readFileSync(path, 'latin1')}`]));
  }
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** What others can see while a run goes on: command lines, variables of its cells, files that anybody may read. */
class Watch {
  seen = '';
  #isOver = false;
  readonly #done: Promise<void>;

  constructor({ outside, temporary }: Stand) {
    this.#done = this.#look(outside, temporary);
  }

  async end(): Promise<string> {
    this.#isOver = true;
    await this.#done;
    return this.seen;
  }

  async #look(outside: string, temporary: string): Promise<void> {
    const seen = new Set<string>();
    while (!this.#isOver) {
      for (const id of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
        const line = tryRead(`/proc/${id}/cmdline`);
        seen.add(line);
        // The run process, and the command that gives a secret, have the variables of the operator.
        const variables = tryRead(`/proc/${id}/environ`);
        const isOperators = line.includes('reprise.cjs') || line.endsWith(`/reglages\0`);
        if (!isOperators && variables.includes(outside)) seen.add(variables);
      }
      for (const path of existsSync(temporary) ? filesIn(temporary) : [])
        if (isOpenToOthers(path)) seen.add(tryRead(path));
      await sleep(30);
    }
    this.seen = [...seen].join('\n');
  }
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function isOpenToOthers(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
}

const encoders: readonly ((text: string) => string)[] = [
  text => text,
  text => Buffer.from(text).toString('latin1'),
  text => JSON.stringify(text).slice(1, -1),
  text => encodeURIComponent(text),
  text => Buffer.from(text).toString('hex'),
  ...[0, 1, 2].map((before: number) => (text: string) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${text}`).toString('base64');
    return encoded.slice(before === 0 ? 0 : 4, -4);
  }),
];

/** Which canaries stand in which places, colours, breaks and the separators of dumps left out. */
function leaks(
  canaries: Readonly<Record<string, string>>,
  places: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(places).flatMap(([place, text]) => {
    const bare = text.replaceAll(/(?:\x1b|\\u001b)\[[0-9;:]*m/g, '');
    const joined = bare.replaceAll(/(?:\r?\n|\\r\\n|\\n|\s)/g, '');
    return Object.entries(canaries).flatMap(([name, canary]) =>
      encoders.some(encode => [text, bare, joined].some(seen => seen.includes(encode(canary))))
        ? [`${name} in ${place}`]
        : [],
    );
  });
}

describe.skipIf(!hasTmux)('a run at a terminal with secrets of every source', () => {
  test('shows and leaves no part of an address, a key, a file of settings or an account', async () => {
    const stand = new Stand();
    const { scene, material } = stand;
    const watch = new Watch(stand);
    const screen = new Screen(
      scene.folder,
      stand.command('run plan.md -t essai --key cle --as camille --t0 now --auto'),
    );
    const raw = screen.record();
    await screen.answer('Secret compte', '');
    screen.typeText(material.values.compte);
    screen.type('Enter');
    await screen.answer('a échoué', 'Up', 'Enter');
    await screen.answer('Motif', 'sans objet', 'Enter');
    await screen.answer('Relu', 'Enter');
    await screen.answer('Remarque', 'Enter');
    await screen.shows('SORTIE 0');
    expect(raw()).toContain('SORTIE 0');
    const others = await watch.end();
    const note = stand.call('note', scene.bundle, 'Vu le lendemain', '--as', 'camille', '--key', 'cle');
    for (const [name, value] of Object.entries(material.values)) scene.write(`${name}.log`, value);
    const attached = ['adresse', 'reglages'].map(name =>
      stand.call('attach', scene.bundle, `${name}.log`, '--as', 'camille', '--key', 'cle'),
    );
    for (const name of Object.keys(material.values)) rmSync(join(scene.folder, `${name}.log`));
    const commands = [['status'], ['join'], ['verify'], ['verify', '--json']];
    const later = commands.map(([name = '', ...options]) => stand.call(name, scene.bundle, ...options));
    const rendered = stand.call('render', 'plan.md', '--runs', 'runs');
    expect(attached.every(text => text.includes('[evidence-holds-secret]'))).toBe(true);
    expect(others).toContain('lancer.sh');

    for (const tool of tools) expect(stand.given()).toContain(`${tool} `);

    const said = { screen: screen.text, raw: raw(), others, given: stand.given(), note, rendered };
    const places = { ...said, ...stand.files() };
    expect(
      leaks(material.canaries, { ...places, attached: attached.join(''), later: later.join('') }),
    ).toEqual([]);
    const journal = scene.read(join(scene.bundle, 'journal.jsonl'));
    for (const name of [...Object.keys(material.values), 'tirer'])
      expect(journal).toContain(`«secret:${name}»`);
    expect([scene.story().includes('step-finished montrer passed'), filesIn(stand.temporary)]).toEqual([
      true,
      [],
    ]);
  }, 120_000);

  test('takes a secret by hand from who joined it, over the socket and nowhere else', async () => {
    const stand = new Stand(joined);
    const { scene, material } = stand;
    const first = new Screen(scene.folder, "PS1='pret> ' bash --norc --noprofile -i");
    await first.shows('pret>');
    first.type(stand.command('run plan.md -t essai --key cle --as camille --t0 now'), 'Enter');
    await first.answer('Secret compte', '');
    first.typeText(material.values.compte);
    first.type('Enter');
    await first.answer('Que faire ?', 'Enter');
    await until(() => scene.has('la'));
    first.close();
    await until(() => scene.story().includes('step-finished lente passed'));
    const watch = new Watch(stand);
    const screen = new Screen(scene.folder, stand.command('join', scene.bundle, '--key cle'));
    const raw = screen.record();
    const token = randomBytes(12).toString('hex');
    await screen.answer('Que faire ?', 'Down', 'Enter');
    await screen.answer('Motif', '');
    screen.typeText(`lu, ${Buffer.from(token).toString('base64')}`);
    screen.type('Enter');
    await screen.answer('jeton', '');
    screen.typeText(token);
    screen.type('Enter');
    await screen.answer('employer', 'Enter');
    await screen.shows('SORTIE 0');
    expect(raw()).toContain('SORTIE 0');
    const others = await watch.end();
    const later = ['status', 'verify'].map(name => stand.call(name, scene.bundle)).join('');
    const places = { raw: raw().replaceAll(/lu, \S+/g, ''), ...stand.files(), others, later };
    expect(leaks({ ...material.canaries, token }, places)).toEqual([]);
    expect(scene.entries().find(({ type }) => type === 'step-done-by-hand')).toMatchObject({
      reason: 'lu, «secret:tirer.jeton»',
      exports: { jeton: { secret: true } },
    });
    expect([scene.read('longueur').trim(), filesIn(join(stand.outside, 'run'))]).toEqual(['24', []]);
  }, 120_000);
});

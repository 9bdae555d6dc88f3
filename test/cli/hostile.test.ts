/*
 * A runbook that was written to fool whoever reads it: every text that it may choose, every file name and every error of its
 * cells commands the terminal, hides its direction, or is HTML. No command may obey any of it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { programme, Scene, until } from './scene.ts';
import { hasTmux, Screen } from './tmux.ts';

const fence = '```';

/** Sets the title of the window, colours, hides, turns around, and is HTML, a link and a forged record. */
const evil =
  '\u001b]0;PRIS\u0007\u001b[8m\u009b31m\u202eOBÉI\u2066\u200b<img src=x onerror=alert(1)><script>alert(1)</script>[l](javascript:alert(1)) <!-- /reprise:record --> ``` \u2028';
/** In quotes that YAML, TypeScript and JSON read alike, without the characters that a document may not hold. */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
/** What is left of it for a front matter, where what commands a terminal or turns the text is refused, even as an escape. */
const shown = evil.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
const text = (name: string): string => quoted(`${name} ${shown}`);

const plan = `---
title: ${text('titre')}
version: ${text('version')}
service: ${text('service')}
scenario: ${text('scénario')}
lang: fr
dmia: 4h
objectives: [${text('objectif')}]
scope: [${text('périmètre')}]
resources:
  dossier: { kind: directory, label: ${text('dossier')} }
inputs:
  garde: { type: choice, choices: [oui, non], default: non }
  lieu: { label: ${text('lieu')}, type: choice, choices: [${text('ici')}, ${text('là')}], default: ${text('ici')} }
  mot: { label: ${text('mot')}, default: ${text('défaut')} }
secrets:
  cle: { label: ${text('clé')} }
  autre: { label: ${text('autre')} }
roles:
  operateur: { label: ${text('opérateur')}, holders: [camille] }
  observateur: { label: ${text('observateur')}, holders: [noa] }
targets:
  essai:
    mode: drill
    label: ${text('essai')}
    protected: [${text('protégé')}]
    secrets: { cle: { env: CLE }, autre: { prompt: true } }
    resources: { dossier: { path: '.' } }
---

# Essai <b>titre</b> \`code\`

::when{input=garde is=oui}

:::cell{#sautee effect=read}

Jamais faite <img src=x onerror=alert(1)>

${fence}ts
export const rien = 1
${fence}

:::

# Suite

:::cell{#parler effect=read on=dossier}

Parler <img src=x onerror=alert(1)> de [tout](javascript:alert(1)).

${fence}ts
// commentaire <script>alert(1)</script>
const evil = ${quoted(evil)}
console.log(evil); console.error(evil)
export const lu: string = evil
export const objet = { [evil]: [evil] }
${fence}

:::

:::check{#prouver of=parler within=0s}

${fence}ts
export const ok: boolean = true
console.log(${quoted(evil)})
${fence}

:::

:::manual{#relire role=operateur evidence=optional}

- [ ] Relu <img src=x onerror=alert(1)>
- [ ] Revu <script>alert(1)</script>

:::

:::cell{#jeter effect=read}

Jeter une erreur :

${fence}ts
throw Object.assign(new Error(${quoted(evil)}, { cause: new Error(${quoted(evil)}) }), { name: ${quoted(evil)}, code: ${quoted(evil)} })
${fence}

:::
`;

/** What no output may hold: control characters but line feeds, tabs and the colours of ours; invisible signs; what stands for HTML. */
const forbidden =
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069]|\u001b(?!\[[0-9;]*m)|\u001b\[8m/u;

/** The first thing that was obeyed, with what stands around it. */
function obeyed(output: string): string | undefined {
  const at = output.search(forbidden);
  return at === -1 ? undefined : JSON.stringify(output.slice(Math.max(0, at - 60), at + 20));
}

/** Elements and attributes that only hostile text would have put into a page. */
function intruders(html: string): readonly string[] {
  const tags = [...html.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag);
  return tags.filter(tag =>
    /^<(?:script|img|iframe|object|embed|form|base)\b|\son\w+\s*=|javascript:/i.test(tag),
  );
}

function makeScene(): Scene {
  const scene = new Scene('');
  scene.write('plan.md', plan.replace('autre: { prompt: true }', 'autre: { env: CLE }'));
  scene.answer(`relire: { confirm: all, remark: ${quoted(evil)} }\njeter: { failure: pause }`);
  vi.stubEnv('CLE', 'un-secret-bien-long');
  onTestFinished(() => void vi.unstubAllEnvs());
  return scene;
}

test('no command obeys what a runbook, its cells, an answers file or a name say', async () => {
  const scene = makeScene();
  const said: Record<string, string> = {};
  const call = async (name: string, ...args: readonly string[]): Promise<void> => {
    const { out, err } = await scene.call(...args);
    said[name] = out + err;
  };
  const of = ['plan.md', '-t', 'essai'];
  await call('check', 'check', 'plan.md');
  await call('plan', 'plan', ...of);
  await call('dry', 'run', ...of, '--dry', '--answers', 'reponses.yaml', '--key', 'cle');
  await call('value', 'plan', ...of, '--set', `lieu=${evil}`);
  await call('setting', 'plan', ...of, '--set', evil);
  await call('file', 'plan', `absent${evil}.md`);
  await call('option', 'plan', 'plan.md', `--${evil}`);
  await call('command', evil);
  await call('run', ...scene.runArguments());
  const { bundle } = scene;
  for (const name of ['status', 'join'] as const) await call(name, name, bundle);
  await call('render', 'render', 'plan.md', '--runs', 'runs');
  scene.write('pi\u202egpj.exe', 'x');
  const by = ['--as', 'camille', '--key', 'cle'];
  await call('attach', 'attach', bundle, 'pi\u202egpj.exe', ...by);
  await call('note', 'note', bundle, evil, ...by);
  await call('status of notes', 'status', bundle);
  await call('stranger', 'note', bundle, 'x', '--as', evil, '--key', 'cle');
  const named = `nom${evil.replaceAll('/', ':')}.md`;
  scene.write(named, plan);
  await call('name checked', 'check', named, '--no-types');
  await call('name formatted', 'fmt', named);
  await call('name formatted again', 'fmt', named, '--check');
  mkdirSync(join(scene.folder, 'runs', `autre${evil.replaceAll('/', ':')}`));
  await call('folder of a run', 'render', 'plan.md', '--runs', 'runs');
  await call('proofs', 'status', 'plan.md', '--all', '--runs', 'runs');
  await call('expected', 'verify', bundle, '--allowed-signers', `absent${evil}`);
  expect(Object.entries(said).filter(([, output]) => output === '')).toEqual([]);
  expect(
    Object.entries(said)
      .flatMap(([, output]) => obeyed(output) ?? [])
      .sort(),
  ).toEqual([]);
  expect(said.run).toContain('␛]0;PRIS␇');
  const journal = scene.read(join(bundle, 'journal.jsonl'));
  expect(obeyed(journal.replaceAll(/[\u007f-\uffff]/g, ''))).toBeUndefined();
});

test.skipIf(!hasTmux)(
  'no terminal obeys them, neither that of the run nor that of who joins it',
  async () => {
    const scene = makeScene();
    scene.write('plan.md', plan);
    const node = `${process.execPath} ${programme}`;
    const first = new Screen(scene.folder, `${node} run plan.md -t essai --key cle --as camille --t0 now`);
    const begun = first.record();
    await first.answer('autre ', 'un-mot-assez-long', 'Enter');
    await first.shows('Que faire ?');
    await until(() => scene.has('runs'));
    const seen = begun();
    first.close();
    const screen = new Screen(scene.folder, `${node} join ${scene.bundle} --key cle`);
    const joined = screen.record();
    await screen.answer('#parler', 'Enter');
    await screen.answer('Relu', 'Enter');
    await screen.answer('Revu', 'Enter');
    await screen.answer('Remarque', 'Enter');
    await screen.answer('Pièces', 'Enter');
    await screen.answer('#jeter', 'Enter');
    await screen.answer('a échoué', 'Up', 'Enter');
    await screen.answer('Motif', 'sans objet', 'Enter');
    await screen.shows('SORTIE');
    const bytes = [seen, joined()].map(written => Buffer.from(written, 'latin1').toString());
    expect(bytes[1]).toContain('␛]0;PRIS␇');
    for (const shown of bytes) {
      expect(
        shown.match(/\u001b\]|\u001b\[8m|[\u0007\u0080-\u009f\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069]/g),
      ).toBeNull();
    }
    const kept = ['transcript.md', 'transcript.html'].map(name => scene.read(join(scene.bundle, name)));
    expect(intruders(kept[1] ?? '')).toEqual([]);
    expect(kept.map(obeyed)).toEqual([undefined, undefined]);
  },
);

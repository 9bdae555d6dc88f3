/*
 * What is added to a sealed run, killed at each call by which it changes the bundle. In: a sealed drill, and a command. Out, for
 * each point: what was sealed verifies still, nothing that was acknowledged is lost, and the command can be given again.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Finding } from '../../runner/seal/verdict.ts';
import { verifyBundle } from '../../runner/verify.ts';
import { type Ended, Place } from './place.ts';
import type { Injection } from './strace.ts';
import { changesOf } from './sweep.ts';

const plan = `---
title: Addenda
lang: fr
resources:
  dossier: { kind: directory, label: Dossier }
roles:
  operateur: { label: Opérateur, holders: [camille] }
  observateur: { label: Observateur, holders: [noa] }
targets:
  essai:
    mode: drill
    label: Essai
    resources: { dossier: { path: { env: TORTURE_TARGET } } }
---

# Addenda

:::cell{#poser on=dossier effect=write}

Poser :

\`\`\`sh
echo posé > "$TORTURE_TARGET/trace"
\`\`\`

:::

:::undo{#enlever of=poser}

Enlever :

\`\`\`sh
rm -f "$TORTURE_TARGET/trace"
\`\`\`

:::
`;

const answers = `operator: camille
steps:
  poser: { run: true }
  enlever: { run: true, doubt: redo, reason: sans effet la seconde fois, failure: retry }
`;

/** A command on a sealed run; `again` are the refusals that say that it was done already. */
interface Command {
  readonly args: readonly string[];
  readonly again?: string;
  /** The calls at which it is killed; all when it is absent. */
  readonly at?: readonly string[];
  /** What a place lacks once the command is done. */
  readonly lacks: (place: Place) => readonly string[];
}

const asNoa = ['--as', 'noa', '--key', 'cle-noa'];
const asCamille = ['--as', 'camille', '--key', 'cle'];

const commands: Readonly<Record<string, Command>> = {
  // It writes as `attach` does, which is killed everywhere.
  note: {
    args: ['note', ...asCamille, '--json'],
    at: ['fdatasync', 'rename'],
    lacks: place => lacksEntry(place, '"type":"note-added"'),
  },
  attach: {
    args: ['attach', ...asCamille, '--json'],
    lacks: place => lacksEntry(place, '"type":"evidence-attached"'),
  },
  sign: { args: ['sign', ...asNoa, '--json'], again: '[already-signed]', lacks: lacksSeal },
  undo: {
    args: ['undo', '--key', 'cle', '--answers', 'reponses.yaml', '--json'],
    again: '[nothing-to-undo]',
    lacks: lacksUndo,
  },
};

const operands: Readonly<Record<string, string>> = { note: 'vu sur place', attach: 'piece.txt' };

function lineOf(name: string, place: Place): readonly string[] {
  const [command = '', ...options] = commands[name]?.args ?? [];
  const operand = operands[name];
  return [command, place.bundle, ...(operand === undefined ? [] : [operand]), ...options];
}

/** The journals of the addenda that are in place. */
function addedLines(place: Place): readonly string[] {
  const folder = join(place.bundle, 'addenda');
  return readdirSync(place.bundle)
    .filter(name => name === 'addenda')
    .flatMap(() => readdirSync(folder).filter(name => name !== 'pending'))
    .flatMap(name =>
      readFileSync(join(folder, name, 'journal.jsonl'), 'utf8')
        .trimEnd()
        .split('\n'),
    );
}

function lacksEntry(place: Place, mark: string): readonly string[] {
  return addedLines(place).some(line => line.includes(mark)) ? [] : [`no addendum has ${mark}`];
}

function lacksSeal(place: Place): readonly string[] {
  const found = readdirSync(join(place.bundle, 'seals'));
  const list = readFileSync(join(place.bundle, 'allowed_signers'), 'utf8');
  const told = list.split('\n').filter(line => line.startsWith('noa ')).length;
  return [
    ...(found.join() === 'camille.sig,noa.sig' ? [] : [`seals: ${found.join()}`]),
    ...(told === 1 ? [] : [`the key is recorded ${told} times`]),
  ];
}

function lacksUndo(place: Place): readonly string[] {
  return readdirSync(join(place.folder, 'cible')).length === 0 ? [] : ['it is not undone'];
}

let origin: Place;

beforeAll(async () => {
  origin = new Place(inject('programme'));
  writeFileSync(join(origin.folder, 'plan.md'), plan);
  writeFileSync(join(origin.folder, 'reponses.yaml'), answers);
  writeFileSync(join(origin.folder, 'piece.txt'), 'une pièce\n');
  const { code, err } = await origin.traced();
  if (code !== 0) throw new Error(err);
  origin.key('cle-noa', 'noa');
});

afterAll(() => origin.remove());

/** The sealed run, in a place of its own. */
function copy(): Place {
  const place = new Place(origin.programme);
  cpSync(origin.folder, place.folder, { recursive: true });
  return place;
}

/** What is wrong with the bundle, but for an addition that is not finished. */
async function wrong(place: Place): Promise<readonly Finding[]> {
  const { findings } = await verifyBundle(place.bundle, {
    allowedSigners: join(place.folder, 'signataires'),
  });
  return findings.filter(({ code }) => code !== 'addendum-pending');
}

/** Kills a command at one point, gives it again, and says what was violated. */
async function hurt(name: string, { call, when }: Omit<Injection, 'does'>): Promise<readonly string[]> {
  const place = copy();
  try {
    const killed = await place.tracedCommand(lineOf(name, place), { call, when, does: 'KILL' });
    const found = [
      ...(killed.code === null ? [] : [`not reached: ${killed.err}`]),
      ...((await place.unlocked()) ? [] : ['the lock is not free']),
      ...(await wrong(place)).map(({ code, params }) => `killed: ${code} ${JSON.stringify(params)}`),
      ...lost(place, killed),
    ];
    const again = await giveAgain(name, place);
    const after = (await wrong(place)).map(({ code, params }) => `again: ${code} ${JSON.stringify(params)}`);
    return [...found, ...again, ...after, ...unfinished(place), ...(commands[name]?.lacks(place) ?? [])].map(
      what => `${call} ${when}: ${what}`,
    );
  } finally {
    place.remove();
  }
}

/** An addition that was acknowledged is in place. */
function lost(place: Place, { out }: Ended): readonly string[] {
  if (!out.includes('"addendum"')) return [];
  const { entry } = JSON.parse(out);
  return addedLines(place).some(line => line.includes(entry.at)) ? [] : [`lost: ${out}`];
}

async function giveAgain(name: string, place: Place): Promise<readonly string[]> {
  const { code, err } = await place.call(...lineOf(name, place));
  const done = commands[name]?.again;
  return code === 0 || (done !== undefined && err.includes(done)) ? [] : [`again: ${code} ${err}`];
}

function unfinished(place: Place): readonly string[] {
  const all = readdirSync(place.bundle, { recursive: true, encoding: 'utf8' });
  return all.filter(path => /pending\/.|\.tmp$/.test(path)).map(path => `left: ${path}`);
}

test.each(Object.keys(commands))(
  '`%s` of a sealed run is killed at each of its calls, and given again',
  async name => {
    const whole = copy();
    const { code, err, calls } = await whole.tracedCommand(lineOf(name, whole));
    whole.remove();
    expect([code, err.includes('erreur')]).toEqual([0, false]);
    const at = commands[name]?.at;
    const points = changesOf(calls).filter(({ call }) => at === undefined || at.includes(call));
    expect(points.length).toBeGreaterThan(3);
    const found: string[] = [];
    const worker = async (): Promise<void> => {
      for (let point = points.shift(); point !== undefined; point = points.shift())
        found.push(...(await hurt(name, point)));
    };
    await Promise.all([worker(), worker()]);
    expect(found).toEqual([]);
  },
  180_000,
);

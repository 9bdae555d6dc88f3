import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, createBundle, sha256, writeDocument } from '../../runner/effects/bundle.ts';
import { evidenceStore } from '../../runner/effects/evidence.ts';
import { createJournal } from '../../runner/effects/journal-file.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import { keySigner, type Signer } from '../../runner/effects/signer.ts';
import { collectSources, describeSources, keepSources } from '../../runner/effects/sources.ts';
import { canonicalJson } from '../../runner/journal/canonical.ts';
import { GENESIS, readJournal } from '../../runner/journal/chain.ts';
import type { Event, EventOf } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';
import type { Clock } from '../../runner/ports.ts';
import { allowedSignersLine } from '../../runner/seal/layout.ts';
import { sealBundle } from '../../runner/seal.ts';

/** The small runbook of the reference bundle. */
export const PLAN = `---
title: Essai
lang: fr
roles:
  pilote: { label: Pilote, holders: [bruno], sign: true }
  observateur: { label: Observatrice, holders: [chloe, dina] }
targets:
  sandbox: { mode: drill, embedded: true, label: Bac à sable }
---

# Essai

## Préparer

:::cell{#saluer effect=read}

Dire bonjour :

\`\`\`sh
echo bonjour
\`\`\`

:::

:::manual{#regarder role=pilote evidence=optional}

- [ ] Le salut a été vu

:::
`;

/** The folder in which everything of one test lies. */
export function workFolder(): string {
  return mkdtempSync(join(tmpdir(), 'reprise-verify-'));
}

/** Makes a key and its signer. */
export async function makeSigner(folder: string, principal: string, ephemeral = false): Promise<Signer> {
  const file = join(folder, `${principal}-${Math.random().toString(36).slice(2)}`);
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  return keySigner(principal, file, ephemeral);
}

/** Writes a list of signers to trust, as an auditor has it from elsewhere. */
export function trust(folder: string, ...signers: readonly Signer[]): string {
  const file = join(
    folder,
    `trusted-${signers.map(signer => sha256(signer.publicKey).slice(0, 8)).join('-')}`,
  );
  writeFileSync(file, signers.map(signer => allowedSignersLine(signer.principal, signer.publicKey)).join(''));
  return file;
}

function steppingClock(): Clock {
  let now = Date.parse('2026-01-01T00:00:00.000Z');
  return {
    now: () => {
      now += 1000;
      return new Date(now).toISOString();
    },
    monotonic: () => now,
    sleep: () => Promise.resolve(),
  };
}

/** The digest under which the small runbook's plan has a step. */
function codeOf(step: string): string {
  const { runbook } = readRunbook(PLAN, 'plan é.md');
  if (runbook === undefined) throw new Error('the small runbook is not one');
  const { instances } = planRunbook(runbook, { target: 'sandbox', inputs: {} });
  return instances.find(({ id }) => id === step)?.digest ?? '';
}

const by = { id: 'bruno', role: 'pilote' };
const empty = { bytes: 0, lines: 0, sha256: sha256('') };

const closed = { type: 'run-closed', outcome: 'passed', by } as const;

/** Events of a run of the small runbook, from its opening to its close. */
export function eventsOf(
  opening: Pick<EventOf<'run-opened'>, 'run' | 'files' | 'digest' | 'signer'>,
  evidence: Pick<EventOf<'evidence-attached'>, 'name' | 'file' | 'bytes' | 'sha256' | 'media'>,
  output: EventOf<'step-finished'>['output'] = empty,
): readonly Event[] {
  return [
    {
      type: 'run-opened',
      format: 1,
      title: 'Essai',
      lang: 'fr',
      runner: '0.1.0',
      node: 'v20.19.0',
      platform: 'linux x64',
      target: 'sandbox',
      mode: 'drill',
      embedded: true,
      dry: false,
      inputs: {},
      operator: by,
      voice: 'typed',
      t0: '2026-01-01T00:00:00.000Z',
      selection: {},
      ...opening,
    },
    { type: 'section-entered', slug: 'essai', title: 'Essai', depth: 1 },
    { type: 'section-entered', slug: 'préparer', title: 'Préparer', depth: 2 },
    { type: 'step-intended', step: 'saluer', attempt: 1, code: codeOf('saluer') },
    { type: 'step-started', step: 'saluer', attempt: 1, pid: 42 },
    { type: 'output-written', step: 'saluer', attempt: 1, stream: 'stdout', text: 'bonjour\n' },
    {
      type: 'step-finished',
      step: 'saluer',
      attempt: 1,
      outcome: 'passed',
      exports: {},
      output,
      duration: 12,
    },
    { type: 'manual-presented', step: 'regarder', role: 'pilote' },
    { type: 'item-confirmed', step: 'regarder', item: 0, by, voice: 'typed' },
    { type: 'evidence-attached', step: 'regarder', ...evidence, by },
    { type: 'step-confirmed', step: 'regarder', by, voice: 'typed' },
    closed,
  ];
}

/**
 * Performs nothing, but leaves on disk what a run of the small runbook leaves; closed, and not sealed yet. With `heir` it was
 * resumed by someone else before it closed.
 */
export async function makeClosedBundle(folder: string, signer: Signer, heir?: Signer): Promise<Bundle> {
  const desk = mkdtempSync(join(folder, 'desk-'));
  writeFileSync(join(desk, 'plan é.md'), PLAN);
  writeFileSync(join(desk, 'photo.png'), 'une image');
  const sources = await collectSources({ runbook: join(desk, 'plan é.md'), imports: [], runner: '0.1.0' });
  const bundle = createBundle(join(desk, 'runs'), '20260101-000000-abcdef');
  keepSources(bundle, sources.files);
  const long = 'bonjour\n'.repeat(1000);
  writeDocument(bundle, 'outputs/saluer-1.log', long);
  const output = { bytes: long.length, lines: 1000, file: 'outputs/saluer-1.log', sha256: sha256(long) };
  const evidence = await evidenceStore(bundle, createMasker()).keep(join(desk, 'photo.png'));
  const { principal, publicKey, ephemeral } = signer;
  const opening = {
    run: bundle.run,
    files: describeSources(sources.files),
    digest: sources.digest,
    signer: { principal, publicKey, ephemeral },
  };
  const journal = createJournal(join(bundle.directory, 'journal.jsonl'), steppingClock());
  const events = eventsOf(opening, evidence, output);
  journal.append(
    heir === undefined
      ? events
      : [...events.slice(0, -1), ...handedTo(heir), { ...closed, by: heirOf(heir) }],
    true,
  );
  journal.close();
  writeDocument(bundle, 'lock', '');
  return bundle;
}

const heirOf = ({ principal: id }: Signer) => ({ id, role: 'observateur' });

function handedTo(heir: Signer): readonly Event[] {
  const { principal, publicKey, ephemeral } = heir;
  const signer = { principal, publicKey, ephemeral };
  const operator = heirOf(heir);
  return [
    { type: 'run-handed-over', from: by, to: operator, voice: 'typed' },
    { type: 'run-resumed', operator, voice: 'typed', host: 'secours', runner: '0.1.0', signer },
  ];
}

/** A bundle as a run leaves it: closed and sealed. */
export async function makeBundle(folder: string, signer: Signer): Promise<Bundle> {
  const bundle = await makeClosedBundle(folder, signer);
  await sealBundle(bundle, signer);
  return bundle;
}

/** An event and when it happened, without its place in the chain. */
export type Timed = Event & { readonly at: string };

/** The lines of a journal whose events were changed, chained again. */
export function rechain(
  lines: readonly string[],
  change: (events: readonly Timed[]) => readonly Timed[],
): string[] {
  let prev = GENESIS;
  const { entries } = readJournal(Buffer.from(lines.join('')));
  const timed = entries.map(({ seq: _seq, prev: _prev, ...event }): Timed => event);
  return change(timed).map(({ at, ...event }, seq) => {
    // Not by what writes a journal, which refuses some of these.
    const line = `${canonicalJson({ ...event, seq, prev, at })}\n`;
    prev = sha256(line);
    return line;
  });
}

/** A copy of a bundle, to be tampered with. */
export function copyBundle(folder: string, bundle: Bundle): Bundle {
  const directory = join(mkdtempSync(join(folder, 'copy-')), bundle.run);
  cpSync(bundle.directory, directory, { recursive: true });
  return { directory, run: bundle.run };
}

/** A hand on a bundle's files. */
export function editing({ directory }: Bundle) {
  const at = (name: string): string => join(directory, name);
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(at(name), content);
  return {
    at,
    read,
    write,
    edit: (name: string, change: (text: string) => string): void => write(name, change(read(name))),
    lines: (change: (lines: string[]) => string[]): void => {
      const lines = read('journal.jsonl').split(/(?<=\n)/);
      write('journal.jsonl', change(lines).join(''));
    },
    remove: (name: string): void => rmSync(at(name), { recursive: true }),
  };
}

/** Makes a whole sealed bundle with a long journal: `node long-bundle.cjs RUNBOOK KEY DIRECTORY LINES`; prints its path. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createBundle, runId } from '../../runner/effects/bundle.ts';
import { systemClock } from '../../runner/effects/clock.ts';
import { createJournal } from '../../runner/effects/journal-file.ts';
import { keySigner, type Signer } from '../../runner/effects/signer.ts';
import { collectSources, describeSources, keepSources } from '../../runner/effects/sources.ts';
import type { Event } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import type { Instance } from '../../runner/plan/plan.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';
import { LAYOUT } from '../../runner/seal/layout.ts';
import { sealBundle } from '../../runner/seal.ts';

const [runbook = '', key = '', directory = '', lines = '0'] = process.argv.slice(2);
const person = { id: 'banc', role: 'pilote' };

async function make(): Promise<string> {
  const clock = systemClock();
  const run = runId(clock.now(), randomBytes(3));
  const sources = await collectSources({ runbook, imports: [], runner: '0.1.0' });
  const signer = await keySigner('banc', key);
  const bundle = createBundle(directory, run);
  keepSources(bundle, sources.files);
  const journal = createJournal(join(bundle.directory, LAYOUT.journal), clock);
  const files = describeSources(sources.files);
  journal.append([opening(run, clock.now(), signer, { files, digest: sources.digest })], true);
  journal.append(
    [{ type: 'section-entered', slug: 'banc-de-mesure', title: 'Banc de mesure', depth: 1 }],
    true,
  );
  for (const events of stepsOf(Number(lines) - 3)) journal.append(events, false);
  journal.append([{ type: 'run-closed', outcome: 'passed', by: person }], true);
  journal.close();
  await sealBundle(bundle, signer);
  return bundle.directory;
}

function opening(
  run: string,
  t0: string,
  { principal, publicKey, ephemeral }: Signer,
  source: Pick<Extract<Event, { type: 'run-opened' }>, 'files' | 'digest'>,
): Event {
  return {
    type: 'run-opened',
    format: 1,
    run,
    title: 'Banc de mesure',
    lang: 'fr',
    ...source,
    runner: '0.1.0',
    node: process.version,
    platform: 'linux-x64',
    target: 'banc',
    mode: 'drill',
    embedded: false,
    dry: false,
    inputs: {},
    operator: person,
    voice: 'typed',
    t0,
    signer: { principal, publicKey, ephemeral },
    selection: {},
  };
}

/** The steps of the runbook, each as chatty as its share of the lines. */
function* stepsOf(budget: number): Generator<Event[]> {
  const { runbook: read } = readRunbook(readFileSync(runbook, 'utf8'), basename(runbook));
  if (read === undefined) throw new Error(`${runbook} is not whole`);
  const { instances } = planRunbook(read, { target: 'banc', inputs: {} });
  for (const [index, instance] of instances.entries()) {
    const share =
      Math.floor(((index + 1) * budget) / instances.length) - Math.floor((index * budget) / instances.length);
    yield eventsOf(instance, share - 3);
  }
}

function eventsOf({ id: step, digest: code }: Instance, count: number): Event[] {
  const hash = createHash('sha256');
  let bytes = 0;
  const output = Array.from({ length: count }, (_, line): Event => {
    const text = `ligne ${line} : table restaurée « conventions »\n`;
    hash.update(text);
    bytes += Buffer.byteLength(text);
    return { type: 'output-written', step, attempt: 1, stream: 'stdout', text };
  });
  const sum = { bytes, lines: count, sha256: hash.digest('hex') };
  return [
    { type: 'step-intended', step, attempt: 1, code },
    { type: 'step-started', step, attempt: 1, pid: 4211 },
    ...output,
    { type: 'step-finished', step, attempt: 1, outcome: 'passed', exports: {}, output: sum, duration: count },
  ];
}

make().then(path => process.stdout.write(path));

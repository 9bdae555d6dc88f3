/*
 * The operator's act: a Plan is opened into a Session in a new bundle, or a journal replayed into one; the loop carries it
 * on; when it closes, the transcript is rendered and sealed. This is where the world is put together, and nothing else is.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { type Bundle, createBundle, openBundle, readDocument, runId } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { commitOf } from './effects/commit.ts';
import { createJournal, openJournal } from './effects/journal-file.ts';
import { lockRun } from './effects/lock.ts';
import { type Platform, type Preparation, preparePlatform } from './effects/platform.ts';
import type { Signer } from './effects/signer.ts';
import { bundledChanges } from './effects/source-changes.ts';
import { collectSources, describeSources, keepSources, type Sources } from './effects/sources.ts';
import { assembleWorld } from './effects/world.ts';
import { Fault } from './fault.ts';
import type { Entry, EventOf, Person, SourceFile, Voice } from './journal/event.ts';
import { loadRunbook } from './load.ts';
import { conduct } from './perform/conduct.ts';
import type { Plan } from './plan/plan.ts';
import { planRunbook } from './plan/plan-runbook.ts';
import { refuseUnsupported } from './plan/unsupported.ts';
import type { JournalWriter, Operator, RunSettings } from './ports.ts';
import { openingEntry } from './replay.ts';
import { LAYOUT } from './seal/layout.ts';
import { sealBundle } from './seal.ts';
import { apply, emptySession } from './session/apply.ts';
import { replay } from './session/replay.ts';
import { checkSelection } from './session/selection.ts';
import type { Selection, Session } from './session/session.ts';

/** Who operates, and how; made by the command line, which knows whether there is a terminal. */
export interface Helm {
  readonly person: Person;
  readonly voice: Voice;
  readonly settings: RunSettings;
  readonly preparation: Preparation;
  /** Makes the operator once the run is known. */
  readonly operator: (plan: Plan, opened: EventOf<'run-opened'>) => Operator;
  readonly signer: (run: string, plan: Plan) => Promise<Signer>;
}

/** A run to be started. `t0` is the declared decision to activate the plan, RFC 3339 UTC. */
export interface RunRequest {
  readonly plan: Plan;
  readonly helm: Helm;
  readonly runner: string;
  readonly runs: string;
  readonly t0?: string;
  readonly selection: Selection;
  readonly answers?: string;
}

/** What a run came to. */
export interface RunReport {
  readonly bundle: Bundle;
  readonly session: Session;
  readonly sealed: boolean;
}

/** Opens a run in a new bundle and carries it as far as it goes. */
export async function startRun(request: RunRequest): Promise<RunReport> {
  const { plan, helm } = request;
  refuseUnsupported(plan);
  checkSelection(plan, request.selection);
  const clock = systemClock();
  const run = runId(clock.now(), randomBytes(3));
  const sources = await collectSources(sourcesOf(request));
  const platform = await preparePlatform(plan, run, helm.preparation);
  try {
    const signer = await helm.signer(run, plan);
    const bundle = createBundle(request.runs, run);
    keepSources(bundle, sources.files);
    const lock = await lockRun(bundle.directory);
    const journal = createJournal(join(bundle.directory, LAYOUT.journal), clock);
    const opening = openingOf(request, { run, now: clock.now(), sources, signer });
    const [opened] = journal.append([opening], true);
    if (opened === undefined) throw new Error('the journal did not return the entry that it was given');
    const session = apply(emptySession(plan), opened);
    return await carryOn({
      plan,
      helm,
      platform,
      bundle,
      journal,
      lock,
      signer,
      session,
      opened: opening,
      news: [opened],
    });
  } finally {
    await platform.close();
  }
}

/** A run to be gone on with. */
export interface ResumeRequest {
  readonly path: string;
  readonly helm: (plan: Plan, opened: EventOf<'run-opened'>) => Promise<Helm>;
  readonly runner: string;
  readonly acceptChanges: boolean;
}

/** Replays a run's journal and carries it on from there. Faults: `run-closed`, `run-locked`, `runner-changed`, `source-changed`. */
export async function resumeRun(request: ResumeRequest): Promise<RunReport> {
  const clock = systemClock();
  const bundle = openBundle(request.path);
  const lock = await lockRun(bundle.directory);
  const { writer, entries } = openJournal(join(bundle.directory, LAYOUT.journal), clock);
  const opened = openingEntry(entries);
  const plan = await planOfBundle(bundle, opened);
  const before = replay(plan, entries);
  const helm = await request.helm(plan, opened);
  if (before.status === 'closed') return await sealClosed({ plan, helm, bundle, lock, session: before });
  const accepted = changesOf(bundle, opened, request);
  const platform = await preparePlatform(plan, before.run, helm.preparation);
  try {
    const signer = await helm.signer(before.run, plan);
    const { principal, publicKey, ephemeral } = signer;
    const resumed = {
      type: 'run-resumed',
      operator: helm.person,
      voice: helm.voice,
      host: hostname(),
      runner: request.runner,
      signer: { principal, publicKey, ephemeral },
    } as const;
    const news = writer.append([...accepted, resumed], true);
    const session = news.reduce(apply, before);
    return await carryOn({
      plan,
      helm,
      platform,
      bundle,
      journal: writer,
      lock,
      signer,
      session,
      opened,
      news,
    });
  } finally {
    await platform.close();
  }
}

/** A crash may have come between the closing of a run and its seal: what is missing is then made from what lies on disk. */
async function sealClosed(
  closed: Pick<Voyage, 'plan' | 'helm' | 'bundle' | 'lock' | 'session'>,
): Promise<RunReport> {
  const { plan, helm, bundle, lock, session } = closed;
  try {
    if (readDocument(bundle, LAYOUT.statement) !== undefined)
      throw new Fault('run-closed', { run: session.run });
    await sealBundle(bundle, await helm.signer(session.run, plan));
    return { bundle, session, sealed: true };
  } finally {
    lock.release();
  }
}

interface Voyage {
  readonly plan: Plan;
  readonly helm: Helm;
  readonly platform: Platform;
  readonly bundle: Bundle;
  readonly journal: JournalWriter;
  readonly lock: { readonly fd: number; release(): void };
  readonly signer: Signer;
  readonly session: Session;
  readonly opened: EventOf<'run-opened'>;
  /** What was appended before there was an operator to tell. */
  readonly news: readonly Entry[];
}

async function carryOn(voyage: Voyage): Promise<RunReport> {
  const { plan, helm, bundle, journal, lock, signer, session, opened, platform } = voyage;
  const operator = helm.operator(plan, opened);
  for (const entry of voyage.news) operator.told(entry);
  const clock = systemClock();
  const { world, close } = assembleWorld({ plan, bundle, platform, clock, journal, operator, lock: lock.fd });
  try {
    const end = await conduct(session, world, helm.settings);
    const sealed = end.status === 'closed';
    if (sealed) await sealBundle(bundle, signer);
    return { bundle, session: end, sealed };
  } finally {
    await close();
    lock.release();
  }
}

function sourcesOf({ plan, runner, answers }: RunRequest) {
  const imports = [...plan.runbook.steps.values()].flatMap(step => ('imports' in step ? step.imports : []));
  const files = imports.flatMap(each => (each.from === 'file' ? [each.path] : []));
  return {
    runbook: plan.runbook.file,
    imports: files,
    runner,
    ...(answers === undefined ? {} : { answers }),
  };
}

interface Opening {
  readonly run: string;
  readonly now: string;
  readonly sources: Sources;
  readonly signer: Signer;
}

function openingOf(request: RunRequest, { run, now, sources, signer }: Opening): EventOf<'run-opened'> {
  const { plan, helm, runner, selection } = request;
  const { principal, publicKey, ephemeral } = signer;
  const commit = commitOf(dirname(plan.runbook.file));
  return {
    type: 'run-opened',
    format: 1,
    run,
    title: plan.runbook.front.title,
    lang: plan.runbook.front.lang,
    files: describeSources(sources.files),
    digest: sources.digest,
    runner,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    target: plan.target.name,
    mode: plan.target.mode,
    embedded: plan.target.embedded,
    dry: false,
    inputs: plan.inputs,
    operator: helm.person,
    voice: helm.voice,
    t0: request.t0 ?? now,
    signer: { principal, publicKey, ephemeral },
    ...(commit === undefined ? {} : { commit }),
    selection,
  };
}

/** The path of a run's own copy of its runbook. */
export function runbookOf(bundle: Bundle, files: readonly SourceFile[]): string {
  const runbook = files.find(file => file.role === 'runbook');
  if (runbook === undefined) throw new Fault('journal-corrupt', { line: 1, problem: 'files' });
  return join(bundle.directory, LAYOUT.source, runbook.path);
}

/** The plan that a run was opened with, from the bundle's own copy of the source. */
export async function planOfBundle(bundle: Bundle, opened: EventOf<'run-opened'>): Promise<Plan> {
  const path = runbookOf(bundle, opened.files);
  const { runbook, diagnostics } = await loadRunbook(path);
  if (runbook === undefined)
    throw new Fault('transcript-source-invalid', { file: path, count: diagnostics.length });
  return planRunbook(runbook, { target: opened.target, inputs: opened.inputs });
}

function changesOf(bundle: Bundle, opened: EventOf<'run-opened'>, request: ResumeRequest) {
  const changed = bundledChanges(bundle, opened);
  if (changed.length > 0) throw new Fault('source-changed', { files: changed.join(', ') });
  if (opened.runner === request.runner) return [];
  if (!request.acceptChanges) throw new Fault('runner-changed', { was: opened.runner, is: request.runner });
  const { files, digest } = opened;
  const diff = `runner: ${opened.runner} → ${request.runner}`;
  return [{ type: 'change-accepted', by: opened.operator, files, digest, diff } as const];
}

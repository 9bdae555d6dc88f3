/*
 * The operator's act: a Plan is opened into a Session in a new bundle, and carried as far as it goes. Its probes are asked
 * first; what they answer is the value of an input that nobody gave.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import { createBundle, runId } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { commitOf } from './effects/commit.ts';
import { createJournal } from './effects/journal-file.ts';
import { lockRun } from './effects/lock.ts';
import { maskedJournal } from './effects/masked-record.ts';
import { type Platform, preparePlatform } from './effects/platform.ts';
import { askProbes, type ProbeAnswer } from './effects/probes.ts';
import { checkSpace, reserveIn } from './effects/reserve.ts';
import { refuseSecretAnswers, refuseWrittenSecrets } from './effects/secret-sources.ts';
import type { Signer } from './effects/signer.ts';
import { collectSources, describeSources, keepSources, type Sources } from './effects/sources.ts';
import { authorityOf, requireOpenssl } from './effects/timestamp.ts';
import { Fault } from './fault.ts';
import type { Entry, Event, EventOf } from './journal/event.ts';
import { importedPaths } from './model/imports.ts';
import type { Json } from './model/runbook.ts';
import { carryOn, describeSigner, type Helm, type RunReport, requireList, timeStampsOf } from './open-run.ts';
import { stampEvent } from './perform/time-stamp.ts';
import type { Plan } from './plan/plan.ts';
import { planRunbook } from './plan/plan-runbook.ts';
import type { JournalWriter, TimeStamps } from './ports.ts';
import { LAYOUT } from './seal/layout.ts';
import { apply, emptySession } from './session/apply.ts';
import { checkSelection } from './session/selection.ts';
import type { Selection } from './session/session.ts';

/** A run to be started. `t0` is the declared decision to activate the plan, RFC 3339 UTC. */
export interface RunRequest {
  readonly plan: Plan;
  /** Values of inputs that somebody gave; a probe does not overrule them. */
  readonly given: Readonly<Record<string, Json>>;
  readonly helm: Helm;
  readonly runner: string;
  readonly runs: string;
  readonly t0?: string;
  readonly selection: Selection;
  readonly answers?: string;
  /** Whether the cells are to be taken back once all is done. */
  readonly undo: boolean;
}

/** Opens a run in a new bundle and carries it as far as it goes. Faults before the opening leave nothing behind. */
export async function startRun(request: RunRequest): Promise<RunReport> {
  const { helm, undo } = request;
  checkSelection(request.plan, request.selection);
  requireList({ ...emptySession(request.plan), selection: request.selection }, helm);
  checkSpace(request.runs);
  if (authorityOf(request.plan.target, process.env) !== undefined) await requireOpenssl();
  if (undo && request.plan.target.mode === 'real') throw new Fault('undo-in-real', { run: '' });
  const clock = systemClock();
  const run = runId(clock.now(), randomBytes(3));
  const sources = await collectSources(sourcesOf(request));
  refuseSecretAnswers(request.plan, sources.files);
  const platform = await preparePlatform(request.plan, run, helm.preparation);
  try {
    const { plan, probed } = await probePlan(request, platform);
    refuseWrittenSecrets({ files: sources.files, inputs: plan.inputs }, platform.masker);
    const signer = await helm.signer(run, plan);
    const bundle = createBundle(request.runs, run);
    keepSources(bundle, sources.files);
    const lock = await lockRun(bundle.directory);
    const reserve = reserveIn(bundle.directory);
    reserve.keep();
    const journal = createJournal(join(bundle.directory, LAYOUT.journal), clock, reserve);
    const origin = relative(bundle.directory, resolve(plan.runbook.file));
    const opened = openingOf({ ...request, plan }, { run, now: clock.now(), sources, signer, origin });
    const teardown: Event = { type: 'teardown-asked', scope: 'end', by: helm.person, voice: helm.voice };
    const after = [...probed, ...(undo ? [teardown] : [])];
    const masked = maskedJournal(journal, platform.masker);
    const news = await openJournaled(masked, opened, after, timeStampsOf(plan, bundle));
    const session = news.reduce(apply, emptySession(plan));
    return await carryOn({
      plan,
      helm,
      platform,
      bundle,
      journal,
      reserve,
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

/**
 * Writes the opening and what follows it. Where an authority is configured the opening is stamped first: the answer, which
 * nobody can foresee, stands in the next line, so that all the others were provably written later.
 */
async function openJournaled(
  journal: JournalWriter,
  opened: Event,
  after: readonly Event[],
  timeStamps: TimeStamps | undefined,
): Promise<readonly Entry[]> {
  if (timeStamps === undefined) return journal.append([opened, ...after], true);
  const opening = journal.append([opened], true);
  const stamped = await stampEvent(timeStamps, 'start', journal.head);
  return [...opening, ...journal.append([stamped, ...after], true)];
}

/** The plan with the answers of its probes for inputs that nobody gave, and the events that say so. */
async function probePlan(
  { plan, given }: RunRequest,
  platform: Platform,
): Promise<{ readonly plan: Plan; readonly probed: readonly Event[] }> {
  const fixed = { ...plan.target.inputs, ...given };
  const answers = await askProbes(plan, platform, fixed);
  const isUsed = ({ input }: ProbeAnswer) => !Object.hasOwn(fixed, input);
  const probed = answers.map(each => ({ type: 'input-probed', ...each, used: isUsed(each) }) as const);
  return { plan: withAnswers(plan, given, answers.filter(isUsed)), probed };
}

/** A plan in which the answers of probes stand for inputs that nobody gave. */
export function withAnswers(
  plan: Plan,
  given: Readonly<Record<string, Json>>,
  answers: readonly ProbeAnswer[],
): Plan {
  if (answers.length === 0) return plan;
  const probed = Object.fromEntries(answers.map(({ input, answer }) => [input, answer]));
  return planRunbook(plan.runbook, { target: plan.target.name, inputs: { ...probed, ...given } });
}

function sourcesOf({ plan, runner, answers }: RunRequest) {
  const imports = [...plan.runbook.steps.values()].flatMap(importedPaths);
  const beside = answers === undefined ? {} : { answers };
  return { runbook: plan.runbook.file, imports, runner, ...beside };
}

interface Opening {
  readonly run: string;
  readonly now: string;
  readonly sources: Sources;
  readonly signer: Signer;
  readonly origin: string;
}

function openingOf(
  request: RunRequest,
  { run, now, sources, signer, origin }: Opening,
): EventOf<'run-opened'> {
  const { plan, helm, runner, selection } = request;
  const { faults = [] } = helm.preparation;
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
    signer: describeSigner(signer),
    ...(commit === undefined ? {} : { commit }),
    origin,
    selection,
    ...(faults.length === 0 ? {} : { faults }),
  };
}

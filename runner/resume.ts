/*
 * Resume is replay: a journal leads to a session, and the loop goes on from there, with the source that lies in the bundle.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Bundle, openBundle, readDocument } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { openJournal } from './effects/journal-file.ts';
import { lockRun } from './effects/lock.ts';
import { maskedJournal } from './effects/masked-record.ts';
import { preparePlatform } from './effects/platform.ts';
import { checkSpace, reserveIn } from './effects/reserve.ts';
import { bundledChanges, originChanges } from './effects/source-changes.ts';
import { openSourceRoot } from './effects/source-copy.ts';
import { Fault } from './fault.ts';
import type { Entry, Event, EventOf, Person, SourceFile } from './journal/event.ts';
import { loadRunbook } from './load.ts';
import { carryOn, describeSigner, type Helm, type OpenRun, type RunReport, requireList } from './open-run.ts';
import type { Plan } from './plan/plan.ts';
import { planRunbook } from './plan/plan-runbook.ts';
import { illegalJournal, openingEntry } from './replay.ts';
import { LAYOUT } from './seal/layout.ts';
import { sealBundle } from './seal.ts';
import { apply } from './session/apply.ts';
import { firstIllegality } from './session/legality.ts';
import { replay } from './session/replay.ts';
import type { Session } from './session/session.ts';
import { undoSealed } from './undo-sealed.ts';

/** A run to be gone on with. */
export interface ResumeRequest {
  readonly path: string;
  /** `last` is who operated the run when it stopped, and operates it still unless somebody else is named. */
  readonly helm: (plan: Plan, opened: EventOf<'run-opened'>, last: Person | undefined) => Promise<Helm>;
  readonly runner: string;
  readonly acceptChanges: boolean;
  /** Whether its cells are to be taken back now, and what was not begun left out. */
  readonly undo: boolean;
}

type Resumed = Pick<OpenRun, 'plan' | 'bundle' | 'lock' | 'reserve' | 'journal' | 'opened' | 'copied'> & {
  readonly entries: readonly Entry[];
};

/**
 * Replays a run's journal and carries it on from there. Faults: `run-closed`, `run-locked`, `journal-illegal`, `runner-changed`,
 * `source-changed`, `origin-changed`, `undo-in-real`, and those of the platform; nothing is appended before they are known.
 */
export async function resumeRun(request: ResumeRequest): Promise<RunReport> {
  const bundle = openBundle(request.path);
  const lock = await lockRun(bundle.directory);
  checkSpace(bundle.directory);
  const reserve = reserveIn(bundle.directory);
  const { writer, entries } = openJournal(join(bundle.directory, LAYOUT.journal), systemClock(), reserve);
  const opened = openingEntry(entries);
  const { root, copied, close } = openSourceRoot(bundle, opened);
  try {
    const plan = await planIn(root, opened);
    return await resumePlanned(request, {
      plan,
      bundle,
      lock,
      reserve,
      journal: writer,
      opened,
      copied,
      entries,
    });
  } finally {
    close();
  }
}

async function resumePlanned(request: ResumeRequest, run: Resumed): Promise<RunReport> {
  const { plan, bundle, lock, reserve, journal, opened, copied, entries } = run;
  const illegality = firstIllegality(plan, entries);
  if (illegality !== undefined) throw illegalJournal(illegality);
  const before = replay(plan, entries);
  const helm = await request.helm(plan, opened, before.operator);
  if (before.status === 'closed' && request.undo && isSealed(bundle))
    return await undoSealed({ ...run, helm, runner: request.runner });
  if (before.status === 'closed')
    return await sealClosed({ plan, helm, bundle, lock, reserve, session: before });
  if (request.undo && before.mode === 'real') throw new Fault('undo-in-real', { run: before.run });
  if (!request.undo) requireList(before, helm);
  const accepted = changesOf(bundle, opened, { ...request, by: helm.person });
  const platform = await preparePlatform(plan, before.run, helm.preparation);
  try {
    reserve.keep();
    const signer = await helm.signer(before.run, plan);
    const { person: operator, voice } = helm;
    const host = hostname();
    const { runner } = request;
    const { faults = [] } = helm.preparation;
    const resumed: Event = {
      type: 'run-resumed',
      operator,
      voice,
      host,
      runner,
      signer: describeSigner(signer),
      ...(faults.length === 0 ? {} : { faults }),
    };
    const teardown: Event = { type: 'teardown-asked', scope: 'now', by: operator, voice };
    const handover = handoverTo(helm, before);
    const begins = [...accepted, ...handover, resumed, ...(request.undo ? [teardown] : [])];
    const news = maskedJournal(journal, platform.masker).append(begins, true);
    const session = news.reduce(apply, before);
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
      copied,
      news,
    });
  } finally {
    await platform.close();
  }
}

/** Another person than the last one takes the run over, which is said before it goes on. */
function handoverTo({ person: to, voice }: Helm, { operator: from }: Session): readonly Event[] {
  return from === undefined || from.id === to.id ? [] : [{ type: 'run-handed-over', from, to, voice }];
}

function isSealed(bundle: Bundle): boolean {
  return readDocument(bundle, LAYOUT.statement) !== undefined;
}

/** A crash may have come between the closing of a run and its seal: what is missing is then made from what lies on disk. */
async function sealClosed(
  closed: Pick<OpenRun, 'plan' | 'helm' | 'bundle' | 'lock' | 'reserve' | 'session'>,
): Promise<RunReport> {
  const { plan, helm, bundle, lock, reserve, session } = closed;
  try {
    reserve.release();
    if (isSealed(bundle)) throw new Fault('run-closed', { run: session.run });
    await sealBundle(bundle, await helm.signer(session.run, plan));
    return { bundle, session, sealed: true };
  } finally {
    lock.release();
  }
}

/** The plan that a run was opened with, read from the folder of its sources. */
async function planIn(root: string, opened: EventOf<'run-opened'>): Promise<Plan> {
  const path = join(root, runbookOf(opened.files));
  const { runbook, diagnostics } = await loadRunbook(path);
  if (runbook !== undefined) return planRunbook(runbook, { target: opened.target, inputs: opened.inputs });
  throw new Fault('transcript-source-invalid', { file: path, count: diagnostics.length });
}

function runbookOf(files: readonly SourceFile[]): string {
  const runbook = files.find(file => file.role === 'runbook');
  if (runbook === undefined) throw new Fault('journal-corrupt', { path: '', line: 1, problem: 'files' });
  return runbook.path;
}

/** What is accepted of what changed since the run was opened: the run itself goes on with what it was opened with. */
function changesOf(
  bundle: Bundle,
  opened: EventOf<'run-opened'>,
  request: Pick<ResumeRequest, 'runner' | 'acceptChanges'> & { readonly by: Person },
): readonly Event[] {
  const changed = bundledChanges(bundle, opened);
  if (changed.length > 0) throw new Fault('source-changed', { files: changed.join(', ') });
  const origin = originChanges(bundle, opened);
  const runner = opened.runner === request.runner ? [] : [`runner: ${opened.runner} → ${request.runner}`];
  if (runner.length > 0 && !request.acceptChanges)
    throw new Fault('runner-changed', { was: opened.runner, is: request.runner });
  if (origin.length > 0 && !request.acceptChanges)
    throw new Fault('origin-changed', { files: origin.map(({ path }) => path).join(', ') });
  const diff = [...runner, ...origin.map(change => change.diff)].join('\n');
  const { files, digest } = opened;
  return diff === '' ? [] : [{ type: 'change-accepted', by: request.by, files, digest, diff }];
}

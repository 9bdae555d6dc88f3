/*
 * What starting and resuming a run have in common: the world is put together, the loop carries the session on, and a run
 * that closed is rendered and sealed. Whoever brings a lock here has it released here.
 */
import type { Bundle } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { knownSources } from './effects/known-sources.ts';
import { maskedFault } from './effects/masked-record.ts';
import type { Relay } from './effects/operator/relay.ts';
import type { Platform, Preparation } from './effects/platform.ts';
import type { Reserve } from './effects/reserve.ts';
import type { Signer } from './effects/signer.ts';
import { authorityOf, timeStampsBy } from './effects/timestamp.ts';
import { assembleWorld } from './effects/world.ts';
import { Fault } from './fault.ts';
import type { Entry, EventOf, Person, Voice } from './journal/event.ts';
import { receiveAdditions } from './live-additions.ts';
import { conduct } from './perform/conduct.ts';
import type { Plan } from './plan/plan.ts';
import type { Approvals, JournalWriter, Operator, RunSettings, TimeStamps } from './ports.ts';
import { sealBundle } from './seal.ts';
import { approvalsDue } from './session/approval.ts';
import type { Session } from './session/session.ts';

/** Who operates, and how; made by the command line, which knows whether there is a terminal. */
export interface Helm {
  readonly person: Person;
  readonly voice: Voice;
  readonly settings: RunSettings;
  readonly preparation: Preparation;
  /** Makes the operator once the run is known; `abandoned` is called when a question was left without an answer (Ctrl-C). */
  readonly operator: (plan: Plan, opened: EventOf<'run-opened'>, abandoned?: () => void) => Operator;
  /** By which the operator's questions reach who joins, once the terminal is gone; absent without a terminal. */
  readonly relay?: Relay;
  readonly signer: (run: string, plan: Plan) => Promise<Signer>;
  /** Checks approvals against the list of trusted signers that was given; absent when there is none. */
  readonly approvals?: Approvals;
}

/** What a run came to. */
export interface RunReport {
  readonly bundle: Bundle;
  readonly session: Session;
  readonly sealed: boolean;
}

/** A run that is open, and all that it takes to go on with it. */
export interface OpenRun {
  readonly plan: Plan;
  readonly helm: Helm;
  readonly platform: Platform;
  readonly bundle: Bundle;
  readonly journal: JournalWriter;
  readonly reserve: Reserve;
  readonly lock: { readonly fd: number; release(): void };
  readonly signer: Signer;
  readonly session: Session;
  readonly opened: EventOf<'run-opened'>;
  /** The private copy of its sources in which its cells work, where the folder of the opening is not to be had. */
  readonly copied?: string | undefined;
  /** Seals what was closed, when that is not the run itself. */
  readonly seal?: () => Promise<void>;
  /** What was appended before there was an operator to tell. */
  readonly news: readonly Entry[];
}

/** Carries a run as far as it goes, and seals it when it is closed. */
export async function carryOn(run: OpenRun): Promise<RunReport> {
  const { plan, helm, bundle, journal, lock, signer, session, opened, platform } = run;
  const operator = helm.operator(plan, opened);
  for (const entry of run.news) operator.told(entry);
  const clock = systemClock();
  const sources = knownSources(plan.runbook.file, opened.files);
  const { approvals } = helm;
  const timeStamps = timeStampsOf(plan, bundle);
  const { masker } = platform;
  const count = (run.news.at(-1)?.seq ?? -1) + 1;
  const { relay } = helm;
  const reception = await receiveAdditions({ bundle, plan, masker, journal, count, relay });
  const parts = {
    plan,
    bundle,
    platform,
    clock,
    journal: reception.journal,
    operator,
    approvals,
    timeStamps,
    sources,
    copied: run.copied,
    lock: lock.fd,
  };
  const { world, close } = assembleWorld(parts);
  try {
    const end = await conduct(session, world, helm.settings);
    const sealed = end.status === 'closed';
    if (!sealed && journal.isLow === true) throw new Fault('journal-full', {}, 'recorded');
    if (sealed) {
      run.reserve.release();
      await (run.seal ?? (() => sealBundle(bundle, signer)))();
    }
    return { bundle, session: end, sealed };
  } catch (error) {
    throw maskedFault(error, platform.masker);
  } finally {
    await reception.door.close();
    await close();
    lock.release();
  }
}

/** The authority that stamps a run of this plan, keeping what it answers in the bundle; nothing when none is configured. */
export function timeStampsOf({ target }: Plan, bundle: Bundle): TimeStamps | undefined {
  const authority = authorityOf(target, process.env);
  return authority === undefined ? undefined : timeStampsBy(authority, bundle);
}

/** Refuses to begin what nobody will be able to approve: the fault `approvals-need-list`. */
export function requireList(session: Session, { voice, approvals }: Helm): void {
  if (voice === 'scripted' || approvals !== undefined || !approvalsDue(session)) return;
  throw new Fault('approvals-need-list', {});
}

/** The members of a signer that the journal records. */
export function describeSigner({ principal, publicKey, ephemeral }: Signer): EventOf<'run-opened'>['signer'] {
  return { principal, publicKey, ephemeral };
}

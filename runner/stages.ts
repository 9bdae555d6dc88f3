/*
 * The pure stages that sealing and verifying go through, as one value: tests and later versions pass others, and the two acts
 * cannot drift apart.
 */
import type { Entry } from './journal/event.ts';
import { readRunbook } from './model/build.ts';
import { planRunbook } from './plan/plan-runbook.ts';
import { type RequiredSigner, requiredSignersOf } from './seal/statement.ts';
import { clockSetBack, firstIllegality, firstIllegalityAdded, type Illegality } from './session/legality.ts';
import { renderAddendum } from './transcript/addendum.ts';
import { stripAnnotations } from './transcript/strip.ts';
import { RENDERER, renderTranscript, type Transcript } from './transcript/transcript.ts';

/** What a run is rendered and replayed from. `file` is the runbook's path under `source/`. */
export interface RunRecord {
  readonly source: string;
  readonly file: string;
  readonly entries: readonly Entry[];
}

/** What going through a journal comes to. */
export interface Replayed {
  readonly requiredSigners: readonly RequiredSigner[];
  /** The first entry that no run of this source can have written. */
  readonly illegality: Illegality | undefined;
  /** Ids of everybody who holds a role. */
  readonly holders: readonly string[];
  /** Lines (from 1) whose time lies before that of the line above. */
  readonly clockSetBack: readonly number[];
}

/** The stages. Each throws when source and journal do not belong together. */
export interface Stages {
  /** Version of `render`; the output of another one cannot be compared. */
  readonly renderer: string;
  render(record: RunRecord): Transcript;
  /** Renders an addendum to a run, in Markdown. */
  renderAddendum(record: RunRecord, entries: readonly Entry[]): string;
  /** The first of the entries `added` to a run that cannot follow; earlier addenda stand among those of the record. */
  replayAddendum(record: RunRecord, added: readonly Entry[]): Illegality | undefined;
  /** Takes the annotations out of a transcript in Markdown. */
  strip(markdown: string): string;
  /** Goes through the journal as a resume would; says whether a run can have written it, and who must sign. */
  replay(record: RunRecord): Replayed;
}

/** The stages of this version. */
export const stages: Stages = {
  renderer: RENDERER,
  render: renderTranscript,
  renderAddendum,
  replayAddendum: replayAdded,
  strip: stripAnnotations,
  replay: replayRun,
};

function replayAdded(record: RunRecord, added: readonly Entry[]): Illegality | undefined {
  return firstIllegalityAdded(planOf(record).plan, record.entries, added);
}

function planOf({ source, file, entries }: RunRecord) {
  const [opened] = entries;
  const { runbook, diagnostics } = readRunbook(source, file);
  if (opened?.type !== 'run-opened') throw new Error('the journal does not open a run');
  if (runbook === undefined) throw new Error(`the source has ${diagnostics.length} diagnostics`);
  const { target, inputs } = opened;
  return { runbook, plan: planRunbook(runbook, { target, inputs }) };
}

function replayRun(record: RunRecord): Replayed {
  const { entries } = record;
  const { runbook, plan } = planOf(record);
  return {
    requiredSigners: requiredSignersOf(runbook.front.roles),
    holders: [...runbook.front.roles.values()].flatMap(role => role.holders),
    illegality: firstIllegality(plan, entries),
    clockSetBack: clockSetBack(entries),
  };
}

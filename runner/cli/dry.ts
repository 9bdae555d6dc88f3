import type { Lang } from '../diagnostic.ts';
import { systemClock } from '../effects/clock.ts';
import { memoryJournal } from '../effects/memory-journal.ts';
import { conduct } from '../perform/conduct.ts';
import type { Plan } from '../plan/plan.ts';
import type { World } from '../ports.ts';
import { apply, emptySession } from '../session/apply.ts';
import { checkSelection } from '../session/selection.ts';
import type { Selection } from '../session/session.ts';
import { renderTranscript } from '../transcript/transcript.ts';
import type { Invocation } from './arguments.ts';
import { textOption } from './arguments.ts';
import { exitCode } from './exit-code.ts';
import { helmWords } from './helm-words.ts';
import { version } from './version.ts';

interface Dry {
  readonly plan: Plan;
  readonly selection: Selection;
  readonly lang: Lang;
}

/** `run --dry`: goes through the plan in memory, touching nothing, and prints the transcript that says so. */
export async function performDry(invocation: Invocation, { plan, selection, lang }: Dry): Promise<number> {
  checkSelection(plan, selection);
  const clock = systemClock();
  const journal = memoryJournal(clock);
  const id = textOption(invocation, 'as') ?? 'dry';
  const [opened] = journal.append([openingOf(plan, selection, id, clock.now())], false);
  if (opened === undefined) throw new Error('the journal did not return the entry that it was given');
  const world = dryWorld(journal);
  await conduct(apply(emptySession(plan), opened), world, { mode: plan.target.mode, pace: 'auto' });
  const { source, file } = plan.runbook;
  process.stdout.write(renderTranscript({ source, file, entries: journal.entries }).markdown);
  process.stderr.write(`${helmWords[lang].dry}\n`);
  return exitCode.success;
}

function openingOf(plan: Plan, selection: Selection, id: string, now: string) {
  const { title, lang } = plan.runbook.front;
  const { name, mode } = plan.target;
  return {
    type: 'run-opened',
    format: 1,
    run: 'dry',
    title,
    lang,
    files: [],
    digest: '0'.repeat(64),
    runner: version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    target: name,
    mode,
    embedded: plan.target.embedded,
    dry: true,
    inputs: plan.inputs,
    operator: { id },
    voice: 'typed',
    t0: now,
    signer: { principal: id, publicKey: '', ephemeral: true },
    selection,
  } as const;
}

/** A world in which nothing can be done: a dry run that asked anything of it would be a bug. */
function dryWorld(journal: World['journal']): World {
  const nothing = (): never => {
    throw new Error('a dry run acts on nothing');
  };
  return {
    clock: systemClock(),
    journal,
    executorOf: nothing,
    resources: { inspect: nothing, claim: nothing },
    operator: { ask: nothing, told: () => {} },
    evidence: { keep: nothing },
    interrupted: () => false,
  };
}

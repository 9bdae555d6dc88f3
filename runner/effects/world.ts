import type { Plan } from '../plan/plan.ts';
import type { Approvals, Clock, JournalWriter, Operator, TimeStamps, World } from '../ports.ts';
import type { Bundle } from './bundle.ts';
import { evidenceStore } from './evidence.ts';
import { createExecutors } from './executors.ts';
import { watchHangUp } from './hang-up.ts';
import { maskedJournal, registeringOperator } from './masked-record.ts';
import type { Platform } from './platform.ts';
import { programPath } from './programs.ts';
import { createResources } from './resources/resources.ts';

/** What the real world is put together from. */
export interface Parts {
  readonly plan: Plan;
  readonly bundle: Bundle;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly journal: JournalWriter;
  readonly operator: Operator;
  readonly approvals?: Approvals | undefined;
  readonly timeStamps?: TimeStamps | undefined;
  /** The files that cells may import, by absolute path, with their sha256. */
  readonly sources: Readonly<Record<string, string>>;
  /** The private copy of the sources in which cells work, if they do in one. */
  readonly copied?: string | undefined;
  /** Descriptor of the lock, which every child holds open. */
  readonly lock: number;
}

/** The real world, and how to leave it. */
export interface RealWorld {
  readonly world: World;
  close(): Promise<void>;
}

/** Puts the world together: Ctrl-C kills the step under way and lets the loop pause, a hang-up does not. */
export function assembleWorld(parts: Parts): RealWorld {
  const { plan, bundle, platform, clock, journal, operator, lock } = parts;
  const { resources, secrets, masker, environment } = platform;
  const executors = createExecutors({
    runbook: plan.runbook.file,
    bundle: bundle.directory,
    resources,
    secrets,
    masker,
    environment,
    sources: parts.sources,
    copied: parts.copied,
    heldDescriptors: [lock],
    kernel: programPath('kernel.mjs'),
  });
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    executors.interrupt();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  watchHangUp();
  const world: World = {
    clock,
    journal: maskedJournal(journal, masker),
    executorOf: branch => executors.of(branch),
    resources: createResources(resources),
    operator: registeringOperator(operator, masker),
    evidence: evidenceStore(bundle, masker),
    ...(parts.timeStamps === undefined ? {} : { timeStamps: parts.timeStamps }),
    ...(parts.approvals === undefined ? {} : { approvals: parts.approvals }),
    interrupted: () => isInterrupted || journal.isLow === true,
  };
  const close = async (): Promise<void> => {
    for (const signal of signals) process.off(signal, interrupt);
    await executors.close();
  };
  return { world, close };
}

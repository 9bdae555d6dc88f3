import type { Lang } from '../diagnostic.ts';
import type { Entry, EventOf } from '../journal/event.ts';
import type { Plan } from '../plan/plan.ts';
import { progressContext, progressPrinter, sayTimeLeft } from '../report/progress.ts';

/** How the progress of a run is shown. */
export interface Progress {
  readonly told: (entry: Entry) => void;
  /** Time left against the objective, in words. */
  readonly left: () => string | undefined;
}

/** What progress is shown of. */
export interface ProgressRequest {
  readonly plan: Plan;
  readonly opened: EventOf<'run-opened'>;
  readonly lang: Lang;
  readonly isJson: boolean;
  /** Whether a person at this terminal is asked for approvals, and so shown the challenge. */
  readonly isAsked?: boolean;
}

/** Shows each entry on standard output, as a line for people or as JSON. A closed output stops nothing. */
export function createProgress({ plan, opened, lang, isJson, isAsked }: ProgressRequest): Progress {
  const context = progressContext(plan, opened.t0);
  const print = isJson
    ? (entry: Entry) => `${JSON.stringify(entry)}\n`
    : progressPrinter(plan, lang, isAsked, opened.t0);
  process.stdout.on('error', () => {});
  return {
    told: entry => void process.stdout.write(print(entry)),
    left: () => sayTimeLeft(new Date().toISOString(), context, lang),
  };
}

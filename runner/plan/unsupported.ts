import type { Place } from '../diagnostic.ts';
import { Fault } from '../fault.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Plan } from './plan.ts';

/** Refuses, naming the line, what is planned but not performed by this version: `probe` and `undo`. */
export function refuseUnsupported({ runbook }: Plan): void {
  for (const step of runbook.steps.values()) {
    if (step.kind === 'probe' || step.kind === 'undo') throw unsupported(runbook, step.kind, step.place);
  }
}

function unsupported(runbook: Runbook, directive: string, place: Place): Fault {
  return new Fault('not-performed-yet', { directive, file: runbook.file, line: place.start.line });
}

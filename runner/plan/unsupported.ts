import type { Place } from '../diagnostic.ts';
import { Fault } from '../fault.ts';
import type { Runbook, Section } from '../model/runbook.ts';
import type { Plan } from './plan.ts';

/** Refuses, naming the line, what is planned but not performed by this version: `each`, `parallel`, `probe`, `undo`. */
export function refuseUnsupported(plan: Plan): void {
  const { runbook } = plan;
  for (const step of runbook.steps.values()) {
    if (step.kind === 'probe' || step.kind === 'undo') throw unsupported(runbook, step.kind, step.place);
  }
  refuseSection(runbook, runbook.root);
}

function refuseSection(runbook: Runbook, section: Section): void {
  if (section.each !== undefined) throw unsupported(runbook, 'each', section.each.place);
  if (section.parallel) throw unsupported(runbook, 'parallel', section.place);
  for (const item of section.items) if (item.kind === 'section') refuseSection(runbook, item.section);
}

function unsupported(runbook: Runbook, directive: string, place: Place): Fault {
  return new Fault('not-performed-yet', { directive, file: runbook.file, line: place.start.line });
}

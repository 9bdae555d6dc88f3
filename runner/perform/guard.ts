import { Fault } from '../fault.ts';
import type { Fingerprint, Person } from '../journal/event.ts';
import { MOVING_FACTS } from '../journal/fingerprint.ts';
import type { CellStep } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import type { Stage } from './stage.ts';

/** What a destructive cell may rely on: what the server said, and the name that the operator typed where one was due. */
export interface Guard {
  readonly fingerprint?: Fingerprint;
  readonly typedName?: string;
  readonly by?: Person;
}

/** Whether the plan itself says that someone must be asked before `cell` runs. */
export function mustAsk(stage: Stage, instance: Instance, cell: CellStep): boolean {
  return cell.effect === 'destroy' || stage.session.steps.get(instance.id).settled === 'not-done';
}

/** What the server of the cell's resource says of itself, for a cell that destroys. */
export async function readFingerprint(stage: Stage, cell: CellStep): Promise<Fingerprint | undefined> {
  if (cell.effect !== 'destroy' || cell.on === undefined) return undefined;
  return await stage.world.resources.inspect(cell.on);
}

/** Whether a resource holds something that this run did not put there. */
export function isForeign(stage: Stage, fingerprint: Fingerprint): boolean {
  return !fingerprint.empty && fingerprint.marker !== stage.session.run;
}

/**
 * Reads the fingerprint again just before acting. Throws the fault `fingerprint-changed` when the server is not what was
 * shown; leaves this run's marker on a resource that is empty or was named, so that the service and the next attempt know it.
 */
export async function confirmTarget(stage: Stage, cell: CellStep, guard: Guard): Promise<void> {
  const { fingerprint: seen, typedName } = guard;
  if (cell.on === undefined || seen === undefined) return;
  const { run } = stage.session;
  const now = await stage.world.resources.inspect(cell.on);
  const changes = changesOf(seen, now);
  if (changes.length > 0)
    throw new Fault('fingerprint-changed', { resource: cell.on, changes: changes.join(', ') });
  const isNamed = typedName !== undefined;
  if ((now.empty || isNamed) && now.marker !== run) await stage.world.resources.claim(cell.on, run, isNamed);
}

/** What is no longer as it was shown, each as `name: before → now`. */
function changesOf(seen: Fingerprint, now: Fingerprint): string[] {
  const facts = [...new Set([...Object.keys(seen.facts), ...Object.keys(now.facts)])].filter(
    name => !MOVING_FACTS.has(name),
  );
  const pairs: [string, unknown, unknown][] = [
    ['name', seen.name, now.name],
    ['empty', seen.empty, now.empty],
    ['run', seen.marker, now.marker],
    ...facts.map((name): [string, unknown, unknown] => [name, seen.facts[name], now.facts[name]]),
  ];
  return pairs.flatMap(([name, before, after]) =>
    before === after ? [] : [`${name}: ${before ?? '∅'} → ${after ?? '∅'}`],
  );
}

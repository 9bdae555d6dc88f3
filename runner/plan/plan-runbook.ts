/*
 * The plan: a runbook resolved for one target and its inputs. In: a Runbook, a target's name, the operator's inputs.
 * Out: the ordered tree of what a run will do and skip, each step with its id and digest.
 * What can never happen: two instances with the same id; a plan without bounds; one that depends on anything but its arguments.
 */
import { Fault } from '../fault.ts';
import type { Json, Runbook, Section, SectionItem, Step, Target } from '../model/runbook.ts';
import type { Instance, Plan, PlanNode, Skip } from './plan.ts';
import { resolveInputs } from './resolve-inputs.ts';
import { digestStep } from './step-digest.ts';

/** What a plan is for. */
export interface PlanRequest {
  readonly target: string;
  readonly inputs: Readonly<Record<string, Json>>;
}

interface Around {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly suffix: string;
  readonly items: Readonly<Record<string, Json>>;
  readonly path: readonly string[];
  readonly skip?: Skip;
}

/** What a plan may hold: lists in lists would make more steps than anybody performs, out of a short document. */
const most = { steps: 10_000, megabytes: 16 };

interface Collected {
  /** Steps and sections so far. */
  steps: number;
  /** Characters of their code. */
  code: number;
  readonly instances: Instance[];
  readonly probes: Instance[];
  readonly undos: Instance[];
}

function findTarget(runbook: Runbook, name: string): Target {
  const { targets } = runbook.front;
  const target = targets.get(name);
  if (!target) throw new Fault('unknown-target', { target: name, known: [...targets.keys()].join(', ') });
  return target;
}

function skipOf(section: Section, around: Around): Skip | undefined {
  if (around.skip || !section.when) return around.skip;
  const { input, is } = section.when;
  const found = String(around.inputs[input] ?? '');
  return found === is ? undefined : { input, is, found };
}

function instanceOf(step: Step, around: Around): Instance {
  return {
    id: step.id + around.suffix,
    step,
    items: around.items,
    ...(around.skip ? { skip: around.skip } : {}),
    path: around.path,
    digest: digestStep(step, around.items),
  };
}

function count(collected: Collected, code: number): void {
  collected.steps += 1;
  collected.code += code;
  if (collected.steps <= most.steps && collected.code <= most.megabytes * 2 ** 20) return;
  throw new Fault('plan-too-large', { steps: most.steps, megabytes: most.megabytes });
}

/** Items become parts of ids, so they must be distinct and plain. */
function itemsOf(section: Section, inputs: Readonly<Record<string, Json>>): readonly string[] {
  const input = section.each?.in ?? '';
  const value = inputs[input];
  const items = Array.isArray(value) ? value.map(String) : [];
  const seen = new Set<string>();
  for (const item of items) {
    if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(item))
      throw new Fault('item-malformed', { input, item });
    if (seen.has(item)) throw new Fault('item-duplicate', { input, item });
    seen.add(item);
  }
  return items;
}

function planItem(item: SectionItem, around: Around, collected: Collected): readonly PlanNode[] {
  if (item.kind === 'section') return planSection(item.section, around, collected);
  if (item.kind === 'clock') {
    const { mark } = item.clock;
    return around.skip ? [] : [{ kind: 'clock', mark, id: `clock-${mark}` }];
  }
  count(collected, 'code' in item.step ? item.step.code.text.length : 0);
  const instance = instanceOf(item.step, around);
  if (item.step.kind === 'probe') collected.probes.push(instance);
  else if (item.step.kind === 'undo') collected.undos.push(instance);
  else {
    collected.instances.push(instance);
    return [{ kind: 'instance', instance }];
  }
  return [];
}

function sectionNode(section: Section, around: Around, collected: Collected, item?: string): PlanNode {
  count(collected, 0);
  const { slug, title, depth, parallel } = section;
  const nodes = section.items.flatMap(inner => planItem(inner, around, collected));
  const named = item === undefined ? {} : { item };
  return {
    kind: 'section',
    slug,
    title,
    depth,
    parallel,
    nodes,
    ...named,
    ...(around.skip ? { skip: around.skip } : {}),
  };
}

function planSection(section: Section, outer: Around, collected: Collected): readonly PlanNode[] {
  const skip = skipOf(section, outer);
  const around: Around = { ...outer, path: [...outer.path, section.slug], ...(skip ? { skip } : {}) };
  const { each } = section;
  if (!each) return [sectionNode(section, around, collected)];
  return itemsOf(section, around.inputs).map(item => {
    const items = { ...around.items, [each.as]: item };
    return sectionNode(section, { ...around, items, suffix: `${around.suffix}[${item}]` }, collected, item);
  });
}

/**
 * Resolves a runbook for a target and its inputs. Pure: the same arguments give the same plan.
 * @throws Fault `unknown-target`, `item-malformed`, `item-duplicate`, `plan-too-large`, and those of `resolveInputs`.
 */
export function planRunbook(runbook: Runbook, request: PlanRequest): Plan {
  const target = findTarget(runbook, request.target);
  const inputs = resolveInputs(runbook, target, request.inputs);
  const collected: Collected = { steps: 0, code: 0, instances: [], probes: [], undos: [] };
  const around: Around = { inputs, suffix: '', items: {}, path: [] };
  const nodes = runbook.root.items.flatMap(item => planItem(item, around, collected));
  const { instances, probes, undos } = collected;
  return { runbook, target, inputs, nodes, instances, probes, undos };
}

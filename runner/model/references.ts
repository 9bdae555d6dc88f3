/*
 * What a document says of its own parts: steps name cells, resources, roles and inputs; sections name inputs. Everything
 * that is named must be declared, and a cell that is used must be done before.
 */
import type { Place } from '../diagnostic.ts';
import type { Findings } from '../syntax/findings.ts';
import type { FrontMatter, Input, Resource, Step } from './runbook.ts';
import { type PlacedStep, type SectionDraft, sectionPath, type Tree } from './sections.ts';
import { checkSource } from './sources.ts';

interface Checking {
  readonly findings: Findings;
  readonly front: FrontMatter | undefined;
  readonly tree: Tree;
  readonly byId: ReadonlyMap<string, PlacedStep>;
  readonly order: ReadonlyMap<PlacedStep, number>;
  readonly lostIds: ReadonlySet<string>;
  /** What each cell exports, made once, since many steps may import it. */
  readonly exports: Map<PlacedStep, Exports>;
  /** The names of the cells. */
  readonly cells: string;
}

interface Exports {
  readonly names: ReadonlySet<string>;
  readonly known: string;
}

/** Most names that a finding lists: each of thousands of findings may list as many. */
const LONGEST_LIST = 50;

function list(names: Iterable<string>): string {
  const all = [...names];
  const rest = all.length > LONGEST_LIST ? ['…'] : [];
  return [...all.slice(0, LONGEST_LIST), ...rest].join(', ') || '—';
}

function collectIds(findings: Findings, steps: readonly PlacedStep[]): ReadonlyMap<string, PlacedStep> {
  const byId = new Map<string, PlacedStep>();
  for (const placed of steps) {
    const first = byId.get(placed.step.id);
    if (first) {
      findings.error(
        'duplicate-id',
        placed.attributes.place('#'),
        { id: placed.step.id },
        first.attributes.place('#'),
      );
    } else byId.set(placed.step.id, placed);
  }
  return byId;
}

function knownInput(checking: Checking, name: string, place: Place): Input | undefined {
  const { front, findings } = checking;
  const input = front?.inputs.get(name);
  if (front && !input) findings.error('unknown-input', place, { name, known: list(front.inputs.keys()) });
  return input;
}

function eachChain(placed: PlacedStep): string {
  return sectionPath(placed.section)
    .flatMap(({ each, start }) => (each ? [start] : []))
    .join(' ');
}

/** Whether two steps stand in different branches of a section whose sub-sections run side by side. */
function sideBySide(left: PlacedStep, right: PlacedStep): SectionDraft | undefined {
  const here = sectionPath(left.section);
  const there = sectionPath(right.section);
  let depth = 0;
  while (here[depth] !== undefined && here[depth] === there[depth]) depth++;
  const common = here[depth - 1];
  return common?.parallel && here[depth] && there[depth] ? common : undefined;
}

/** The earlier cell that a step names; undefined, with a finding, when there is none. */
function earlierCell(
  checking: Checking,
  placed: PlacedStep,
  id: string,
  place: Place,
): PlacedStep | undefined {
  const { findings, byId, order, lostIds, cells } = checking;
  const found = byId.get(id);
  if (!found) {
    if (!lostIds.has(id)) findings.error('unknown-cell', place, { id, known: cells });
    return undefined;
  }
  const related = found.attributes.place('#');
  if (found.step.kind !== 'cell') findings.error('not-a-cell', place, { id, kind: found.step.kind }, related);
  else if ((order.get(found) ?? 0) >= (order.get(placed) ?? 0))
    findings.error('later-cell', place, { id }, related);
  else {
    const branches = sideBySide(placed, found);
    if (!branches) return found;
    findings.error('parallel-cell', place, { id, section: branches.title }, related);
  }
  return undefined;
}

function checkOf(checking: Checking, placed: PlacedStep, of: string): void {
  const place = placed.attributes.place('of');
  const cell = earlierCell(checking, placed, of, place);
  if (cell && eachChain(cell) !== eachChain(placed)) {
    checking.findings.error('of-across-each', place, { id: of }, cell.attributes.place('#'));
  }
}

function checkImports(checking: Checking, placed: PlacedStep): void {
  const { step } = placed;
  if (step.kind === 'manual' || step.kind === 'probe') return;
  const imported = new Map<string, PlacedStep>();
  for (const each of step.imports) {
    const cell = each.from === 'cell' ? earlierCell(checking, placed, each.cell, each.place) : undefined;
    if (cell !== undefined) imported.set(cell.step.id, cell);
  }
  for (const { cell: id, name, place } of placed.names) {
    const cell = imported.get(id);
    if (cell === undefined) continue;
    const { names, known } = exportsOf(checking, cell);
    if (names.has(name)) continue;
    checking.findings.error('unknown-export', place, { id, name, known }, cell.attributes.place('#'));
  }
}

function exportsOf({ exports }: Checking, placed: PlacedStep): Exports {
  const made = exports.get(placed);
  if (made !== undefined) return made;
  const names = new Set('exports' in placed.step ? placed.step.exports.map(({ name }) => name) : []);
  const found = { names, known: list(names) };
  exports.set(placed, found);
  return found;
}

function checkResource(
  checking: Checking,
  placed: PlacedStep,
  step: Exclude<Step, { kind: 'manual' }>,
): void {
  const { front, findings } = checking;
  if (!front || step.on === undefined) return;
  const resource = front.resources.get(step.on);
  const place = placed.attributes.place('on');
  if (!resource)
    findings.error('unknown-resource', place, { name: step.on, known: list(front.resources.keys()) });
  else if (step.code.language === 'sql' && resource.kind !== 'postgres') {
    findings.error('sql-on-other-kind', place, { name: step.on, kind: resource.kind });
  }
  if (resource && step.kind === 'cell' && step.effect === 'destroy')
    checkDestroyed(findings, resource, place);
}

/** What is destroyed must say what it holds, and may not be declared as only read. */
function checkDestroyed(findings: Findings, { name, kind, access }: Resource, place: Place): void {
  if (!['postgres', 's3', 'directory'].includes(kind))
    findings.error('destroy-on-service', place, { name, kind });
  else if (access === 'read') findings.error('destroy-on-read-only', place, { name });
}

function checkProbe(checking: Checking, placed: PlacedStep, fills: string): void {
  const place = placed.attributes.place('fills');
  knownInput(checking, fills, place);
  if (eachChain(placed) !== '') checking.findings.error('probe-in-each', placed.attributes.place('#'));
  const first = checking.tree.steps.find(({ step }) => step.kind === 'probe' && step.fills === fills);
  if (first !== placed && first) {
    checking.findings.error('input-filled-twice', place, { name: fills }, first.attributes.place('fills'));
  }
}

function checkRole({ front, findings }: Checking, name: string | undefined, place: Place): void {
  if (!front || name === undefined || front.roles.has(name)) return;
  findings.error('unknown-role', place, { name, known: list(front.roles.keys()) });
}

function checkStep(checking: Checking, placed: PlacedStep): void {
  const { step, attributes } = placed;
  if ('approve' in step) checkRole(checking, step.approve, attributes.place('approve'));
  if (step.kind === 'manual') {
    checkRole(checking, step.role, attributes.place('role'));
    return;
  }
  checkResource(checking, placed, step);
  checkImports(checking, placed);
  if (step.kind === 'probe') checkProbe(checking, placed, step.fills);
  else if ('of' in step && step.of !== undefined) checkOf(checking, placed, step.of);
}

function checkWhen(checking: Checking, { when }: SectionDraft): void {
  if (!when) return;
  const input = knownInput(checking, when.input, when.place);
  if (input?.type === 'list') {
    checking.findings.error('when-on-list', when.place, { name: when.input });
  } else if (input?.type === 'choice' && !input.choices?.includes(when.is)) {
    const params = { name: 'is', found: when.is, expected: (input.choices ?? []).join(' | ') };
    checking.findings.error('unknown-value', when.place, params);
  }
}

function checkEach(checking: Checking, section: SectionDraft): void {
  const { each } = section;
  if (!each) return;
  const { findings, front } = checking;
  const input = knownInput(checking, each.in, each.place);
  if (input && input.type !== 'list')
    findings.error('each-needs-list', each.place, { name: each.in, type: input.type });
  const outer = sectionPath(section).find(other => other !== section && other.each?.as === each.as);
  const taken = front?.inputs.get(each.as)?.place ?? outer?.each?.place;
  if (taken) findings.error('name-taken', each.place, { name: each.as }, taken);
}

function checkParallel(checking: Checking, section: SectionDraft): void {
  if (!section.parallel) return;
  if (section.items.filter(({ kind }) => kind === 'section').length >= 2) return;
  checking.findings.error('parallel-without-sections', section.parallel, { section: section.title });
}

function checkClocks(checking: Checking): void {
  const first = new Map<string, Place>();
  for (const { clock, section } of checking.tree.clocks) {
    const earlier = first.get(clock.mark);
    if (earlier) checking.findings.error('duplicate-clock', clock.place, { mark: clock.mark }, earlier);
    else first.set(clock.mark, clock.place);
    const each = sectionPath(section).find(around => around.each)?.each;
    if (each) checking.findings.error('clock-in-each', clock.place, { mark: clock.mark }, each.place);
  }
}

/** Checks every name that the document uses; `front` is undefined when the front matter itself is broken. */
export function checkReferences(
  findings: Findings,
  tree: Tree,
  front: FrontMatter | undefined,
  lostIds: ReadonlySet<string>,
): void {
  const byId = collectIds(findings, tree.steps);
  const order = new Map(tree.steps.map((placed, index) => [placed, index]));
  const cells = list([...byId.values()].flatMap(({ step }) => (step.kind === 'cell' ? [step.id] : [])));
  const checking: Checking = { findings, front, tree, byId, order, lostIds, exports: new Map(), cells };
  for (const placed of tree.steps) checkStep(checking, placed);
  for (const section of tree.sections) {
    checkWhen(checking, section);
    checkEach(checking, section);
    checkParallel(checking, section);
  }
  checkClocks(checking);
  for (const source of tree.sources) checkSource(findings, source, front);
}

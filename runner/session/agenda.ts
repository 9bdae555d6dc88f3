import type { Json } from '../model/runbook.ts';
import type { Plan, PlanNode } from '../plan/plan.ts';
import type { AgendaItem } from './session.ts';

/** What a run of `plan` goes through: document order, but for the sub-sections of a parallel section. */
export function agendaOf(plan: Plan): readonly AgendaItem[] {
  return itemsOf(plan.nodes);
}

function itemsOf(nodes: readonly PlanNode[]): readonly AgendaItem[] {
  return nodes.flatMap(itemsOfNode);
}

function itemsOfNode(node: PlanNode): readonly AgendaItem[] {
  switch (node.kind) {
    case 'instance':
      return isPerformed(node) ? [{ kind: 'instance', instance: node.instance }] : [];
    case 'clock':
      return [{ kind: 'clock', mark: node.mark, id: node.id }];
    case 'section':
      return sectionOf(node);
  }
}

function isPerformed(node: Extract<PlanNode, { kind: 'instance' }>): boolean {
  return node.instance.step.kind !== 'probe' && node.instance.step.kind !== 'undo';
}

type SectionNode = Extract<PlanNode, { kind: 'section' }>;

function sectionOf(node: SectionNode): readonly AgendaItem[] {
  const entered = node.skip === undefined && node.depth > 0 ? [entryOf(node)] : [];
  return [...entered, ...(node.parallel ? sideBySide(node) : itemsOf(node.nodes))];
}

/** What stands before the first sub-section is done first; the sub-sections then go side by side. */
function sideBySide(node: SectionNode): readonly AgendaItem[] {
  const first = node.nodes.filter(each => each.kind !== 'section');
  const branches = node.nodes.filter(each => each.kind === 'section').map(each => itemsOf([each]));
  return [...itemsOf(first), { kind: 'parallel', branches }];
}

function entryOf(node: SectionNode): AgendaItem {
  const { slug, title, depth, item } = node;
  return { kind: 'section', slug, title, depth, ...(item === undefined ? {} : { item }) };
}

/** What tells one entry of a section from another: its slug and its item. */
export function sectionKey({ slug, item }: { readonly slug: string; readonly item?: Json }): string {
  return item === undefined ? `#${slug}` : `#${slug}[${JSON.stringify(item)}]`;
}

/** The branch of each step that stands in a parallel section, named after the branch's first item. */
export function branchesOf(agenda: readonly AgendaItem[]): ReadonlyMap<string, string> {
  const branches = new Map<string, string>();
  const walk = (items: readonly AgendaItem[], branch: string): void => {
    for (const item of items) {
      if (item.kind === 'instance' && branch !== '') branches.set(item.instance.id, branch);
      if (item.kind === 'parallel') {
        for (const [index, inner] of item.branches.entries())
          walk(inner, nameOf(inner, `${branch}/${index}`));
      }
    }
  };
  walk(agenda, '');
  return branches;
}

function nameOf(items: readonly AgendaItem[], otherwise: string): string {
  const [first] = items;
  return first?.kind === 'section' ? sectionKey(first).slice(1) : otherwise;
}

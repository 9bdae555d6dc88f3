import type { Plan, PlanNode } from '../plan/plan.ts';
import type { AgendaItem } from './session.ts';

/** What a run of `plan` goes through, in document order. */
export function agendaOf(plan: Plan): readonly AgendaItem[] {
  return [...walk(plan.nodes)];
}

function* walk(nodes: readonly PlanNode[]): Generator<AgendaItem> {
  for (const node of nodes) {
    switch (node.kind) {
      case 'instance':
        if (isPerformed(node)) yield { kind: 'instance', instance: node.instance };
        break;
      case 'clock':
        yield { kind: 'clock', mark: node.mark, id: node.id };
        break;
      case 'section':
        if (node.skip === undefined && node.depth > 0) yield entryOf(node);
        yield* walk(node.nodes);
        break;
    }
  }
}

function isPerformed(node: Extract<PlanNode, { kind: 'instance' }>): boolean {
  return node.instance.step.kind !== 'probe' && node.instance.step.kind !== 'undo';
}

function entryOf(node: Extract<PlanNode, { kind: 'section' }>): AgendaItem {
  const { slug, title, depth, item } = node;
  return { kind: 'section', slug, title, depth, ...(item === undefined ? {} : { item }) };
}

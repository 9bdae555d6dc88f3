/*
 * What the plan decided about a section of the document.
 */
import type { Section } from '../model/runbook.ts';
import type { PlanNode, Skip } from '../plan/plan.ts';
import type { Account } from './account.ts';

type SectionNode = Extract<PlanNode, { readonly kind: 'section' }>;

/** The plan's nodes of a section: one, or one per item of an `each`. */
export function nodesOf(account: Account, section: Section): readonly SectionNode[] {
  return collect(account.plan.nodes, section.slug);
}

function collect(nodes: readonly PlanNode[], slug: string): SectionNode[] {
  return nodes.flatMap(node => {
    if (node.kind !== 'section') return [];
    return node.slug === slug ? [node] : collect(node.nodes, slug);
  });
}

/** Why a section is skipped, when it is by its own condition. */
export function skipOf(account: Account, section: Section): Skip | undefined {
  if (section.when === undefined) return undefined;
  const nodes = nodesOf(account, section);
  return nodes.every(node => node.skip !== undefined) ? nodes[0]?.skip : undefined;
}

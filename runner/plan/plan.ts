/*
 * A Plan is a Runbook resolved for one target and its inputs: an ordered tree of step instances. What a run will do and
 * what it will skip, with the reason, is all here before the run opens.
 */
import type { Json, Runbook, Step, Target } from '../model/runbook.ts';

/** Why an instance is not run: a condition on an input that does not hold. */
export interface Skip {
  readonly input: string;
  readonly is: string;
  readonly found: string;
}

/** A step as this run performs it; in an `each` section the id is `step[item]`. */
export interface Instance {
  readonly id: string;
  readonly step: Step;
  /** Name and value of each enclosing `each`. */
  readonly items: Readonly<Record<string, Json>>;
  readonly skip?: Skip;
  /** Slugs of the enclosing sections, outermost first. */
  readonly path: readonly string[];
  /** sha256 (hex) of kind, attributes and code: what an approval or a resume compares. */
  readonly digest: string;
}

/** A node of the plan, in the order in which it is performed. */
export type PlanNode =
  | { readonly kind: 'instance'; readonly instance: Instance }
  | { readonly kind: 'clock'; readonly mark: 'start' | 'stop'; readonly id: string }
  | {
      readonly kind: 'section';
      readonly slug: string;
      readonly title: string;
      readonly depth: number;
      readonly item?: Json;
      readonly parallel: boolean;
      readonly skip?: Skip;
      readonly nodes: readonly PlanNode[];
    };

/** The runbook resolved for a target and its inputs. */
export interface Plan {
  readonly runbook: Runbook;
  readonly target: Target;
  /** Every input with its value. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly nodes: readonly PlanNode[];
  /** Every instance that may be performed by a run (cells, manuals, checks), in order, skipped ones included. */
  readonly instances: readonly Instance[];
  /** Probes and undos, which other commands perform. */
  readonly probes: readonly Instance[];
  readonly undos: readonly Instance[];
}

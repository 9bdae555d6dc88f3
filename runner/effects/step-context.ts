/** What every language of cells works with, and what each gives back. */
import { Fault } from '../fault.ts';
import type { Exported, Fact, Reason } from '../journal/event.ts';
import type { Code, Json, Step } from '../model/runbook.ts';
import type { Execution } from '../ports.ts';
import type { ResourceSettings } from '../services/resources.ts';
import type { Masker } from './masker.ts';
import type { Stream } from './output.ts';
import type { Watchdog } from './watchdog.ts';
import type { Workspace } from './workspace.ts';

/** A step that holds code. */
export type CodeStep = Exclude<Step, { readonly kind: 'manual' }>;

/** One step under way, as a language sees it. */
export interface Job {
  readonly execution: Execution;
  readonly step: CodeStep;
  readonly code: Code;
  /** Absolute path of the Markdown file. */
  readonly runbook: string;
  /** Folder of the Markdown file, in which code runs. */
  readonly folder: string;
  readonly masker: Masker;
  readonly workspace: Workspace;
  readonly watchdog: Watchdog;
  readonly resources: Readonly<Record<string, ResourceSettings>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The files that cells may import, by absolute path, with their sha256; any file when absent. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Variables of the run process that a child may have. */
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptors that children hold open: the lock. */
  readonly heldDescriptors: readonly number[];
  readonly started: (pid: number) => void;
  readonly output: (stream: Stream, bytes: Buffer) => void;
  readonly fact: (fact: Fact) => void;
  /** Gives the executor the way to stop this step. */
  readonly stoppable: (interrupt: () => void) => void;
}

/** How a job ended, before masking and the sum of its output. */
export interface Outcome {
  readonly ended: 'passed' | 'failed' | 'killed';
  readonly reason?: Reason;
  readonly values: Readonly<Record<string, Json>>;
  /** Names of the values that the code itself declared secret. */
  readonly secrets: readonly string[];
  readonly answer?: string;
}

/** Why a step failed, as an error tells it: a fault keeps its code, so that it is told in the reader's language. */
export function reasonOf(error: Error): Reason {
  if (error instanceof Fault) return { code: 'fault', fault: error.code, params: error.params };
  return { code: 'error', message: error.message };
}

/** An outcome without exports. */
export function ended(how: Outcome['ended'], reason?: Reason, answer?: string): Outcome {
  return {
    ended: how,
    values: {},
    secrets: [],
    ...(reason === undefined ? {} : { reason }),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** The exports at rest: a value that is secret, or that holds one, leaves only its sign. */
export function exportsAtRest(outcome: Outcome, masker: Masker): Record<string, Exported> {
  const rest = Object.entries(outcome.values).map(([name, value]): [string, Exported] => {
    const secret = outcome.secrets.includes(name) || textsOf(value).some(text => masker.finds(text));
    return [name, secret ? { secret: true } : { value }];
  });
  return Object.fromEntries(rest);
}

function textsOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
}

import { setTimeout } from 'node:timers/promises';
import { linkEntry } from '../../runner/journal/chain.ts';
import type { Entry, Event, Fact, Fingerprint } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import type { Json } from '../../runner/model/runbook.ts';
import { noOutput } from '../../runner/perform/execute.ts';
import type { Plan } from '../../runner/plan/plan.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';
import type {
  Answers,
  Execution,
  ExecutionObserver,
  ExecutionResult,
  Question,
  World,
} from '../../runner/ports.ts';

const front = `---
title: Essai
lang: fr
resources:
  base: { kind: postgres, label: Base }
inputs:
  refaire: { label: Refaire, type: choice, choices: [oui, non], default: oui }
  applications: { label: Applications, type: list, default: [siap] }
roles:
  pilote: { label: Pilote, holders: [camille] }
  observateur: { label: Observatrice, holders: [dina] }
targets:
  ici:
    mode: drill
    label: Ici
    resources: { base: { url: 'postgresql://localhost/essai' } }
---

# Essai

`;

/** The plan of a document whose front matter has a resource, an input and a role. */
export function planOf(body: string, inputs: Record<string, Json> = {}): Plan {
  const { runbook, diagnostics } = readRunbook(front + body, 'essai.md');
  if (runbook === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2));
  return planRunbook(runbook, { target: 'ici', inputs });
}

/** Links events into entries, one second apart. */
export function entriesOf(events: readonly Event[]): Entry[] {
  let prev = '0'.repeat(64);
  return events.map((event, seq) => {
    const at = new Date(Date.UTC(2026, 10, 22, 3, 0, seq)).toISOString();
    const { entry, digest } = linkEntry({ seq, prev, at }, event);
    prev = digest;
    return entry;
  });
}

/** The event that opens a run of `plan`. */
export function openingOf(plan: Plan, changes: Partial<Extract<Event, { type: 'run-opened' }>> = {}): Event {
  return {
    type: 'run-opened',
    format: 1,
    run: 'essai-1',
    title: plan.runbook.front.title,
    lang: 'fr',
    files: [],
    digest: '0'.repeat(64),
    runner: '0.1.0',
    node: 'v20',
    platform: 'linux',
    target: plan.target.name,
    mode: plan.target.mode,
    embedded: false,
    dry: false,
    inputs: plan.inputs,
    operator: { id: 'camille' },
    voice: 'scripted',
    t0: '2026-11-22T03:00:00.000Z',
    signer: { principal: 'camille', publicKey: 'ssh-ed25519 AAAA', ephemeral: true },
    selection: {},
    ...changes,
  };
}

/** Results by step, taken in order; the last one stays. */
export type Results = Readonly<Record<string, readonly Partial<ExecutionResult>[]>>;

/** Answers by `question step`, taken in order; the last one stays. */
export type Script = Readonly<Record<string, readonly object[]>>;

/** A world in memory: what was appended, asked and executed is kept for whole comparisons. */
export class MemoryWorld implements World {
  readonly events: Event[] = [];
  readonly asked: string[] = [];
  readonly executed: Execution[] = [];
  readonly branches = new Set<string>();
  fingerprints: Fingerprint[] = [];
  /** What the code of a step records each time, by step. */
  facts: Readonly<Record<string, readonly Fact[]>> = {};
  stop = false;
  onAppend: (event: Event) => void = () => {};
  #time = 0;
  readonly #results: Map<string, Partial<ExecutionResult>[]>;
  readonly #script: Map<string, object[]>;

  constructor(results: Results = {}, script: Script = {}) {
    this.#results = new Map(Object.entries(results).map(([step, list]) => [step, [...list]]));
    this.#script = new Map(Object.entries(script).map(([key, list]) => [key, [...list]]));
  }

  readonly clock = {
    now: () => new Date(Date.UTC(2026, 10, 22, 3) + this.#time).toISOString(),
    monotonic: () => this.#time,
    sleep: (milliseconds: number) => {
      this.#time += milliseconds;
      return Promise.resolve();
    },
  };

  readonly journal = {
    head: '0'.repeat(64),
    append: (events: readonly Event[]) => {
      for (const event of events) this.onAppend(event);
      this.events.push(...events);
      return entriesOf(events);
    },
  };

  executorOf = (branch: string) => {
    this.branches.add(branch);
    return this.executor;
  };

  readonly executor = {
    execute: async (execution: Execution, observer: ExecutionObserver) => {
      this.executed.push(execution);
      observer.started(7);
      for (const fact of this.facts[execution.instance.id] ?? []) observer.fact(fact);
      await setTimeout(1);
      return this.#resultOf(execution);
    },
    interrupt: () => {},
    close: () => Promise.resolve(),
  };

  readonly resources = {
    inspect: () => {
      const [first, ...rest] = this.fingerprints;
      if (first === undefined) throw new Error('nothing to inspect');
      if (rest.length > 0) this.fingerprints = rest;
      return Promise.resolve(first);
    },
    claim: (_name: string, _run: string, _named: boolean) => Promise.resolve(true),
  };

  readonly operator = {
    ask: <K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>): Promise<Answers[K]> => {
      const key = `${question.ask} ${question.step}`;
      this.asked.push(key);
      const list = this.#script.get(key) ?? [{ choice: 'pause' }];
      const answer = (list.length > 1 ? list.shift() : list[0]) ?? {};
      const base = {
        by: { id: 'camille' },
        voice: 'scripted',
        reason: '',
        exports: {},
        evidence: [],
        name: '',
      };
      return Promise.resolve(Object.assign(base, answer) as unknown as Answers[K]);
    },
    told: () => {},
  };

  readonly evidence = {
    keep: (path: string) =>
      Promise.resolve({
        name: path,
        file: `evidence/${path}`,
        bytes: 1,
        sha256: '0'.repeat(64),
        media: 'text/plain',
      }),
  };

  interrupted(): boolean {
    return this.stop;
  }

  #resultOf(execution: Execution): ExecutionResult {
    const list = this.#results.get(execution.instance.id) ?? [{}];
    const result = (list.length > 1 ? list.shift() : list[0]) ?? {};
    return { ended: 'passed', exports: {}, values: {}, output: noOutput, duration: 5, ...result };
  }
}

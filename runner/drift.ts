/*
 * What the plan relies on, as it is today: a runbook in, a reading of each of its sources out. Of a target, only the resources
 * that sources name are prepared, and only the secrets that these need are asked for.
 * What can never happen: a step that runs; a source that could not be looked at and passes for unchanged.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { SourceReading } from './drift/reading.ts';
import { readSources } from './effects/drift/read-sources.ts';
import { type Preparation, preparePlatform } from './effects/platform.ts';
import { forgetSandbox } from './effects/sandbox-process.ts';
import { Fault } from './fault.ts';
import { loadPlan } from './load.ts';
import type { Json, Runbook, Target, ValueSource } from './model/runbook.ts';
import { type SectionSource, sourcesOf } from './model/sources.ts';

/** Where to look. */
export interface DriftRequest {
  /** Folders of checkouts by the name of their resource; under the empty name, that of any. */
  readonly checkouts: ReadonlyMap<string, string>;
  /** The target whose services are asked for what no checkout has. */
  readonly target?: string | undefined;
  /** Values of inputs that settings of these resources need. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly preparation: Preparation;
}

/** Looks at every source of a runbook. Faults: `checkout-not-found`, `unknown-target`, and those of preparing a target. */
export async function findDrift(runbook: Runbook, request: DriftRequest): Promise<readonly SourceReading[]> {
  const sources = sourcesOf(runbook.root);
  const { checkouts, target } = request;
  const world = { folder: dirname(runbook.file), checkouts };
  const asked = sources.flatMap(({ source }) => {
    const isOnDisk = source.subject.kind !== 'stack' && (checkouts.has('') || checkouts.has(source.in ?? ''));
    return source.in === undefined || isOnDisk ? [] : [source.in];
  });
  if (target === undefined || asked.length === 0) return readSources(sources, { ...world, resources: {} });
  return readThrough(runbook, sources, { ...request, target, asked, world });
}

interface Through extends DriftRequest {
  readonly target: string;
  /** Names of the resources to prepare. */
  readonly asked: readonly string[];
  readonly world: { readonly folder: string; readonly checkouts: ReadonlyMap<string, string> };
}

async function readThrough(
  runbook: Runbook,
  sources: readonly SectionSource[],
  { target, asked, inputs, preparation, world }: Through,
): Promise<readonly SourceReading[]> {
  const plan = loadPlan(narrow(runbook, target, new Set(asked)), target, inputs);
  const run = `drift-${randomBytes(6).toString('hex')}`;
  const platform = await preparePlatform(plan, run, preparation);
  try {
    return await readSources(sources, { ...world, resources: platform.resources });
  } finally {
    await platform.close();
    if (plan.target.embedded) forgetSandbox(run);
  }
}

/** The runbook with nothing but the resources that are asked, and the secrets and inputs that their settings name. */
function narrow(runbook: Runbook, name: string, asked: ReadonlySet<string>): Runbook {
  const { front } = runbook;
  const target = front.targets.get(name);
  if (!target)
    throw new Fault('unknown-target', { target: name, known: [...front.targets.keys()].join(', ') });
  const resources = pick(target.resources, key => asked.has(key));
  const named = Object.values(resources).flatMap(settings => Object.values(settings));
  const used = (from: ValueSource['from'], key: string) =>
    named.some(source => source.from === from && 'name' in source && source.name === key);
  const inputs = new Map([...front.inputs].filter(([key]) => used('input', key)));
  const narrowed: Target = {
    ...target,
    resources,
    secrets: pick(target.secrets, key => used('secret', key)),
    inputs: pick(target.inputs, key => inputs.has(key)),
  };
  return {
    ...runbook,
    root: { ...runbook.root, items: [] },
    steps: new Map(),
    front: {
      ...front,
      inputs,
      resources: new Map([...front.resources].filter(([key]) => asked.has(key))),
      targets: new Map([[name, narrowed]]),
    },
  };
}

function pick<T>(
  record: Readonly<Record<string, T>>,
  isKept: (key: string) => boolean,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => isKept(key)));
}

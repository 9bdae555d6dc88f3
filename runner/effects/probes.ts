import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import type { Json } from '../model/runbook.ts';
import type { Instance, Plan } from '../plan/plan.ts';
import type { Executor } from '../ports.ts';
import { sayReason } from '../report/phrase.ts';
import { createExecutor } from './executor.ts';
import type { Platform } from './platform.ts';
import { programPath } from './programs.ts';

/** What a probe says of an input. */
export interface ProbeAnswer {
  readonly input: string;
  readonly step: string;
  readonly answer: Json;
}

/** Milliseconds after which a probe without a limit of its own has failed. */
const patience = 60_000;

/**
 * Asks every probe of a plan, in order: `export const answer` in ts, `answer=…` written to `$REPRISE_OUTPUT` in sh, the one
 * column of the one row in sql. They only read. The fault `probe-failed` names the probe and the reason;
 * a probe that cannot answer for one of the inputs that are `fixed` is left out, since nobody needs its answer.
 */
export async function askProbes(
  plan: Plan,
  platform: Platform,
  fixed: Readonly<Record<string, Json>>,
): Promise<readonly ProbeAnswer[]> {
  if (plan.probes.length === 0) return [];
  const directory = mkdtempSync(join(tmpdir(), 'reprise-probes-'));
  const { resources, secrets, masker, environment } = platform;
  const kernel = programPath('kernel.mjs');
  const runbook = plan.runbook.file;
  const executor = createExecutor({
    runbook,
    bundle: directory,
    resources,
    secrets,
    masker,
    environment,
    kernel,
  });
  try {
    const answers: ProbeAnswer[] = [];
    for (const probe of plan.probes) {
      const needed = probe.step.kind !== 'probe' || !Object.hasOwn(fixed, probe.step.fills);
      const answer = await askProbe(executor, plan, probe).catch(error => {
        if (needed) throw error;
        return undefined;
      });
      if (answer !== undefined) answers.push(answer);
    }
    return answers;
  } finally {
    await executor.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function askProbe(executor: Executor, plan: Plan, instance: Instance): Promise<ProbeAnswer> {
  const { step } = instance;
  if (step.kind !== 'probe') throw new Error(`\`${instance.id}\` is not a probe`);
  const timeout = step.timeout ?? patience;
  const execution = { instance, attempt: 1, inputs: plan.inputs, imports: {}, secretImports: [], timeout };
  const said: string[] = [];
  const result = await executor.execute(execution, {
    started: () => {},
    output: (_stream, text) => said.push(text),
    fact: () => {},
  });
  const answer = result.values.answer ?? result.answer;
  if (result.ended === 'passed' && answer !== undefined)
    return { input: step.fills, step: instance.id, answer };
  const detail =
    result.reason === undefined ? said.join('') : sayReason(result.reason, plan.runbook.front.lang);
  throw new Fault('probe-failed', {
    step: instance.id,
    file: plan.runbook.file,
    line: step.place.start.line,
    detail,
  });
}

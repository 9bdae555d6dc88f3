import { startDeployment } from './deployment-operations.ts';
import { findApp, type Model, resolvedVariables, settle } from './model.ts';
import type { Outcome } from './state.ts';

/** A deployment whose stages are those of a real build and boot, told as they come. */
export interface DrivenDeployment {
  readonly id: string;
  /** What its processes are to run with. */
  readonly variables: Readonly<Record<string, string>>;
  reach(stage: 'building' | 'pushing' | 'starting'): Promise<void>;
  log(line: string): void;
  end(outcome: Outcome): Promise<void>;
}

/** Starts one for a push. Throws the API's 404 and 409. */
export async function driveDeployment(
  model: Model,
  { app, sha }: { readonly app: string; readonly sha: string },
  save: () => Promise<void>,
): Promise<DrivenDeployment> {
  const deployment = startDeployment(model, app, { gitRef: sha, source: null });
  const log: string[] = [];
  const driven = { status: 'queued', log };
  deployment.driven = driven;
  deployment.outcome = 'success';
  await save();
  return {
    id: deployment.id,
    variables: resolvedVariables(findApp(model, app)),
    reach: async stage => {
      driven.status = stage;
      await save();
    },
    log: line => void log.push(line),
    end: async outcome => {
      deployment.outcome = outcome;
      driven.status = outcome;
      settle(model);
      await save();
    },
  };
}

/** Those that a stopped sandbox left under way will never end by themselves. */
export function abortUnfinished({ state }: Model): void {
  for (const deployment of state.deployments) {
    if (deployment.driven === null || deployment.applied) continue;
    deployment.outcome = 'aborted';
    deployment.driven.status = 'aborted';
  }
}

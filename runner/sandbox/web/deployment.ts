/**
 * A deployment as Scalingo runs it: built, started beside the version in service, its hook run, and only then put in service.
 *
 * In: an application, a revision, the variables of the moment. Out: the states in order, the log that git shows as `remote:`,
 * and the new process, or the state that says why there is none.
 * Can never happen: a failed deployment that leaves a process, or that touches the version in service.
 */

import type { StartOptions } from './application.ts';
import {
  type Application,
  BootFailure,
  type BootFault,
  runPostDeploy,
  startApplication,
} from './application.ts';

/** States that a deployment goes through before its end (Scalingo's words). */
export type DeploymentStep = 'building' | 'pushing' | 'starting';

/** How a deployment ended. */
export type DeploymentEnd =
  | { readonly status: 'success'; readonly application: Application }
  | { readonly status: 'build-error' | 'crashed-error' | 'timeout-error' | 'hook-error' };

/** A deployment to run. `reach` is awaited at each state, so that its owner can note it, or take its time. */
export interface DeploymentOptions extends Omit<StartOptions, 'fault'> {
  /** Address printed at the end, such as `https://apilos-exercice.osc-fr1.scalingo.io`. */
  readonly publicUrl: string;
  readonly reach?: (step: DeploymentStep) => void | Promise<void>;
  readonly fault?: BootFault | 'build' | 'postdeploy';
}

/** Runs a deployment to its end. */
export async function runDeployment(options: DeploymentOptions): Promise<DeploymentEnd> {
  const { app, sha, log, fault, reach } = options;
  log(`<-- Start deployment of [${app}] -->`);
  await reach?.('building');
  log(`-----> Cloning revision ${sha}`);
  log('-----> Python app detected');
  if (fault === 'build') return fail(log, 'build-error', 'Invalid return code from buildpack');
  log('       Build complete, shipping your container...');
  await reach?.('pushing');
  await reach?.('starting');
  log('       Waiting for your application to boot...');
  const application = await startApplication(bootOptions(options)).catch((error: unknown) => {
    if (error instanceof BootFailure) return error;
    throw error;
  });
  if (application instanceof BootFailure) return fail(log, application.status, application.message);
  const code = await runHook(options);
  if (code !== 0) {
    await application.close();
    return fail(log, 'hook-error', `postdeploy hook failed, exit status ${code}`);
  }
  log(`<-- ${options.publicUrl} -->`);
  return { status: 'success', application };
}

function bootOptions({ fault, ...options }: DeploymentOptions): StartOptions {
  return fault === 'crash' || fault === 'never-listens' ? { ...options, fault } : options;
}

async function runHook(options: DeploymentOptions): Promise<number> {
  options.log('-----> Executing postdeploy hook: bin/post_deploy');
  if (options.fault !== 'postdeploy') return await runPostDeploy(options);
  options.log('       django.db.utils.ProgrammingError: permission denied for schema public');
  return 1;
}

function fail(
  log: (line: string) => void,
  status: Exclude<DeploymentEnd['status'], 'success'>,
  reason: string,
): DeploymentEnd {
  log(' !     Error deploying the application');
  log(` !     → ${reason}`);
  return { status };
}

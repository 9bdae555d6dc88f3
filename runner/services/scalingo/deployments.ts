import { Fault } from '../../fault.ts';
import type { Account } from './account.ts';
import { pathOf } from './apps.ts';
import { type Deployment, deployment, unwrapAll } from './shapes.ts';
import { poll, type Waiting } from './waiting.ts';

const underWay = new Set(['queued', 'building', 'pushing', 'starting']);

/** How many of the last lines of the log a fault shows. */
const tailLines = 12;

/** The newest deployment of a commit, which may be given by its first characters; undefined if there is none yet. */
export async function findDeployment(
  account: Account,
  app: string,
  sha: string,
): Promise<Deployment | undefined> {
  const { body } = await account.app({
    method: 'GET',
    path: `${pathOf(app)}/deployments?page=1&per_page=20`,
  });
  return unwrapAll(body, ['deployments'], deployment).find(one => one.git_ref?.startsWith(sha) === true);
}

async function tail(account: Account, app: string, id: string): Promise<string> {
  const path = `${pathOf(app)}/deployments/${encodeURIComponent(id)}/output`;
  const { body } = await account.app({ method: 'GET', path, expected: [404] });
  return String(body).trimEnd().split('\n').slice(-tailLines).join('\n');
}

/**
 * Waits until a commit is deployed. Faults: `scalingo-deployment-absent`, `scalingo-deployment-late`, and one for each way in
 * which a deployment fails, with the end of its log.
 */
export async function awaitDeployment(
  account: Account,
  { app, sha }: { readonly app: string; readonly sha: string },
  waiting: Waiting,
): Promise<Deployment> {
  let said = '';
  const ask = async () => {
    const found = await findDeployment(account, app, sha);
    if (found !== undefined && found.status !== said) console.log(found.status);
    said = found?.status ?? said;
    return found;
  };
  const ended = (found: Deployment | undefined) => found !== undefined && !underWay.has(found.status);
  const { found } = await poll(account, ask, ended, { within: 40 * 60_000, ...waiting });
  if (found === undefined) throw new Fault('scalingo-deployment-absent', { app, sha });
  if (underWay.has(found.status)) {
    throw new Fault('scalingo-deployment-late', { app, sha, status: found.status }, 'step-may-have-run');
  }
  if (found.status === 'success') return found;
  const known = ['build-error', 'crashed-error', 'timeout-error', 'hook-error', 'aborted'];
  const code = known.includes(found.status) ? found.status : 'failed';
  const log = await tail(account, app, found.id);
  throw new Fault(`scalingo-deployment-${code}`, { app, sha, status: found.status, log }, 'recorded');
}

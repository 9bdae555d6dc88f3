import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';

/** A revision to deploy. `ref` is `refs/heads/master` or `refs/heads/main`. */
export interface Push {
  readonly app: string;
  readonly sha: string;
  readonly ref: string;
}

/** Deploys a push, writing its log line by line; resolves with false when it failed, and the push is then refused. */
export type Deploy = (push: Push, log: (line: string) => void) => Promise<boolean>;

/** One reference that a client wants to change; `sha` is undefined for a deletion. */
export interface Update {
  readonly sha: string | undefined;
  readonly ref: string;
  readonly shallow: boolean;
}

const built = ['refs/heads/master', 'refs/heads/main'];

/** Why a push is refused before anything is built, in the lines that the client sees; undefined if it is not. */
export function refusalOf(updates: readonly Update[]): readonly string[] | undefined {
  if (updates.some(update => update.shallow)) {
    return [
      ' !     Shallow update not allowed',
      ' !     Your clone does not hold its whole history: git fetch --unshallow',
    ];
  }
  const other = updates.find(({ ref }) => !built.includes(ref) && !ref.startsWith('refs/tags/'));
  if (other !== undefined) {
    const branch = other.ref.replace('refs/heads/', '');
    return [` !     Only the branches master and main are deployed, not ${branch}`];
  }
  const deleted = updates.find(update => update.sha === undefined && built.includes(update.ref));
  return deleted === undefined ? undefined : [' !     The deployed branch cannot be deleted'];
}

/** Reads what the hook says on `hook`, decides, deploys if need be, and answers it. Ends when the hook is gone. */
export async function judgePush(app: string, hook: Duplex, deploy: Deploy): Promise<void> {
  const updates: Update[] = [];
  for await (const line of createInterface({ input: hook })) {
    const update = readUpdate(line);
    if (update !== undefined) {
      updates.push(update);
      continue;
    }
    const accepted = await decide(app, updates, deploy, text => hook.write(`> ${text}\n`));
    hook.write(`exit ${accepted ? 0 : 1}\n`);
  }
}

async function decide(
  app: string,
  updates: readonly Update[],
  deploy: Deploy,
  log: (line: string) => void,
): Promise<boolean> {
  const refusal = refusalOf(updates);
  for (const line of refusal ?? []) log(line);
  if (refusal !== undefined) return false;
  const { ref, sha } = updates.find(update => built.includes(update.ref)) ?? {};
  if (ref === undefined || sha === undefined) return true;
  return deploy({ app, sha, ref }, log);
}

function readUpdate(line: string): Update | undefined {
  const [, sha, ref, history] = /^[0-9a-f]+ ([0-9a-f]+) (\S+) (whole|shallow)$/.exec(line) ?? [];
  if (sha === undefined || ref === undefined) return undefined;
  return { sha: /^0+$/.test(sha) ? undefined : sha, ref, shallow: history === 'shallow' };
}

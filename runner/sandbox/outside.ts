/**
 * What lies outside the platform: GitHub with its artifacts, and alwaysdata with the name servers that follow its records.
 *
 * In: a sandbox's folder whose disaster is made. Out: the environment that reaches them, and what to tell people.
 * Can never happen: a server that outlives `close`; a record that is answered for before it is on disk.
 */
import { randomBytes } from 'node:crypto';
import { type Faults, noFaults } from './faults.ts';
import { type RepositoryPaths, repository, startRepository } from './github/repository.ts';
import { startNames } from './names.ts';

/** Running services, and where they are. */
export interface Outside {
  readonly environment: Readonly<Record<string, string>>;
  readonly urls: { readonly github: string; readonly alwaysdata: string; readonly dns: string };
  /** Whether `host` is written as an alias of `target`. */
  leadsTo(host: string, target: string): boolean;
  close(): Promise<void>;
}

/** `names` is the file that keeps the records; without it they last as long as the process. */
type Paths = RepositoryPaths & { readonly names?: string };

/** Starts the services. */
export async function startOutside(paths: Paths, faults: Faults = noFaults): Promise<Outside> {
  const githubToken = `ghp_${randomBytes(18).toString('hex')}`;
  const github = await startRepository(paths, githubToken, faults);
  const names = await startNames(paths.names, faults);
  const environment = {
    SANDBOX_GITHUB_API: github.api,
    SANDBOX_GITHUB_REPOSITORY: repository,
    SANDBOX_GITHUB_TOKEN: githubToken,
    ...names.environment,
  };
  const close = async () => void (await Promise.all([github.close(), names.close()]));
  return { environment, urls: { github: github.api, ...names.urls }, leadsTo: names.leadsTo, close };
}

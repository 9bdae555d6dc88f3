/*
 * A repository through GitHub's REST API. In: a resource of kind `github`. Out: files, lists, commits and artifacts.
 * What can never happen: a file said to be gone because the repository cannot be seen, since GitHub answers 404 to both.
 */
import { z } from 'zod';
import { Fault } from '../../fault.ts';
import { getJson } from '../../services/github/client.ts';
import { newestArtifact } from '../../services/github.ts';
import type { GithubResource } from '../../services/resources.ts';
import { commitName, mostVersions, type Repository, type Version } from './repository.ts';

const fileShape = z.object({ type: z.literal('file'), encoding: z.literal('base64'), content: z.string() });
const folderShape = z.array(z.object({ name: z.string(), type: z.string() }));
const commitsShape = z.array(
  z.object({
    sha: z.string(),
    commit: z.object({ message: z.string(), committer: z.object({ date: z.string() }) }),
  }),
);

/** The repository of a resource. Faults of its methods: `github-*`. */
export function openGithub(resource: GithubResource): Repository {
  return {
    read: (path, ref) => readFile(resource, path, ref),
    list: (folder, ref) => listFolder(resource, folder, ref),
    versions: (path, ref) => commitsOf(resource, { path, ...(ref === undefined ? {} : { sha: ref }) }),
    isKept: (workflow, artifact) => isKept(resource, workflow, artifact),
  };
}

function contentsPath(path: string, ref: string | undefined): string {
  const place = path.split('/').map(encodeURIComponent).join('/');
  return ref === undefined ? `contents/${place}` : `contents/${place}?ref=${encodeURIComponent(ref)}`;
}

/** What `ask` gives; undefined when the repository can be seen and the file is not in it. */
async function unlessAbsent<T>(
  resource: GithubResource,
  ref: string | undefined,
  ask: Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'github-not-found') throw error;
    await commitsOf(resource, ref === undefined ? {} : { sha: ref }, 1);
    return undefined;
  }
}

async function readFile(resource: GithubResource, path: string, ref?: string): Promise<string | undefined> {
  const asked = getJson(resource, contentsPath(path, ref), fileShape);
  const file = await unlessAbsent(resource, ref, asked);
  return file && Buffer.from(file.content, 'base64').toString('utf8');
}

async function listFolder(
  resource: GithubResource,
  folder: string,
  ref?: string,
): Promise<readonly string[]> {
  const asked = getJson(resource, contentsPath(folder, ref), folderShape);
  return ((await unlessAbsent(resource, ref, asked)) ?? []).map(({ name }) => name);
}

/** The newest commits (docs.github.com, REST API, "List commits"). */
async function commitsOf(
  resource: GithubResource,
  query: Readonly<Record<string, string>>,
  most = mostVersions,
): Promise<readonly Version[]> {
  const words = new URLSearchParams({ ...query, per_page: `${most}` });
  const commits = await getJson(resource, `commits?${words}`, commitsShape);
  return commits.map(({ sha, commit }) => {
    return { id: sha, at: commit.committer.date, by: commitName(sha, commit.message) };
  });
}

async function isKept(resource: GithubResource, workflow: string, name: string) {
  try {
    await newestArtifact(resource, { workflow, name });
    return { kept: true };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === 'artifact-absent') return { kept: false };
    if (error.code !== 'artifact-expired') throw error;
    const at = String(error.params.expiredAt ?? '');
    return { kept: false, ...(Date.parse(at) <= Date.now() ? { since: { at } } : {}) };
  }
}

import { createHash } from 'node:crypto';
import type { Artifact, Commit, Run } from './model.ts';

/** A run as the REST API shows it; `base` is the repository's address. */
export function runJson(run: Run, base: string) {
  return {
    id: run.id,
    name: run.workflow,
    path: `.github/workflows/${run.workflow}`,
    head_branch: run.branch,
    head_sha: createHash('sha1').update(`${run.id}`).digest('hex'),
    event: run.event,
    status: 'completed',
    conclusion: run.conclusion,
    created_at: run.createdAt,
    updated_at: run.createdAt,
    url: `${base}/actions/runs/${run.id}`,
    html_url: `${base}/actions/runs/${run.id}`,
  };
}

/** An artifact as the REST API shows it; GitHub keeps one for 90 days. */
export function artifactJson(artifact: Artifact, base: string) {
  const url = `${base}/actions/artifacts/${artifact.id}`;
  const { run } = artifact;
  return {
    id: artifact.id,
    name: artifact.name,
    size_in_bytes: artifact.bytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    created_at: run.createdAt,
    updated_at: run.createdAt,
    expires_at: new Date(Date.parse(run.createdAt) + 90 * 86_400_000).toISOString(),
    digest: `sha256:${artifact.sha256}`,
    workflow_run: { id: run.id, head_branch: run.branch },
  };
}

/** A file as the contents API shows it; `sha` is git's digest of the blob. */
export function fileJson(path: string, text: string) {
  const content = Buffer.from(text);
  const sha = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  const lines = content.toString('base64').replace(/(.{60})/g, '$1\n');
  return {
    type: 'file',
    encoding: 'base64',
    size: content.length,
    name: path.split('/').at(-1),
    path,
    sha,
    content: lines,
  };
}

/** What a folder holds, as the contents API shows it; undefined when there is no such folder. */
export function folderJson(folder: string, paths: readonly string[]) {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = paths.filter(path => path.startsWith(prefix)).map(path => path.slice(prefix.length));
  const names = [...new Set(inside.map(path => path.split('/')[0] ?? ''))].sort();
  if (names.length === 0) return undefined;
  return names.map(name => ({
    type: inside.includes(name) ? 'file' : 'dir',
    name,
    path: `${prefix}${name}`,
  }));
}

/** A commit as the REST API lists it. */
export function commitJson({ sha, date, message }: Commit, base: string) {
  const person = { name: 'Équipe APiLos', email: 'equipe@apilos.invalid', date };
  return { sha, url: `${base}/commits/${sha}`, commit: { message, author: person, committer: person } };
}

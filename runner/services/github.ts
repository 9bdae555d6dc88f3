/*
 * Backups that GitHub Actions left. In: `resources.<name>` of kind `github`. Out: runs, the newest artifact, its zip on disk.
 * Can never happen: the token sent to where artifacts are stored; an artifact kept whose digest is not the announced one; an
 * absent artifact taken for an expired one.
 */
import { z } from 'zod';
import { Fault } from '../fault.ts';
import { getJson, refusal, request } from './github/client.ts';
import { download } from './http/download.ts';
import type { GithubResource } from './resources.ts';

/** A run of a workflow; `createdAt` is an ISO 8601 instant. */
export interface WorkflowRun {
  readonly id: number;
  readonly event: string;
  readonly branch: string | null;
  readonly conclusion: string | null;
  readonly createdAt: string;
  readonly url: string;
}

/** Which runs; `created` is GitHub's own form (`>=2026-11-01`). At most 100 are given, newest first. */
export interface RunQuery {
  readonly workflow: string;
  readonly status?: string;
  readonly branch?: string;
  readonly event?: string;
  readonly created?: string;
  readonly page?: number;
}

/** An artifact that can be downloaded; `digest` is `sha256:…` when GitHub knows it (upload-artifact 4 and later). */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly digest: string | null;
  readonly run: number | null;
}

const runsShape = z.object({
  total_count: z.number(),
  workflow_runs: z.array(
    z.object({
      id: z.number(),
      event: z.string(),
      head_branch: z.string().nullable(),
      conclusion: z.string().nullable(),
      created_at: z.string(),
      html_url: z.string(),
    }),
  ),
});
const artifactsShape = z.object({
  artifacts: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      size_in_bytes: z.number(),
      expired: z.boolean(),
      created_at: z.string().nullable(),
      expires_at: z.string().nullable(),
      digest: z.string().nullish(),
      workflow_run: z.object({ id: z.number().optional() }).nullish(),
    }),
  ),
});

/** The runs of a workflow, named by its file. Faults: those of GitHub (`github-…`). */
export async function listRuns(resource: GithubResource, query: RunQuery): Promise<WorkflowRun[]> {
  const { workflow, ...filters } = query;
  const given = Object.entries(filters).map(([key, value]) => [key, `${value}`]);
  const words = new URLSearchParams([...given, ['per_page', '100']]);
  const path = `actions/workflows/${encodeURIComponent(workflow)}/runs?${words}`;
  const { workflow_runs: runs } = await getJson(resource, path, runsShape);
  return runs.map(({ id, event, head_branch, conclusion, created_at, html_url }) => {
    return { id, event, branch: head_branch, conclusion, createdAt: created_at, url: html_url };
  });
}

/**
 * The newest artifact of that name that successful runs of a workflow left. Faults: `artifact-absent` when none did,
 * `artifact-expired` when all that did are past, and those of GitHub.
 */
export async function newestArtifact(
  resource: GithubResource,
  wanted: { readonly workflow: string; readonly name: string },
): Promise<Artifact> {
  const runs = await listRuns(resource, { workflow: wanted.workflow, status: 'success' });
  const words = new URLSearchParams({ name: wanted.name, per_page: '100' });
  const { artifacts } = await getJson(resource, `actions/artifacts?${words}`, artifactsShape);
  const ids = new Set(runs.map(run => run.id));
  const left = artifacts
    .filter(one => one.name === wanted.name && ids.has(one.workflow_run?.id ?? 0))
    .sort((a, b) => ((a.created_at ?? '') < (b.created_at ?? '') ? 1 : -1));
  const found = left.find(one => !one.expired);
  if (found !== undefined) return artifactOf(found);
  const [newest] = left;
  if (newest !== undefined) throw expired(wanted.name, newest.id, newest.expires_at);
  const { workflow, name: artifact } = wanted;
  const params = { workflow, artifact, repository: resource.repository, runs: runs.length };
  throw new Fault('artifact-absent', { ...params, newest: runs[0]?.createdAt ?? '?' });
}

type RawArtifact = z.infer<typeof artifactsShape>['artifacts'][number];

function artifactOf(raw: RawArtifact): Artifact {
  const { id, name, size_in_bytes: bytes, expires_at: expiresAt } = raw;
  const run = raw.workflow_run?.id ?? null;
  return { id, name, bytes, createdAt: raw.created_at ?? '', expiresAt, digest: raw.digest ?? null, run };
}

function expired(artifact: string, id: number, expiredAt: string | null): Fault {
  return new Fault('artifact-expired', { artifact, id, expiredAt: expiredAt ?? '?' });
}

/**
 * Downloads an artifact to `file`, which is there whole or not at all, and gives its SHA-256. Faults: `artifact-expired`
 * (410), `artifact-not-stored`, `artifact-corrupt`, and those of GitHub.
 */
export async function downloadArtifact(
  resource: GithubResource,
  artifact: Artifact,
  file: string,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const path = `actions/artifacts/${artifact.id}/zip`;
  const answer = await request(resource, path);
  if (answer.status === 410) throw expired(artifact.name, artifact.id, artifact.expiresAt);
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) throw await refusal(resource, path, answer);
  const { name, id } = artifact;
  const lost = (status: string | number) => new Fault('artifact-not-stored', { artifact: name, id, status });
  // The link bears its own signature: storage refuses, and must never see, the token.
  const { sha256 } = await download(location, file, {
    refused: lost,
    cut: lost,
    accept: found => refuseOther(artifact, `sha256:${found.sha256}`),
  });
  return { path: file, sha256 };
}

function refuseOther({ name, id, digest }: Artifact, found: string): void {
  if (digest === null || digest === found) return;
  throw new Fault('artifact-corrupt', { artifact: name, id, expected: digest, found });
}

const fileShape = z.object({
  type: z.literal('file'),
  encoding: z.literal('base64'),
  content: z.string(),
  sha: z.string(),
});

/** The text of a file of the repository at a ref (branch, tag or commit), with git's digest of it. Faults: those of GitHub. */
export async function readFile(
  resource: GithubResource,
  path: string,
  ref = 'main',
): Promise<{ readonly text: string; readonly sha: string }> {
  const place = path.split('/').map(encodeURIComponent).join('/');
  const { content, sha } = await getJson(
    resource,
    `contents/${place}?ref=${encodeURIComponent(ref)}`,
    fileShape,
  );
  return { text: Buffer.from(content, 'base64').toString('utf8'), sha };
}

import { Octokit } from '@octokit/rest';
import { afterEach, describe, expect, test } from 'vitest';
import type { ArtifactScenario } from '../../../runner/sandbox/github/model.ts';
import { repository, startRepository, type TestRepository, token } from './repository.ts';

const place = { owner: 'MTES-MCT', repo: 'apilos' };
const workflow = { ...place, workflow_id: 's3_backup.yml' };
let running: TestRepository;
afterEach(() => running.stop());

async function start(scenario: ArtifactScenario, auth?: string): Promise<Octokit> {
  running = await startRepository(scenario);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({ baseUrl: running.api, log, ...(auth === undefined ? {} : { auth }) });
}

async function statusOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: unknown) =>
    error instanceof Error && 'status' in error ? error.status : error,
  );
}

describe('GitHub, asked by Octokit', () => {
  test('lists runs without a token, filtered and by page', async () => {
    const octokit = await start('absent');
    const dates = async (query: Record<string, string | number>) => {
      const { data } = await octokit.request(
        'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
        {
          ...workflow,
          ...query,
        },
      );
      return [data.total_count, data.workflow_runs.map(run => run.created_at)];
    };
    expect([
      await dates({ per_page: 2, page: 1 }),
      await dates({ per_page: 2, page: 7 }),
      await dates({ created: '>=2026-11-09', status: 'success', branch: 'main', event: 'schedule' }),
      await dates({ created: '2026-11-09' }),
      await dates({ event: 'workflow_dispatch' }),
    ]).toEqual([
      [14, ['2026-11-16T01:27:00Z', '2026-11-09T01:27:00Z']],
      [14, ['2026-08-24T01:27:00Z', '2026-08-17T01:27:00Z']],
      [2, ['2026-11-16T01:27:00Z', '2026-11-09T01:27:00Z']],
      [1, ['2026-11-09T01:27:00Z']],
      [0, []],
    ]);
    const all = await octokit.paginate(octokit.rest.actions.listArtifactsForRepo, { ...place, per_page: 1 });
    expect(all).toEqual([]);
  });

  test('lists the artifacts of the repository and of a run, and gives one to who has the token', async () => {
    const octokit = await start('present', token);
    const { data } = await octokit.rest.actions.listArtifactsForRepo({ ...place, name: 's3_production' });
    const [first] = data.artifacts;
    const run_id = first?.workflow_run?.id ?? 0;
    const ofRun = await octokit.rest.actions.listWorkflowRunArtifacts({ ...place, run_id });
    expect([data.total_count, first?.digest, first?.expired, ofRun.data.artifacts]).toEqual([
      3,
      `sha256:${running.sha256}`,
      false,
      [first],
    ]);
    const download = { ...place, artifact_id: first?.id ?? 0, archive_format: 'zip' };
    const { data: zip } = await octokit.rest.actions.downloadArtifact(download);
    expect(zip instanceof ArrayBuffer && Buffer.from(zip).equals(running.content)).toBe(true);
  });

  test('gives a file with git’s digest of it, or raw', async () => {
    const octokit = await start('absent');
    const file = await octokit.rest.repos.getContent({ ...place, path: '.env.template', ref: 'main' });
    // `git hash-object` of the same bytes.
    expect(file.data).toMatchObject({
      type: 'file',
      sha: '463ea89e8a24080d67c2943bb1c2e6397c28a1c4',
      content: Buffer.from('DEBUG=True\n# INSEE=\n').toString('base64'),
    });
    const raw = { mediaType: { format: 'raw' } };
    const asText = await octokit.rest.repos.getContent({ ...place, path: '.env.template', ...raw });
    expect(asText.data).toBe('DEBUG=True\n# INSEE=\n');
  });

  test('refuses what GitHub refuses', async () => {
    const anonymous = await start('expired');
    const download = { ...place, artifact_id: 700, archive_format: 'zip' };
    const wrong = new Octokit({ baseUrl: running.api, auth: 'ghp_wrong', log: anonymous.log });
    const known = new Octokit({ baseUrl: running.api, auth: token, log: anonymous.log });
    expect([
      await statusOf(anonymous.rest.actions.downloadArtifact(download)),
      await statusOf(wrong.rest.actions.listArtifactsForRepo(place)),
      await statusOf(known.rest.actions.downloadArtifact(download)),
      await statusOf(known.rest.actions.downloadArtifact({ ...download, artifact_id: 1 })),
      await statusOf(known.rest.repos.getContent({ ...place, path: 'absent' })),
      await statusOf(known.rest.repos.getContent({ ...place, repo: 'autre', path: 'x' })),
    ]).toEqual([401, 401, 410, 404, 404, 404]);
  });
});

describe('where artifacts are stored', () => {
  test('is another origin, that refuses the token and links older than a minute', async () => {
    await start('present');
    const authorization = `Bearer ${token}`;
    const link = async () => {
      const url = `${running.api}/repos/${repository}/actions/artifacts/700/zip`;
      const response = await fetch(url, { headers: { authorization }, redirect: 'manual' });
      return response.headers.get('location') ?? '';
    };
    const fresh = await link();
    expect(new URL(fresh).origin).toBe(running.storage);
    const bearing = await fetch(fresh, { headers: { authorization } });
    const without = await fetch(fresh);
    running.scene.clock += 60_001;
    const late = await fetch(fresh);
    expect([bearing.status, without.status, late.status]).toEqual([400, 200, 403]);
    await Promise.all([bearing, without, late].map(response => response.body?.cancel()));
  });

  test('counts the requests of strangers, 60 an hour', async () => {
    await start('absent');
    const ask = () => fetch(`${running.api}/repos/${repository}/actions/artifacts`);
    const answers = [];
    for (let times = 0; times < 61; times++) {
      const response = await ask();
      await response.text();
      answers.push(`${response.status} ${response.headers.get('x-ratelimit-remaining')}`);
    }
    expect([answers[0], answers[59], answers[60]]).toEqual(['200 59', '200 0', '403 0']);
  });
});

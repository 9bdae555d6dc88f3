import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import type { Deploy } from '../../runner/sandbox/git/judge.ts';
import { type PushOptions, pushToScalingo, remoteUrl } from '../../runner/services/git.ts';
import { git, openGitPlatform } from '../sandbox/git/platform.ts';

async function platform(deploy: Deploy) {
  const opened = await openGitPlatform(deploy);
  const { gateway, keyFile, clone } = opened;
  const options: PushOptions = {
    host: gateway.host,
    port: gateway.port,
    hostFingerprint: gateway.fingerprint,
    identity: { keyFile },
    repository: clone,
    app: 'apilos-exercice',
    guard: { name: 'application', mode: 'drill', protected: ['apilos-siap-*'] },
    revision: 'HEAD',
  };
  return { ...opened, options };
}

async function faultOf(action: Promise<unknown>): Promise<unknown> {
  const error = await action.catch((reason: unknown) => reason);
  return error instanceof Fault ? { code: error.code, state: error.state, ...error.params } : error;
}

test('a revision is deployed once, and its build log is shown', async () => {
  const shown = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const { options, sha } = await platform(async (_push, log) => {
    log('-----> Building');
    return true;
  });
  expect(await pushToScalingo(options)).toEqual({ sha, pushed: true });
  expect(shown.mock.calls.flat()).toContain('remote: -----> Building');
  expect(await pushToScalingo({ ...options, revision: sha.slice(0, 10) })).toEqual({ sha, pushed: false });
  shown.mockRestore();
});

test('an older revision is only deployed over a newer one when forced', async () => {
  const { options, clone } = await platform(async () => true);
  await pushToScalingo(options);
  const older = { ...options, revision: 'HEAD~1' };
  const sha = (await git(clone, ['rev-parse', 'HEAD~1'])).stdout.trim();
  expect(await faultOf(pushToScalingo(older))).toMatchObject({
    code: 'git-push-failed',
    message: '[rejected] (non-fast-forward)',
  });
  expect(await pushToScalingo({ ...older, force: true })).toEqual({ sha, pushed: true });
});

test('each refusal has its own fault', async () => {
  const { options, folder, clone, gateway } = await platform(async (_push, log) => {
    log(' !     Error deploying the application');
    log(' !     → postdeploy hook failed, exit status 1');
    return false;
  });
  await git(folder, ['clone', '--quiet', '--depth=1', `file://${clone}`, 'superficiel']);
  const shallow = join(folder, 'superficiel');
  expect(await faultOf(pushToScalingo({ ...options, app: 'apilos-siap-production' }))).toMatchObject({
    code: 'protected-name',
  });
  const unchanged = { state: 'nothing-changed' };
  expect(await faultOf(pushToScalingo({ ...options, repository: shallow }))).toEqual({
    code: 'git-shallow',
    ...unchanged,
    path: shallow,
  });
  expect(await faultOf(pushToScalingo({ ...options, repository: folder }))).toMatchObject({
    code: 'git-repository-invalid',
  });
  expect(await faultOf(pushToScalingo({ ...options, revision: 'v9' }))).toEqual({
    code: 'git-revision-missing',
    ...unchanged,
    path: clone,
    sha: 'v9',
  });
  expect(await faultOf(pushToScalingo({ ...options, hostFingerprint: 'SHA256:autre' }))).toMatchObject({
    code: 'ssh-host-key-changed',
    found: gateway.fingerprint,
  });
  expect(await faultOf(pushToScalingo({ ...options, app: 'inconnue' }))).toMatchObject({
    code: 'git-push-failed',
    state: 'step-may-have-run',
  });
  expect(await faultOf(pushToScalingo(options))).toEqual({
    code: 'git-push-refused',
    ...unchanged,
    app: 'apilos-exercice',
    message: 'Error deploying the application → postdeploy hook failed, exit status 1',
  });
});

test('the address has the short form when the port is SSH’s own', () => {
  const server = {
    host: 'ssh.osc-fr1.scalingo.com',
    hostFingerprint: '',
    identity: { keyFile: '' },
    app: 'a',
  };
  expect(remoteUrl(server)).toBe('git@ssh.osc-fr1.scalingo.com:a.git');
  expect(remoteUrl({ ...server, port: 2222 })).toBe('ssh://git@ssh.osc-fr1.scalingo.com:2222/a.git');
});

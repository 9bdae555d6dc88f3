import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startOutside } from '../../runner/sandbox/outside.ts';
import { deleteRecord, setCname } from '../../runner/services/alwaysdata.ts';
import { waitForCname } from '../../runner/services/dns.ts';
import { downloadArtifact, newestArtifact } from '../../runner/services/github.ts';
import { temporaryFolder, writeZip } from './backups.ts';

test('the sandbox’s own GitHub, zones and name servers work together, by its environment alone', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  onTestFinished(() => void vi.restoreAllMocks());
  const folder = await temporaryFolder();
  const disaster = join(folder, 'disaster.json');
  await writeZip(join(folder, 's3_production.zip'), { 's3_production.tar.gz': Buffer.from('tar') });
  const left = { now: '2026-11-18T10:00:00Z', files: { file: 's3_production.zip' } };
  await writeFile(disaster, JSON.stringify(left));
  const outside = await startOutside({ archives: folder, disaster });
  onTestFinished(outside.close);
  const value = (name: string) => outside.environment[name] ?? '';
  const base = { run: 'run-1', mode: 'drill', protected: [] } as const;
  const [api, token] = [value('SANDBOX_GITHUB_API'), value('SANDBOX_GITHUB_TOKEN')];
  const github = {
    ...base,
    name: 'depot',
    kind: 'github',
    repository: 'MTES-MCT/apilos',
    api,
    token,
    clone: '',
  } as const;
  const artifact = await newestArtifact(github, { workflow: 's3_backup.yml', name: 's3_production' });
  const { path } = await downloadArtifact(github, artifact, join(folder, 'back.zip'));
  expect(await readFile(path)).toEqual(await readFile(join(folder, 's3_production.zip')));

  const zone = {
    ...base,
    name: 'zone',
    kind: 'alwaysdata',
    api: value('SANDBOX_ALWAYSDATA_API'),
    token: value('SANDBOX_ALWAYSDATA_TOKEN'),
    account: value('SANDBOX_ALWAYSDATA_ACCOUNT'),
  } as const;
  const dns = {
    ...base,
    name: 'dns',
    kind: 'dns',
    authoritative: value('SANDBOX_DNS_AUTHORITATIVE').split(','),
    public: value('SANDBOX_DNS_PUBLIC').split(','),
  } as const;
  const expected = { host: 'siap.apilos.exercice.example', target: 'siap-exercice.osc-fr1.scalingo.io' };
  await setCname(zone, expected);
  expect((await waitForCname(dns, { ...expected, within: 20, every: 0.05 })).agreed).toBe('everybody');
  expect((await deleteRecord(zone, expected.host)).removed).toHaveLength(1);
});

import { readdir, readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import { listenHttp } from '../../runner/sandbox/sockets.ts';
import { download } from '../../runner/services/http/download.ts';
import { temporaryFolder } from './backups.ts';

const judging = {
  refused: (status: number) => new Fault('refused', { status }),
  cut: (reason: string) => new Fault('cut', { reason }),
};

async function place(listener: RequestListener): Promise<{ url: string; folder: string; file: string }> {
  const server = await listenHttp(listener);
  onTestFinished(server.close);
  const folder = await temporaryFolder();
  return { url: `${server.url}/signed?key=secret`, folder, file: join(folder, 'archive') };
}

test('a file is there whole, with its size and its digest, and nothing of a key goes along', async () => {
  const keys: (string | undefined)[] = [];
  const { url, folder, file } = await place((incoming, response) => {
    keys.push(incoming.headers.authorization);
    response.end('whole');
  });
  expect(await download(url, file, judging)).toEqual({
    size: 5,
    sha256: '5d5766cf2d78701614200418ee1450690d9af12c84d52545e4802f001ad53099',
  });
  expect([await readFile(file, 'utf8'), await readdir(folder), keys]).toEqual([
    'whole',
    ['archive'],
    [undefined],
  ]);
});

test.each<[string, RequestListener, object]>([
  [
    'refused',
    (_, response) => response.writeHead(403).end('no'),
    { code: 'refused', params: { status: 403 } },
  ],
  [
    'cut',
    (_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    },
    { code: 'cut' },
  ],
  [
    'silent',
    (_, response) => void response.writeHead(200).write('then nothing'),
    { code: 'cut', params: { reason: 'ETIMEDOUT' } },
  ],
  ['never answered', () => undefined, { code: 'cut', params: { reason: 'ETIMEDOUT' } }],
])('a download that is %s leaves nothing, and its address is not told', async (_, listener, expected) => {
  const { url, folder, file } = await place(listener);
  const fault: unknown = await download(url, file, { ...judging, stall: 200 }).catch(
    (error: unknown) => error,
  );
  expect(fault).toMatchObject(expected);
  expect(JSON.stringify(fault)).not.toContain('secret');
  expect(await readdir(folder)).toEqual([]);
});

test('what the caller does not accept leaves nothing', async () => {
  const { url, folder, file } = await place((_, response) => response.end('whole'));
  const accept = () => {
    throw new Fault('other', {});
  };
  await expect(download(url, file, { ...judging, accept })).rejects.toMatchObject({ code: 'other' });
  expect(await readdir(folder)).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, openFleet } from '../../../runner/sandbox/web/fleet.ts';
import { startStores } from './platform.ts';

let stores: Awaited<ReturnType<typeof startStores>>;
const fleet: Fleet = openFleet();

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  await fleet.close();
  await stores?.close();
});

function status(url: string | undefined): Promise<number> {
  return fetch(`${url}/cgu`).then(response => response.status);
}

test('variables change at a restart, a restart that fails changes nothing, and a stop leaves nothing', async () => {
  expect(fleet.upstream('apilos-exercice')).toBeUndefined();
  await fleet.restart(stores.options());
  const first = fleet.upstream('apilos-exercice');
  expect(await status(first)).toBe(400);

  await fleet.restart(stores.options({ ALLOWED_HOSTS: '127.0.0.1' }));
  const second = fleet.upstream('apilos-exercice');
  expect(await status(second)).toBe(200);
  await expect(status(first)).rejects.toThrow('fetch failed');

  await expect(fleet.restart(stores.options({ DB_READONLY: '' }))).rejects.toMatchObject({
    status: 'crashed-error',
  });
  expect(fleet.upstream('apilos-exercice')).toBe(second);

  await fleet.stop('apilos-exercice');
  expect(fleet.upstream('apilos-exercice')).toBeUndefined();
  await expect(status(second)).rejects.toThrow('fetch failed');
});

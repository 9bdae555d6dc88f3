import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findDrift } from '../../runner/drift.ts';
import { runbookOf } from './scene.ts';

/** A server that has one file of a repository without history, and keeps what it is asked with. */
async function startServer(content: string) {
  const asked: string[] = [];
  const server = createServer(({ url, headers }, answer) => {
    asked.push(`${url} ${headers.authorization}`);
    const file = { type: 'file', encoding: 'base64', content: Buffer.from(content).toString('base64') };
    const body = url?.includes('/commits?') ? [] : file;
    answer.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { asked, api: `http://127.0.0.1:${address.port}` };
}

test('only the resource that a source names is prepared, with the only secret that it needs', async () => {
  const { asked, api } = await startServer('{"stack":"scalingo-26"}');
  const runbook = runbookOf(`---
title: Essai
resources:
  depot: { kind: github }
  base: { kind: postgres }
secrets:
  lecture: { label: Jeton de lecture }
  base: { label: Mot de passe de la base }
inputs:
  serveur: { label: Adresse, type: text }
  autre: { label: Sans valeur, type: text }
targets:
  essai:
    mode: drill
    label: Essai
    secrets: { lecture: { env: REPRISE_TEST_LECTURE }, base: { env: REPRISE_TEST_ABSENT } }
    resources:
      depot: { api: { input: serveur }, repository: nous/depot, token: { secret: lecture } }
      base: { url: { secret: base } }
---

# Essai

## Déployer

::source{file=app.json key=stack in=depot is=scalingo-22}

:::cell{#lire on=base effect=read}

\`\`\`sql
select 1
\`\`\`

:::
`);
  vi.stubEnv('REPRISE_TEST_LECTURE', 'jeton-de-lecture');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const preparation = { ask: () => Promise.reject(new Error('nothing is asked')), say: () => undefined };
  const readings = await findDrift(runbook, {
    checkouts: new Map(),
    target: 'essai',
    inputs: { serveur: api },
    preparation,
  });
  expect(readings.map(({ present }) => present)).toMatchInlineSnapshot(`
    [
      {
        "fact": "scalingo-26",
        "holds": false,
        "state": "found",
      },
    ]
  `);
  expect(asked[0]).toBe('/repos/nous/depot/contents/app.json Bearer jeton-de-lecture');
});

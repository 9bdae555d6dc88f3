import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import { listenTcp } from '../../runner/sandbox/sockets.ts';
import { startApplication } from '../../runner/sandbox/web/application.ts';
import { type Route, type Router, startRouter } from '../../runner/sandbox/web/router.ts';
import { type ProbeOptions, probe } from '../../runner/services/http.ts';
import { startStores } from '../sandbox/web/platform.ts';

let stores: Awaited<ReturnType<typeof startStores>>;
let router: Router;
let close: () => Promise<void>;
const routes = new Map<string, Route>();

beforeAll(async () => {
  stores = await startStores();
  const application = await startApplication(stores.options());
  router = await startRouter(host => routes.get(host));
  const running = { upstream: application.url, forceHttps: true, certificate: true, deployed: true };
  routes.set('siap.exercice.test', running);
  routes.set('attend.exercice.test', { ...running, certificate: false });
  routes.set('apilos-exercice.osc-fr1.scalingo.io', { ...running, forceHttps: false });
  routes.set('neuve.exercice.test', { ...running, upstream: undefined, deployed: false });
  routes.set('tombee.exercice.test', { ...running, upstream: undefined });
  close = async () => {
    await Promise.all([router.close(), application.close(), stores.close()]);
  };
});

afterAll(() => close?.());

function ask(url: string, options: Partial<ProbeOptions> = {}) {
  return probe({ url, via: { http: router.httpUrl, https: router.httpsUrl }, ...options }).then(
    ({ milliseconds, ...answer }) => answer,
    (error: unknown) => (error instanceof Fault ? { code: error.code, ...error.params } : error),
  );
}

test('an application is proven over its domain, and HTTPS is forced', async () => {
  const url = 'https://siap.exercice.test/';
  const contains = ['2 conventions', 'aller-retour réussi'];
  expect(await ask(url, { expect: { status: 200, contains } })).toEqual({ url, status: 200, location: null });
  const plain = 'http://siap.exercice.test/cgu?a=1';
  const location = 'https://siap.exercice.test/cgu?a=1';
  expect(await ask(plain, { expect: { status: 301, location } })).toEqual({
    url: plain,
    status: 301,
    location,
  });
  expect(await ask(plain, { redirects: 3 })).toEqual({ url: location, status: 200, location: null });
  const answer = await fetch(`${router.httpsUrl}/cgu`, { headers: { accept: '*/*' } });
  expect(answer.status).toBe(404);
});

test('the platform’s own name answers over both, before any domain', async () => {
  const own = 'http://apilos-exercice.osc-fr1.scalingo.io/cgu';
  expect(await ask(own)).toMatchObject({ status: 200 });
});

test('a host that the application does not allow gets its 400', async () => {
  const { upstream = '' } = routes.get('siap.exercice.test') ?? {};
  const options = { via: {}, host: 'autre.exercice.test', expect: { status: 200 } };
  expect(await ask(`${upstream}/`, options)).toEqual({
    code: 'http-unexpected',
    url: `${upstream}/`,
    message: 'status 400 ≠ 200',
  });
  expect(await ask(`${upstream}/`, { ...options, host: 'siap.exercice.test' })).toMatchObject({
    status: 200,
  });
});

test('each way not to answer is told apart', async () => {
  expect(await ask('https://inconnu.exercice.test/')).toMatchObject({ status: 404 });
  expect(await ask('https://neuve.exercice.test/')).toMatchObject({ status: 404 });
  expect(await ask('https://tombee.exercice.test/')).toMatchObject({ status: 503 });
  expect(await ask('https://attend.exercice.test/')).toMatchObject({ code: 'http-unreachable' });
  expect(await ask('ftp://siap.exercice.test/')).toMatchObject({ code: 'http-url-invalid' });
  expect(await ask('https://siap.exercice.test/', { expect: { contains: 'nulle part' } })).toEqual({
    code: 'http-unexpected',
    url: 'https://siap.exercice.test/',
    message: '"nulle part" ∉ body',
  });
});

test('an answer that does not come is not waited for, and its address keeps its secrets', async () => {
  const silent = await listenTcp(() => undefined);
  onTestFinished(() => silent.close());
  const url = `http://u:secret@127.0.0.1:${silent.port}/?token=secret`;
  expect(await ask(url, { via: {}, timeout: 100 })).toEqual({
    code: 'http-unreachable',
    url: `http://127.0.0.1:${silent.port}/`,
    message: 'timeout (100 ms)',
  });
});

test('a probe can wait for an application that comes up', async () => {
  const route = routes.get('siap.exercice.test');
  if (route === undefined) throw new Error('no route');
  const waiting = ask('https://bientot.exercice.test/cgu', { within: 30_000, expect: { status: 400 } });
  routes.set('bientot.exercice.test', route);
  expect(await waiting).toMatchObject({ status: 400 });
});

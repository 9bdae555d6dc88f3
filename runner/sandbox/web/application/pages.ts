import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isAllowedHost, type Settings } from './settings.ts';
import { type Part, readBucket, readDatabase, tryRedis } from './stores.ts';

/** Pages without data, by path. */
const plain = new Map([
  ['/cgu', 'Conditions générales d’utilisation'],
  ['/accessibilite', 'Déclaration d’accessibilité'],
  ['/stats/', 'Statistiques'],
]);

const titles: Readonly<Record<Part['name'], string>> = {
  base: 'Base de données',
  fichiers: 'Fichiers',
  redis: 'Redis',
};

/** Answers as APiLos does: 400 to a host that is not allowed, the home page from the three stores, CERBERE by redirection. */
export function applicationListener(settings: Settings): RequestListener {
  return (request, response) => {
    void answer(settings, request, response).catch(() =>
      send(response, 500, 'Erreur', '<p>Erreur interne</p>'),
    );
  };
}

async function answer(settings: Settings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (!isAllowedHost(request.headers.host, settings.allowedHosts)) {
    return send(response, 400, 'Bad Request (400)', '<h1>Bad Request (400)</h1>');
  }
  if (pathname === '/') return home(settings, response);
  const title = plain.get(pathname);
  if (title !== undefined) return send(response, 200, title, `<h1>${title}</h1>`);
  const location = redirection(settings, pathname);
  if (location === undefined) return send(response, 404, 'Page introuvable', '<h1>Page introuvable</h1>');
  response.writeHead(302, { location }).end();
}

/** Where the single sign-on and the administration send; CERBERE only exists where its address is set. */
function redirection({ cerbere }: Settings, pathname: string): string | undefined {
  if (pathname === '/admin/') return '/admin/login/?next=/admin/';
  return pathname === '/accounts/cerbere-login' && cerbere !== undefined ? `${cerbere}/login` : undefined;
}

async function home(settings: Settings, response: ServerResponse): Promise<void> {
  const parts = await Promise.all([
    readDatabase(settings.databaseUrl),
    readBucket(settings.storage),
    tryRedis(settings.redisUrl),
  ]);
  const lines = parts.map(({ name, ok, text }) => {
    return `<dt>${titles[name]}</dt><dd class="${ok ? 'ok' : 'echec'}">${escapeHtml(ok ? text : `échec : ${text}`)}</dd>`;
  });
  const about = `<p>Environnement ${escapeHtml(settings.environment)}, révision ${escapeHtml(settings.revision)}</p>`;
  const body = `<h1>APiLos</h1>${about}<dl>${lines.join('')}</dl>`;
  send(response, parts.every(part => part.ok) ? 200 : 500, 'APiLos (bac à sable)', body);
}

function send(response: ServerResponse, status: number, title: string, body: string): void {
  const head = `<meta charset="utf-8"><title>${title}</title>`;
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(`<!doctype html><html lang="fr"><head>${head}</head><body>${body}</body></html>\n`);
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, character => entities[character] ?? '');
}

/**
 * The platform's router: requests go to applications by their `Host`, as Scalingo's do.
 *
 * In: `resolveHost`, asked at each request. Out: two ports: one stands for port 80, the other for port 443. The second speaks
 * plain HTTP too: it is what lies behind TLS, since no authority would certify the sandbox's names. A host whose certificate
 * is not there yet has its connections cut on it, as a failed TLS handshake does.
 * Can never happen: a request served over `http` to an application that forces HTTPS.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { listenHttp } from '../sockets.ts';

/** Where a host leads. Without `upstream` nothing runs behind it: never deployed, crashed or stopped. */
export interface Route {
  readonly upstream: string | undefined;
  readonly forceHttps: boolean;
  readonly certificate: boolean;
  /** False until a first deployment succeeded. */
  readonly deployed: boolean;
}

/** The route of a host (lower case, without port); undefined for a name that no application has. */
export type ResolveHost = (host: string) => Route | undefined;

/** A running router. `httpUrl` and `httpsUrl` are where to connect in place of ports 80 and 443. */
export interface Router {
  readonly httpUrl: string;
  readonly httpsUrl: string;
  close(): Promise<void>;
}

/** Starts the router on two free ports of 127.0.0.1. */
export async function startRouter(resolveHost: ResolveHost): Promise<Router> {
  const listen = (scheme: Scheme) =>
    listenHttp((request, response) => route({ request, response, scheme }, resolveHost));
  const [http, https] = await Promise.all([listen('http'), listen('https')]);
  const close = async () => {
    await Promise.all([http.close(), https.close()]);
  };
  return { httpUrl: http.url, httpsUrl: https.url, close };
}

type Scheme = 'http' | 'https';
type Visit = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly scheme: Scheme;
};

function route(visit: Visit, resolveHost: ResolveHost): void {
  const { request, response, scheme } = visit;
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const found = resolveHost(host);
  if (found === undefined) {
    say(response, 404, `No application is known as ${host}`);
  } else if (scheme === 'https' && !found.certificate) {
    request.socket.destroy();
  } else if (scheme === 'http' && found.forceHttps) {
    response.writeHead(301, { location: `https://${host}${request.url ?? '/'}` }).end();
  } else if (found.upstream === undefined) {
    say(
      response,
      found.deployed ? 503 : 404,
      found.deployed ? 'The application does not run' : 'Never deployed',
    );
  } else {
    // Scalingo adds it where HTTPS is forced.
    if (found.forceHttps) response.setHeader('strict-transport-security', 'max-age=31536000');
    pass(visit, found.upstream);
  }
}

function pass({ request, response, scheme }: Visit, upstream: string): void {
  const headers = {
    ...request.headers,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': scheme,
    'x-request-id': randomUUID(),
  };
  const { method = 'GET', url = '/' } = request;
  const forwarded = requestHttp(new URL(url, upstream), { method, headers, agent: false }, answer => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forwarded.on('error', () =>
    response.headersSent ? response.destroy() : say(response, 502, 'Bad gateway'),
  );
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

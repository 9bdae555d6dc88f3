import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Fault } from '../../fault.ts';

/** Where to connect in place of what the DNS would answer, by scheme: addresses that only the sandbox or a test knows. */
export interface Via {
  readonly http?: string;
  readonly https?: string;
}

/** An answer; `body` is its first 256 KiB as UTF-8. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly milliseconds: number;
}

const kept = 256 * 1024;

/** Sends one GET. `host` replaces the `Host` header. Faults: `http-url-invalid`, `http-unreachable`. */
export function get(
  url: string,
  options: { readonly timeout: number; readonly via?: Via; readonly host?: string },
): Promise<Answer> {
  const { parsed, scheme } = parseUrl(url);
  const place = options.via?.[scheme] ?? parsed.origin;
  const endpoint = parseUrl(place);
  const path = `${parsed.pathname}${parsed.search}`;
  // What the certificate must name is the domain, wherever the connection goes.
  const secure = endpoint.scheme === 'https' ? { servername: parsed.hostname } : {};
  const target = { host: endpoint.parsed.hostname.replace(/^\[|\]$/g, ''), port: endpoint.parsed.port };
  const start = performance.now();
  return new Promise((answered, failed) => {
    const fail = (error: Error) =>
      failed(new Fault('http-unreachable', { url: shown(url), message: error.message }));
    const signal = AbortSignal.timeout(options.timeout);
    const send = endpoint.scheme === 'https' ? requestHttps : requestHttp;
    const headers = { host: options.host ?? parsed.host, accept: 'text/html,*/*', 'user-agent': 'reprise' };
    const request = send({ ...target, ...secure, path, headers, agent: false, signal }, response => {
      read(response).then(body => {
        answered({ ...headOf(response), url, body, milliseconds: Math.round(performance.now() - start) });
      }, fail);
    });
    request.on('error', error => fail(signal.aborted ? new Error(`timeout (${options.timeout} ms)`) : error));
    request.end();
  });
}

/** Reads an address. Fault `http-url-invalid`. */
export function parseUrl(url: string): { readonly parsed: URL; readonly scheme: 'http' | 'https' } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'http:') return { parsed, scheme: 'http' };
  if (parsed?.protocol === 'https:') return { parsed, scheme: 'https' };
  throw new Fault('http-url-invalid', { url: shown(url) });
}

/** An address without what may be secret in it. */
export function shown(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/, '');
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk.subarray(0, Math.max(0, kept - size)));
    size += chunk.length;
    if (size >= kept) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headOf(response: IncomingMessage): Pick<Answer, 'status' | 'location' | 'headers'> {
  const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    headers: Object.fromEntries(headers),
  };
}

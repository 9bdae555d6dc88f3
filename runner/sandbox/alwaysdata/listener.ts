/**
 * alwaysdata's API, as far as DNS goes: `/v1/domain/` and `/v1/record/`, Basic authentication, answers without a body.
 *
 * In: an account, who may enter, a clock. Out: a `RequestListener` for `listenHttp`.
 * Can never happen: a change without the account's key, a change of a record that alwaysdata made itself, an answer to a
 * path without its final slash.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { z } from 'zod';
import { createRateLimit, type RateLimit } from './limits.ts';
import type { AccountModel, AccountRecord, Domain, RecordChange, Refusal } from './model.ts';

/**
 * A state of the service that a drill can rehearse. Sources contradict each other on two points, so that both ways exist:
 * `json-body` answers a creation with the record instead of nothing, `no-patch` takes changes by PUT only.
 */
export type AlwaysdataFault = 'unavailable' | 'rate-limited' | 'denied' | 'json-body' | 'no-patch';

/** Who may enter, and what goes wrong. */
export interface AlwaysdataSettings {
  readonly token: string;
  readonly account: string;
  /** Milliseconds. */
  readonly now?: () => number;
  readonly fault?: () => AlwaysdataFault | undefined;
}

interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly fault: AlwaysdataFault | undefined;
}

/** Makes the listener. */
export function alwaysdataListener(account: AccountModel, settings: AlwaysdataSettings): RequestListener {
  const limit = createRateLimit(settings.now ?? Date.now);
  return (request, response) => {
    answer(account, { settings, limit }, request)
      .catch((error: unknown): Reply => ({ status: 400, text: String(error) }))
      .then(({ status, json, text, headers }) => {
        const body = json === undefined ? (text ?? '') : JSON.stringify(json);
        const type = json === undefined ? 'text/plain' : 'application/json';
        const described = body === '' ? {} : { 'content-type': type };
        response.writeHead(status, { ...described, ...headers });
        response.end(body);
      });
  };
}

type Gate = { readonly settings: AlwaysdataSettings; readonly limit: RateLimit };

async function answer(account: AccountModel, gate: Gate, request: IncomingMessage): Promise<Reply> {
  const { method = 'GET', url = '/' } = request;
  const { pathname, searchParams } = new URL(url, 'http://sandbox');
  const body = await readBody(request);
  const refused = stop(gate, request);
  if (refused !== undefined) return refused;
  if (!pathname.endsWith('/')) return withoutSlash(method, url);
  const fault = gate.settings.fault?.();
  return route(account, { method, path: pathname, query: searchParams, body, fault });
}

function stop({ settings, limit }: Gate, request: IncomingMessage): Reply | undefined {
  const fault = settings.fault?.();
  if (fault === 'unavailable') return { status: 503, text: 'Service Unavailable' };
  const identified = fault !== 'denied' && isKnown(settings, request.headers.authorization);
  const within = limit({ identified, reads: request.method === 'GET' });
  if (!within || fault === 'rate-limited')
    return { status: 429, text: 'Too Many Requests', headers: { 'retry-after': '60' } };
  if (identified) return undefined;
  return {
    status: 401,
    text: 'Unauthorized',
    headers: { 'www-authenticate': 'Basic realm="alwaysdata API"' },
  };
}

/** The user is the key, a space and `account=`; lego, a known client, leaves the space out. The password is empty. */
function isKnown({ token, account }: AlwaysdataSettings, header = ''): boolean {
  const given = Buffer.from(header.replace(/^Basic /i, ''), 'base64').toString();
  return given === `${token} account=${account}:` || given === `${token}account=${account}:`;
}

/** Django redirects what it can and knows nothing of the rest. */
function withoutSlash(method: string, url: string): Reply {
  if (method !== 'GET') return notFound;
  return { status: 301, headers: { location: url.replace(/(\?|$)/, '/$1') } };
}

const notFound: Reply = { status: 404, text: 'Not Found' };

function route(account: AccountModel, call: Call): Reply {
  const [, collection, id] = /^\/v1\/(domain|record)\/(?:(\d+)\/)?$/.exec(call.path) ?? [];
  if (collection === 'domain') return call.method === 'GET' ? domainReply(account, call, id) : notAllowed;
  if (collection !== 'record') return notFound;
  if (id !== undefined) return oneRecord(account, call, Number(id));
  if (call.method === 'GET') return { status: 200, json: filtered(account, call.query).map(recordJson) };
  return call.method === 'POST' ? create(account, call) : notAllowed;
}

const notAllowed: Reply = { status: 405, text: 'Method Not Allowed' };

function domainReply(account: AccountModel, { query }: Call, id: string | undefined): Reply {
  const wanted = query.get('name');
  const all = account.domains().filter(({ name }) => wanted === null || name === wanted);
  if (id === undefined) return { status: 200, json: all.map(domainJson) };
  const found = all.find(domain => domain.id === Number(id));
  return found === undefined ? notFound : { status: 200, json: domainJson(found) };
}

function filtered(account: AccountModel, query: URLSearchParams): AccountRecord[] {
  const wanted = (key: string, value: string) => !query.has(key) || query.get(key) === value;
  return account
    .records()
    .filter(({ domain, name, type }) =>
      [wanted('domain', `${domain}`), wanted('name', name), wanted('type', type)].every(Boolean),
    );
}

function oneRecord(account: AccountModel, { method, body, fault }: Call, id: number): Reply {
  const found = account.records().find(record => record.id === id);
  if (found === undefined) return notFound;
  if (method === 'GET') return { status: 200, json: recordJson(found) };
  const allowed = fault === 'no-patch' ? ['PUT', 'DELETE'] : ['PUT', 'PATCH', 'DELETE'];
  if (!allowed.includes(method)) return notAllowed;
  if (!found.isUserDefined) return { status: 403, text: 'This record is managed by alwaysdata.' };
  if (method === 'DELETE') {
    account.remove(id);
    return { status: 204 };
  }
  return saved(account.update(id, changeOf(changeShape.parse(body))), { status: 204 });
}

function create(account: AccountModel, { body, fault }: Call): Reply {
  const { domain, ...written } = changeShape.extend({ domain: z.coerce.number() }).parse(body);
  const made = account.create(domain, changeOf(written));
  const shown = 'errors' in made || fault !== 'json-body' ? {} : { json: recordJson(made) };
  return saved(made, { status: 201, ...shown });
}

function saved(result: AccountRecord | Refusal | undefined, reply: Reply): Reply {
  if (result === undefined) return notFound;
  return 'errors' in result ? { status: 400, json: result.errors } : reply;
}

const changeShape = z.object({
  type: z.string().optional(),
  name: z.string().optional(),
  value: z.string().optional(),
  ttl: z.number().int().positive().optional(),
  annotation: z.string().optional(),
});

/** A field that was not sent keeps its value. */
function changeOf({ type, name, value, ttl, annotation }: z.infer<typeof changeShape>): RecordChange {
  return {
    ...(type === undefined ? {} : { type }),
    ...(name === undefined ? {} : { name }),
    ...(value === undefined ? {} : { value }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(annotation === undefined ? {} : { annotation }),
  };
}

function domainJson({ id, name }: Domain) {
  return { id, href: `/v1/domain/${id}/`, name, is_internal: false, annotation: '' };
}

function recordJson({ id, domain, isUserDefined, ...record }: AccountRecord) {
  const fields = { ...record, is_user_defined: isUserDefined, is_active: true };
  return { id, href: `/v1/record/${id}/`, domain: { href: `/v1/domain/${domain}/` }, ...fields };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

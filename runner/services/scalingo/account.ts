/*
 * One account of Scalingo: its token, the JWT that it is exchanged for, the pace, and requests to the three APIs.
 * In: a `ScalingoResource`. Out: parsed answers. Can never happen: more than 60 requests in a minute from the processes of
 * a run; a token or a JWT in an error; an answer of 429 taken for a failure before it was waited for; a `POST` that is sent twice
 * after an answer that does not say that nothing was done.
 * The `scalingo` package is not used here: it drops the headers (request id, retry delay) and knows neither pace nor renewal
 * nor the database API. The sandbox is tested against it.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import { recordRetries } from '../record.ts';
import type { ScalingoResource } from '../resources.ts';
import { type Clock, systemClock } from './clock.ts';
import { Limiter } from './limiter.ts';
import { faultOf } from './refusals.ts';
import { exchanged, unwrap } from './shapes.ts';
import { paceVariable } from './shared-pace.ts';

/** A request to one of the three APIs. `bearer` replaces the account's JWT. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the API's base, with a leading slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bearer?: string;
  /** Statuses of refusal that the caller understands; their answer is given back. */
  readonly expected?: readonly number[];
}

/** An answer that was not a failure. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly location: string | undefined;
}

type Api = 'api' | 'authApi' | 'databaseApi';

/** A JWT lives one hour; it is renewed when less than five minutes are left, as the official client does. */
const renewal = 5 * 60_000;
const lifetime = 60 * 60_000;

/** How long to wait after a 429 that does not say, and how often. */
const pauses = [5000, 15_000, 30_000, 60_000];

/** Open accounts, so that all functions of a process share one pace and one JWT. */
const accounts = new Map<string, Account>();

/** The account of a resource, opened once in a process. `clock` counts only when it is opened. */
export function accountOf(resource: ScalingoResource, clock: Clock = systemClock): Account {
  const id = `${resource.api} ${resource.token}`;
  const known = accounts.get(id) ?? new Account(resource, clock);
  accounts.set(id, known);
  return known;
}

/** A branch of a parallel section is a process of its own: those of one account share a folder, if the run made one. */
function paceFolder({ api, token }: ScalingoResource): string | undefined {
  const folder = process.env[paceVariable];
  if (folder === undefined) return undefined;
  return join(folder, createHash('sha256').update(`${api} ${token}`).digest('hex').slice(0, 16));
}

/** Requests in the name of one account. */
export class Account {
  readonly clock: Clock;
  readonly #resource: ScalingoResource;
  readonly #limiter: Limiter;
  #jwt: { readonly token: string; readonly until: number } | undefined;
  #exchange: Promise<string> | undefined;

  constructor(resource: ScalingoResource, clock: Clock) {
    this.#resource = resource;
    this.clock = clock;
    this.#limiter = new Limiter(clock, { pace: resource.pace, folder: paceFolder(resource) });
  }

  /** The longest that anything is waited for on this target, ms. */
  get patience(): number | undefined {
    return this.#resource.patience;
  }

  /** A request to the applications' API. Faults: `scalingo-*`. */
  app(call: ApiCall): Promise<ApiAnswer> {
    return this.#call('api', call);
  }

  /** A request to the authentication API. */
  auth(call: ApiCall): Promise<ApiAnswer> {
    return this.#call('authApi', call);
  }

  /** A request to the database API; `bearer` is the add-on's own token. */
  database(call: ApiCall): Promise<ApiAnswer> {
    return this.#call('databaseApi', call);
  }

  /** An address that the API itself gave, such as an operation's. */
  at(url: string): Promise<ApiAnswer> {
    const base = new URL(this.#resource.api);
    const target = new URL(url, base);
    // The JWT goes to nobody but the host that it is for.
    if (target.host !== base.host) throw new Fault('scalingo-odd-address', { host: target.host });
    return this.#send(target.href, { method: 'GET', path: target.pathname });
  }

  /** Records a refusal that is not an end: the request is made again after `waited` ms. */
  refused(refusal: string, waited = 0): void {
    recordRetries({ resource: this.#resource.name, refusal, requests: 1, waited });
  }

  async #call(api: Api, call: ApiCall): Promise<ApiAnswer> {
    return await this.#send(`${this.#resource[api].replace(/\/$/, '')}${call.path}`, call);
  }

  async #send(url: string, call: ApiCall): Promise<ApiAnswer> {
    const bearer = call.bearer ?? (await this.#token());
    const answer = await this.#attempt(url, call, `Bearer ${bearer}`);
    if (answer.status !== 401 || call.bearer !== undefined) return this.#judge(call, answer);
    // The clock of the server is the one that counts: a JWT that it calls expired is replaced, once.
    this.#jwt = undefined;
    this.refused('401');
    console.log(`401 ${call.method} ${call.path}: POST /tokens/exchange`);
    return this.#judge(call, await this.#attempt(url, call, `Bearer ${await this.#token()}`));
  }

  #judge({ method, path, expected = [] }: ApiCall, answer: RawAnswer): ApiAnswer {
    if (answer.status < 400 || expected.includes(answer.status)) return answer;
    throw faultOf({ method, path, ...answer });
  }

  /** Sends, and again after each 429: the limiter refused it, so nothing was done. */
  async #attempt(url: string, call: ApiCall, authorization: string): Promise<RawAnswer> {
    for (const pause of pauses) {
      const answer = await this.#once(url, call, authorization);
      if (answer.status !== 429) return answer;
      const wait = answer.retryAfter ?? pause;
      console.log(`429 ${call.method} ${call.path}: ${wait / 1000} s`);
      this.refused('429', wait);
      await this.clock.sleep(wait);
    }
    return await this.#once(url, call, authorization);
  }

  async #once(url: string, call: ApiCall, authorization: string): Promise<RawAnswer> {
    await this.#limiter.turn();
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const headers = { accept: 'application/json', 'content-type': 'application/json', authorization };
    try {
      const response = await fetch(url, {
        method: call.method,
        headers: { ...headers, ...call.headers },
        signal: AbortSignal.timeout(60_000),
        ...body,
      });
      return await readAnswer(response);
    } catch (error) {
      throw unreachable(error, url, call.method);
    }
  }

  async #token(): Promise<string> {
    if (this.#jwt !== undefined && this.clock.now() < this.#jwt.until - renewal) return this.#jwt.token;
    this.#exchange ??= this.#exchangeToken().finally(() => {
      this.#exchange = undefined;
    });
    return await this.#exchange;
  }

  /** HTTP Basic with an empty user and the API token as password (Scalingo, "Authentication"). */
  async #exchangeToken(): Promise<string> {
    const call = { method: 'POST', path: '/tokens/exchange', body: {} } as const;
    const url = `${this.#resource.authApi.replace(/\/$/, '')}${call.path}`;
    const authorization = `Basic ${Buffer.from(`:${this.#resource.token}`).toString('base64')}`;
    const asked = this.clock.now();
    const answer = this.#judge(call, await this.#attempt(url, call, authorization));
    const { token } = unwrap(answer.body, [], exchanged);
    this.#jwt = { token, until: asked + lifetime };
    return token;
  }
}

interface RawAnswer extends ApiAnswer {
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
}

async function readAnswer(response: Response): Promise<RawAnswer> {
  const text = await response.text();
  const header = (name: string) => response.headers.get(name) ?? undefined;
  const seconds = Number(header('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    body: parsed(text),
    location: header('location'),
    requestId: header('x-request-id'),
    retryAfter: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  };
}

/** Plain text is an answer too: the limiter and some errors do not speak JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unreachable(error: unknown, url: string, method: string): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const cause: unknown = error.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
  const state = method === 'GET' ? 'nothing-changed' : 'step-may-have-run';
  return new Fault('scalingo-unreachable', { host: new URL(url).host, code }, state);
}

/**
 * GitHub's REST API, as far as backups go: runs of workflows, artifacts, one file at a time; artifacts are stored elsewhere.
 *
 * In: a repository, a token, runs, artifacts, files. Out: the API's address. Anybody may list; only the token downloads.
 * Can never happen: an artifact given by the API's own origin, or by the other one to a request that bears the token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenHttp } from '../sockets.ts';
import { artifactJson, commitJson, fileJson, folderJson, runJson } from './json.ts';
import { type Artifact, type Commit, commitsOf, matchingRuns, type Run } from './model.ts';
import { createStorage, type StorageFault } from './storage.ts';

/** A state of the service that a drill can rehearse. */
export type GithubFault = 'rate-limited' | 'unavailable' | StorageFault;

/**
 * What the repository holds. `files` maps a path to its text, at any ref but the commits of `history`, newest first; `now` gives
 * milliseconds.
 */
export interface GithubSettings {
  readonly repository: string;
  readonly token: string;
  readonly runs: readonly Run[];
  readonly artifacts: readonly Artifact[];
  readonly files: Readonly<Record<string, string>>;
  readonly history?: readonly Commit[];
  readonly now?: () => number;
  /** Asked at each request, and with the artifact when one is downloaded. */
  readonly fault?: (artifact?: Artifact) => GithubFault | undefined;
  readonly onStorageRequest?: (headers: Readonly<Record<string, unknown>>) => void;
}

/** A running service. */
export interface Github {
  readonly api: string;
  readonly storage: string;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Call {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly identified: boolean;
  readonly raw: boolean;
  readonly base: string;
}

/** Starts the API and the storage on free ports of 127.0.0.1. */
export async function startGithub(settings: GithubSettings): Promise<Github> {
  const { now = Date.now, fault, onStorageRequest } = settings;
  const storage = createStorage({
    now,
    fault: artifact => {
      const ordered = fault?.(artifact);
      return ordered === 'corrupt' || ordered === 'cut' ? ordered : undefined;
    },
    ...(onStorageRequest === undefined ? {} : { onRequest: onStorageRequest }),
  });
  const stored = await listenHttp(storage.listener);
  const used = new Map<boolean, number>();
  const link = (artifact: Artifact) => `${stored.url}${storage.link(artifact)}`;
  const listening = await listenHttp((request, response) => {
    const known = credentialOf(request, settings.token);
    const count = (used.get(known === 'token') ?? 0) + 1;
    used.set(known === 'token', count);
    const limit = known === 'token' ? 5000 : 60;
    const limited = count > limit || fault?.() === 'rate-limited';
    const reset = `${Math.ceil(now() / 1000) + 3600}`;
    const remaining = `${limited ? 0 : limit - count}`;
    const headers = {
      'x-ratelimit-limit': `${limit}`,
      'x-ratelimit-remaining': remaining,
      'x-ratelimit-reset': reset,
    };
    const reply = limited
      ? tooMany
      : fault?.() === 'unavailable'
        ? unavailable
        : answer(settings, link, request, known);
    send(response, { ...reply, headers: { ...headers, ...reply.headers } });
  });
  return {
    api: listening.url,
    storage: stored.url,
    close: async () => void (await Promise.all([listening.close(), stored.close()])),
  };
}

const problem = (status: number, message: string): Reply => {
  return {
    status,
    json: { message, documentation_url: 'https://docs.github.com/rest', status: `${status}` },
  };
};
const tooMany = problem(403, 'API rate limit exceeded for 127.0.0.1.');
const unavailable = problem(503, 'Service unavailable');
const notFound = problem(404, 'Not Found');

type Credential = 'none' | 'token' | 'bad';

function credentialOf(request: IncomingMessage, token: string): Credential {
  const given = request.headers.authorization;
  if (given === undefined) return 'none';
  return given === `Bearer ${token}` || given === `token ${token}` ? 'token' : 'bad';
}

type Link = (artifact: Artifact) => string;

function answer(settings: GithubSettings, link: Link, request: IncomingMessage, known: Credential): Reply {
  if (known === 'bad') return problem(401, 'Bad credentials');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
  const prefix = `/repos/${settings.repository}/`;
  if (!pathname.startsWith(prefix) || request.method !== 'GET') return notFound;
  const call: Call = {
    path: decodeURIComponent(pathname.slice(prefix.length)),
    query: searchParams,
    identified: known === 'token',
    raw: /raw/.test(request.headers.accept ?? ''),
    base: `http://${request.headers.host ?? ''}${prefix.slice(0, -1)}`,
  };
  return (
    runsReply(settings, call) ??
    artifactsReply(settings, link, call) ??
    commitsReply(settings, call) ??
    fileReply(settings, call) ??
    notFound
  );
}

function runsReply({ runs }: GithubSettings, { path, query, base }: Call): Reply | undefined {
  const [, workflow] = /^actions\/workflows\/([^/]+)\/runs$/.exec(path) ?? [];
  if (workflow === undefined) return undefined;
  const all = runs.filter(run => run.workflow === workflow);
  if (all.length === 0) return notFound;
  const found = matchingRuns(all, query);
  const workflow_runs = page(found, query).map(run => runJson(run, base));
  return { status: 200, json: { total_count: found.length, workflow_runs } };
}

function artifactsReply({ artifacts }: GithubSettings, link: Link, call: Call): Reply | undefined {
  const { path, query, base, identified } = call;
  const [, download] = /^actions\/artifacts\/(\d+)\/zip$/.exec(path) ?? [];
  if (download !== undefined) {
    if (!identified) return problem(401, 'Requires authentication');
    const artifact = artifacts.find(one => one.id === Number(download));
    if (artifact === undefined) return notFound;
    if (artifact.expired) return problem(410, 'Artifact has expired');
    return { status: 302, headers: { location: link(artifact) } };
  }
  const [, run] = /^actions\/(?:runs\/(\d+)\/)?artifacts$/.exec(path) ?? [];
  if (run === undefined && path !== 'actions/artifacts') return undefined;
  const name = query.get('name');
  const found = artifacts.filter(
    one => (run === undefined || one.run.id === Number(run)) && (name === null || one.name === name),
  );
  const shown = page(found, query).map(one => artifactJson(one, base));
  return { status: 200, json: { total_count: found.length, artifacts: shown } };
}

function commitsReply({ history = [] }: GithubSettings, { path, query, base }: Call): Reply | undefined {
  if (path !== 'commits') return undefined;
  const sha = query.get('sha');
  const from = sha === null || /^(?:main|HEAD)$/.test(sha) ? 0 : history.findIndex(one => one.sha === sha);
  if (from === -1) return notFound;
  const found = page(commitsOf(history.slice(from), query.get('path')), query);
  return { status: 200, json: found.map(one => commitJson(one, base)) };
}

function fileReply(settings: GithubSettings, { path, query, raw }: Call): Reply | undefined {
  const [, name] = /^contents\/(.*)$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  const at = settings.history?.find(({ sha }) => sha === query.get('ref'));
  const files = at?.files ?? settings.files;
  const text = Object.hasOwn(files, name) ? files[name] : undefined;
  if (text !== undefined) return raw ? { status: 200, text } : { status: 200, json: fileJson(name, text) };
  const folder = folderJson(name.replace(/\/$/, ''), Object.keys(files));
  return folder && { status: 200, json: folder };
}

/** 30 by page unless asked, 100 at most. */
function page<T>(all: readonly T[], query: URLSearchParams): T[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(start, start + size);
}

function send(response: ServerResponse, { status, json, text, headers }: Reply): void {
  const type = json === undefined ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
}

import type { z } from 'zod';
import { Fault } from '../../fault.ts';
import type { GithubResource } from '../resources.ts';
import { networkCause } from '../system-error.ts';

/**
 * A GET under the repository, in JSON. Faults: `github-denied`, `github-not-found`, `github-rate-limited`, `github-refused`,
 * `github-unreachable`.
 */
export async function getJson<T>(resource: GithubResource, path: string, shape: z.ZodType<T>): Promise<T> {
  const response = await request(resource, path);
  if (!response.ok) throw await refusal(resource, path, response);
  const body: unknown = await response.json().catch(() => undefined);
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  const message = read.error.issues[0]?.message ?? '';
  throw new Fault('github-refused', { api: resource.api, request: path, status: response.status, message });
}

/** One GET with GitHub's headers; redirections are not followed, lest the token go elsewhere. */
export function request(resource: GithubResource, path: string): Promise<Response> {
  const { api, repository, token } = resource;
  return fetch(`${api.replace(/\/$/, '')}/repos/${repository}/${path}`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  }).catch((error: unknown) => {
    throw new Fault('github-unreachable', { api, request: path, code: networkCause(error) });
  });
}

/** The fault that an answer stands for. */
export async function refusal(resource: GithubResource, path: string, response: Response): Promise<Fault> {
  const { status, headers } = response;
  const { api, repository } = resource;
  const message = (await response.text()).slice(0, 300);
  const limited = status === 429 || (status === 403 && headers.get('x-ratelimit-remaining') === '0');
  if (limited) {
    const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000;
    const until = Number.isNaN(reset) ? '?' : new Date(reset).toISOString();
    return new Fault('github-rate-limited', {
      api,
      reset: until,
      limit: headers.get('x-ratelimit-limit') ?? '?',
    });
  }
  if (status === 404) return new Fault('github-not-found', { api, repository, request: path });
  const denied = status === 401 || status === 403;
  return new Fault(denied ? 'github-denied' : 'github-refused', { api, request: path, status, message });
}

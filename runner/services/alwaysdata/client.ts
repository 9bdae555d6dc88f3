import { z } from 'zod';
import { Fault, type FaultState } from '../../fault.ts';
import type { AlwaysdataResource } from '../resources.ts';
import { networkCause } from '../system-error.ts';

/** A domain of the account. */
export interface Domain {
  readonly id: number;
  readonly name: string;
}

/** A DNS record; `name` is relative to its domain. `automatic`: alwaysdata made it for a service of its own. */
export interface ZoneRecord {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly ttl: number | undefined;
  readonly annotation: string;
  readonly automatic: boolean;
}

const domainShape = z.object({ id: z.number(), name: z.string() });
const recordShape = z
  .object({
    id: z.number(),
    type: z.string(),
    name: z.string().nullish(),
    value: z.string(),
    ttl: z.number().nullish(),
    annotation: z.string().nullish(),
    is_user_defined: z.boolean().default(true),
  })
  .transform(
    ({ id, type, name, value, ttl, annotation, is_user_defined }): ZoneRecord => ({
      id,
      type,
      value,
      name: name ?? '',
      ttl: ttl ?? undefined,
      annotation: annotation ?? '',
      automatic: !is_user_defined,
    }),
  );

/** The domains of the account. Faults: those of `send`. */
export async function listDomains(resource: AlwaysdataResource): Promise<Domain[]> {
  const { body } = await send(resource, 'GET', 'domain/');
  return parsed(resource, z.array(domainShape), body);
}

/** The records of a domain that bear a name. Faults: those of `send`. */
export async function listRecords(
  resource: AlwaysdataResource,
  domain: Domain,
  name: string,
): Promise<ZoneRecord[]> {
  const query = new URLSearchParams({ domain: `${domain.id}`, name });
  const { body } = await send(resource, 'GET', `record/?${query}`);
  // An account's filters are not documented to be exact, and an empty name may filter nothing.
  return parsed(resource, z.array(recordShape), body).filter(record => record.name === name);
}

/** Fields of a record to be written. */
export type WrittenRecord = Readonly<Record<string, string | number>>;

/** Makes a record; the answer's body, which may be empty, is not read. Faults: those of `send`. */
export async function createRecord(
  resource: AlwaysdataResource,
  domain: Domain,
  written: WrittenRecord,
): Promise<void> {
  await send(resource, 'POST', 'record/', { domain: domain.id, ...written });
}

/** Changes a record by PATCH, or by PUT where PATCH is not known: sources contradict each other. Faults: those of `send`. */
export async function updateRecord(
  resource: AlwaysdataResource,
  domain: Domain,
  id: number,
  written: WrittenRecord,
): Promise<void> {
  const path = `record/${id}/`;
  const { status } = await send(resource, 'PATCH', path, written, [405]);
  if (status === 405) await send(resource, 'PUT', path, { domain: domain.id, ...written });
}

/** Removes a record; one that is gone already is no error. Faults: those of `send`. */
export async function removeRecord(resource: AlwaysdataResource, id: number): Promise<void> {
  await send(resource, 'DELETE', `record/${id}/`, undefined, [404]);
}

/**
 * One request. Redirections are refused, since they mean that a path lost its final slash and a POST would become a GET.
 * `tolerated` statuses are returned. Faults: `alwaysdata-denied`, `alwaysdata-refused`, `alwaysdata-unreachable`.
 */
async function send(
  resource: AlwaysdataResource,
  method: string,
  path: string,
  body?: unknown,
  tolerated: readonly number[] = [],
): Promise<{ readonly status: number; readonly body: string }> {
  const state: FaultState = method === 'GET' ? 'nothing-changed' : 'step-may-have-run';
  const { api, account, token } = resource;
  const request = `${method} /${path}`;
  const authorization = `Basic ${Buffer.from(`${token} account=${account}:`).toString('base64')}`;
  const response = await fetch(`${api.replace(/\/$/, '')}/${path}`, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
    headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new Fault('alwaysdata-unreachable', { api, request, code: networkCause(error) }, state);
  });
  const text = await response.text();
  const { status } = response;
  if (response.ok || tolerated.includes(status)) return { status, body: text };
  if (status === 401 || status === 403) throw new Fault('alwaysdata-denied', { api, account, status });
  const message = text.slice(0, 300) || response.headers.get('location') || response.statusText;
  throw new Fault('alwaysdata-refused', { api, request, status, message }, refusedState(status, state));
}

/** A request that the service refused did nothing; one that failed within it may have. */
function refusedState(status: number, state: FaultState): FaultState {
  return status < 500 ? 'nothing-changed' : state;
}

function parsed<T>(resource: AlwaysdataResource, shape: z.ZodType<T>, text: string): T {
  const read = shape.safeParse(json(text));
  if (read.success) return read.data;
  throw new Fault('alwaysdata-refused', {
    api: resource.api,
    request: 'GET',
    status: 200,
    message: text.slice(0, 300),
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The Scalingo APIs: one request in, one answer out.
// In: the model, the real things behind it, perhaps a fault hook. Out: an answer in the shapes of the documentation.
// Never: an operation for who did not prove that they may, except those that are open to all at Scalingo too.
import { ApiError, forbidden, notFound, tooMany, unauthorized } from './api-error.ts';
import type { ApiRequest, Reply } from './call.ts';
import type { Limiter } from './limiter.ts';
import { type Model, settle } from './model.ts';
import type { Platform } from './platform.ts';
import { findRoute, type Route } from './routes.ts';
import { bearer } from './tokens.ts';

/** A refusal that a fault hook orders. */
export interface InjectedFault {
  readonly status: number;
  readonly body: unknown;
}

/** Asked before each authorised operation, by its name (`apps.create`, `backups.archive`…) and the parts of its path. */
export type FaultHook = (
  operation: string,
  params: Readonly<Record<string, string>>,
) => InjectedFault | undefined;

/** What answers. */
export interface Handling {
  readonly model: Model;
  readonly platform: Platform;
  readonly limiter: Limiter;
  readonly fault: FaultHook;
}

/** Answers one request; throws nothing that is not a bug. */
export async function answer(handling: Handling, request: ApiRequest): Promise<Reply> {
  try {
    return await operate(handling, request);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refusal(error);
  }
}

function refusal({ status, body }: ApiError): Reply {
  return typeof body === 'string' ? { status, text: body } : { status, json: body };
}

async function operate({ model, platform, limiter, fault }: Handling, request: ApiRequest): Promise<Reply> {
  const route = findRoute(request.method, request.path);
  if (route === undefined) throw notFound('Route');
  // Downloads and uploads go to object storage at Scalingo, which has limits of its own.
  const counted = !['backups.download', 'sources.upload'].includes(route.name);
  if (counted && !limiter.admits(model.rules.now())) throw tooMany();
  authorize(model, route, request);
  const injected = fault(route.name, route.params);
  if (injected !== undefined) throw new ApiError(injected.status, injected.body);
  settle(model);
  return await route.operation({ model, platform, request, params: route.params });
}

function authorize(model: Model, { door, params }: Route, request: ApiRequest): void {
  if (door === 'open') return;
  const holder = bearer(model, request.headers.authorization);
  const isAccount = holder === model.state.account.id;
  if (door === 'account' && !isAccount) throw unauthorized('Authentication failed');
  if (door !== 'database') return;
  const backup = model.state.backups.find(one => one.id === params.backup);
  const wanted = params.id ?? backup?.addon;
  if (isAccount || holder !== wanted) throw forbidden('this token does not open this database');
}

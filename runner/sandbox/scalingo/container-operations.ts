import { badRequest, notFound, unprocessable } from './api-error.ts';
import { type Call, isRecord, jsonBody, ok, page, param, type Reply, textOf } from './call.ts';
import { addEvent, findApp, iso, refuseWhileBusy } from './model.ts';
import type { App, Container, Operation } from './state.ts';

/** At most 10 containers of a type (Scalingo, "Scaling"). */
const mostContainers = 10;

const commands: Readonly<Record<string, string>> = {
  web: 'gunicorn core.wsgi',
  worker: 'celery -A core worker',
};

/** `GET /apps/:app/containers`: the formation. */
export function listFormation(call: Call): Reply {
  const { formation } = findApp(call.model, param(call, 'app'));
  return ok({ containers: formation.map(one => ({ ...one, command: commands[one.name] ?? one.name })) });
}

/** `GET /apps/:app/ps`: one entry for each running container. */
export function listContainers(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const running = app.status === 'running' ? app.formation : [];
  const containers = running.flatMap(({ name, amount }) =>
    Array.from({ length: amount }, (_, index) => ({
      id: `${app.id}-${name}-${index + 1}`,
      type: name,
      type_index: index + 1,
      label: `${name}-${index + 1}`,
      state: 'running',
      command: commands[name] ?? name,
      created_at: iso(app.updatedAt),
      deleted_at: null,
    })),
  );
  return ok({ containers });
}

function readContainer(app: App, body: unknown): Container {
  const name = isRecord(body) ? textOf(body, 'name') : undefined;
  const known = app.formation.find(one => one.name === name);
  if (!isRecord(body) || known === undefined) throw unprocessable('containers', `unknown type ${name}`);
  const amount = body.amount ?? known.amount;
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 0) {
    throw unprocessable('containers', 'amount is invalid');
  }
  if (amount > mostContainers)
    throw badRequest(`at most ${mostContainers} containers of a type`, 'containers_limit');
  return { name: known.name, amount, size: textOf(body, 'size') ?? known.size };
}

function start(call: Call, app: App, type: Operation['type'], formation: Container[] | null): Operation {
  const { state, rules } = call.model;
  refuseWhileBusy(call.model, app);
  const operation: Operation = {
    id: rules.random(12),
    app: app.id,
    type,
    createdAt: rules.now(),
    endsAt: rules.now() + rules.delays.operation,
    applied: false,
    error: null,
    formation,
  };
  state.operations.push(operation);
  addEvent(call.model, app, type);
  return operation;
}

function location({ request }: Call, { app, id }: Operation): Record<string, string> {
  return { location: `${request.origin}/api/v1/apps/${app}/operations/${id}` };
}

/** `POST /apps/:app/scale`: at once when nothing runs yet, else an operation. */
export function scale(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const { containers } = jsonBody(call);
  if (!Array.isArray(containers)) throw badRequest('containers is missing');
  const changes = containers.map(one => readContainer(app, one));
  const formation = app.formation.map(one => changes.find(({ name }) => name === one.name) ?? one);
  if (app.status === 'new') {
    app.formation = formation;
    addEvent(call.model, app, 'scale');
    return ok({ containers: formation });
  }
  const operation = start(call, app, 'scale', formation);
  return { status: 202, headers: location(call, operation), json: { containers: formation } };
}

/** `POST /apps/:app/restart`: an operation and an empty body. */
export function restart(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  if (app.status === 'new') throw badRequest('application has never been deployed', 'app_not_deployed');
  return { status: 202, headers: location(call, start(call, app, 'restart', null)) };
}

/** `GET /apps/:app/operations/:id`. */
export function showOperation(call: Call): Reply {
  const { state, rules } = call.model;
  const app = findApp(call.model, param(call, 'app'));
  const found = state.operations.find(one => one.app === app.id && one.id === param(call, 'id'));
  if (found === undefined) throw notFound('Operation');
  const ended = rules.now() >= found.endsAt;
  const under = rules.now() < found.createdAt + rules.delays.operation / 4 ? 'pending' : 'running';
  const outcome = found.error === null ? 'done' : 'error';
  return ok({
    operation: {
      id: found.id,
      app_id: found.app,
      type: found.type,
      status: ended ? outcome : under,
      error: ended ? found.error : null,
      created_at: iso(found.createdAt),
      finished_at: ended ? iso(found.endsAt) : null,
    },
  });
}

/** `GET /events` and `GET /apps/:app/events`, newest first. */
export function listEvents(call: Call): Reply {
  const { state } = call.model;
  const app = call.params.app === undefined ? undefined : findApp(call.model, call.params.app);
  const events = state.events
    .filter(one => app === undefined || one.app === app.id)
    .map(one => ({
      id: one.id,
      created_at: iso(one.at),
      app_id: one.app,
      app_name: one.appName,
      user: one.user,
      type: one.type,
      type_data: one.data,
    }));
  return page(call, 'events', events);
}

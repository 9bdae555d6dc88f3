import { badRequest, forbidden, notFound, unprocessable } from './api-error.ts';
import {
  type Call,
  created,
  isRecord,
  jsonBody,
  noContent,
  ok,
  param,
  type Reply,
  rooted,
  textOf,
} from './call.ts';
import { addEvent, findApp, type Model, resolvedVariables, setVariable, variablesOf } from './model.ts';
import type { App, Variable } from './state.ts';

/** The API documentation's own limit; the product's says 32,768. */
const longestValue = 8192;

/** `GET /apps/:app/variables`; `aliases=false` shows what aliases stand for. */
export function listVariables(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const values = resolvedVariables(app);
  const resolve = call.request.query.get('aliases') === 'false';
  const shown = app.variables.map(one => (resolve ? { ...one, value: values[one.name] ?? '' } : one));
  return ok({ variables: shown });
}

function read(body: unknown): { readonly name: string; readonly value: string } {
  if (!isRecord(body)) throw badRequest('variable is invalid');
  const name = textOf(body, 'name') ?? '';
  const value = textOf(body, 'value');
  if (!/^[A-Za-z0-9][A-Za-z0-9_]{0,63}$/.test(name)) throw unprocessable('name', 'is invalid');
  if (value === undefined) throw unprocessable('value', "can't be blank");
  if (value.length > longestValue) throw unprocessable('value', 'is too long');
  return { name, value };
}

/** The platform refuses to overwrite the variable that an add-on manages; its alias may be taken over. */
function refuseManaged({ state }: Model, app: App, name: string): void {
  const managed = state.addons.some(addon => addon.app === app.id && variablesOf(addon)[0] === name);
  if (managed) throw forbidden(`variable ${name} is managed by an addon`, 'variable_managed');
}

function find(call: Call, app: App): Variable {
  const id = param(call, 'id');
  const found = app.variables.find(one => one.id === id);
  if (found === undefined) throw notFound('Variable');
  return found;
}

/** `POST /apps/:app/variables`. */
export function createVariable(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const { name, value } = read(rooted(call, 'variable'));
  refuseManaged(call.model, app, name);
  if (app.variables.some(one => one.name === name)) throw unprocessable('name', 'has already been taken');
  addEvent(call.model, app, 'new_variable', { name });
  return created({ variable: setVariable(call.model, app, name, value) });
}

/** `PUT /apps/:app/variables`: adds and replaces, removes nothing; all or none. */
export function putVariables(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const { variables } = jsonBody(call);
  if (!Array.isArray(variables)) throw badRequest('variables is missing');
  const wanted = variables.map(read);
  for (const { name } of wanted) refuseManaged(call.model, app, name);
  const set = wanted.map(({ name, value }) => setVariable(call.model, app, name, value));
  addEvent(call.model, app, 'edit_variables', { names: wanted.map(({ name }) => name) });
  return ok({ variables: set });
}

/** `PATCH /apps/:app/variables/:id`. */
export function changeVariable(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const { name } = find(call, app);
  refuseManaged(call.model, app, name);
  const { value } = read({ name, value: rooted(call, 'variable').value });
  addEvent(call.model, app, 'edit_variable', { name });
  return ok({ variable: setVariable(call.model, app, name, value) });
}

/** `DELETE /apps/:app/variables/:id`. */
export function deleteVariable(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const gone = find(call, app);
  refuseManaged(call.model, app, gone.name);
  app.variables.splice(app.variables.indexOf(gone), 1);
  addEvent(call.model, app, 'delete_variable', { name: gone.name });
  return noContent;
}

/** `DELETE /apps/:app/variables` with `variable_ids`. */
export function deleteVariables(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const { variable_ids: ids } = jsonBody(call);
  if (!Array.isArray(ids)) throw badRequest('variable_ids is missing');
  const gone = app.variables.filter(one => ids.includes(one.id));
  for (const { name } of gone) refuseManaged(call.model, app, name);
  app.variables = app.variables.filter(one => !gone.includes(one));
  return noContent;
}

import { notFound, unprocessable } from './api-error.ts';
import { type Call, created, noContent, ok, param, type Reply, rooted, textOf, truthOf } from './call.ts';
import { addEvent, findApp, type Model } from './model.ts';
import type { App, Collaborator } from './state.ts';

function present({ request }: Call, app: App, one: Collaborator) {
  return {
    id: one.id,
    app_id: app.id,
    app_name: app.name,
    email: one.email,
    user_id: one.accepted ? `us-${one.id}` : null,
    username: one.username ?? 'n/a',
    tfa_status: one.accepted ? false : null,
    status: one.accepted ? 'accepted' : 'pending',
    is_limited: one.limited,
    invitation_link: one.accepted ? '' : `${request.origin}/apps/collaboration?token=${one.invitation}`,
  };
}

function find(call: Call, app: App): Collaborator {
  const id = param(call, 'id');
  const one = call.model.state.collaborators.find(each => each.app === app.id && each.id === id);
  if (one === undefined) throw notFound('Collaborator');
  return one;
}

/** `GET /apps/:app/collaborators`. */
export function listCollaborators(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const found = call.model.state.collaborators.filter(one => one.app === app.id);
  for (const one of found) if (!one.accepted && isWilling(call.model, one)) accept(one);
  return ok({ collaborators: found.map(one => present(call, app, one)) });
}

/** Who takes part in a drill of the sandbox has an address of this domain, and accepts after a second. */
const participants = /@exercice\.example$/;

function isWilling({ rules }: Model, { email, invitedAt }: Collaborator): boolean {
  return participants.test(email) && rules.now() - invitedAt >= 1000;
}

/** `POST /apps/:app/collaborators`; an invitation is limited unless it says otherwise. */
export function inviteCollaborator(call: Call): Reply {
  const { state, rules } = call.model;
  const app = findApp(call.model, param(call, 'app'));
  const body = rooted(call, 'collaborator');
  const email = textOf(body, 'email') ?? '';
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) throw unprocessable('email', 'is invalid');
  const known = state.collaborators.some(one => one.app === app.id && one.email === email);
  if (known || app.owner.email === email) throw unprocessable('email', 'has already been taken');
  const one: Collaborator = {
    id: rules.random(12),
    app: app.id,
    email,
    username: null,
    limited: truthOf(body, 'is_limited') ?? true,
    invitation: rules.random(24),
    accepted: false,
    invitedAt: rules.now(),
  };
  state.collaborators.push(one);
  addEvent(call.model, app, 'new_collaborator', { collaborator: { email } });
  return created({ collaborator: present(call, app, one) });
}

/** `PATCH /apps/:app/collaborators/:id`: only whether they are limited. */
export function changeCollaborator(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const one = find(call, app);
  one.limited = truthOf(rooted(call, 'collaborator'), 'is_limited') ?? one.limited;
  return ok({ collaborator: present(call, app, one) });
}

/** `DELETE /apps/:app/collaborators/:id`. */
export function deleteCollaborator(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const { collaborators } = call.model.state;
  collaborators.splice(collaborators.indexOf(find(call, app)), 1);
  return noContent;
}

/** `GET /apps/collaboration?token=`, which the invited person opens: the link is not bound to an address. */
export function acceptByLink(call: Call): Reply {
  const token = call.request.query.get('token');
  const one = call.model.state.collaborators.find(each => each.invitation === token && !each.accepted);
  if (one === undefined) throw notFound('Collaborator');
  accept(one);
  return ok({ app: findApp(call.model, one.app).name });
}

/** What an invited person does elsewhere: accept. Throws 404 when nobody of that address is invited. */
export function acceptInvitation(model: Model, appName: string, email: string): void {
  const app = findApp(model, appName);
  const one = model.state.collaborators.find(each => each.app === app.id && each.email === email);
  if (one === undefined) throw notFound('Collaborator');
  accept(one);
}

function accept(one: Collaborator): void {
  one.accepted = true;
  one.username = one.email.split('@')[0] ?? one.email;
}

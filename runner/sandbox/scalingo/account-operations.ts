import { createHash } from 'node:crypto';
import { notFound, unprocessable } from './api-error.ts';
import { type Call, created, noContent, ok, param, type Reply, rootedOrNot, textOf } from './call.ts';
import { region, stacks } from './catalogue.ts';
import { iso } from './model.ts';
import type { Key } from './state.ts';
import { exchangeToken } from './tokens.ts';

/** `POST auth /v1/tokens/exchange`. */
export function exchange({ model, request }: Call): Reply {
  return ok({ token: exchangeToken(model, request.headers.authorization) });
}

/** `GET auth /v1/regions`. */
export function listRegions({ request }: Call): Reply {
  return ok({
    regions: [
      {
        name: region,
        display_name: 'Paris - Outscale (sandbox)',
        api: `${request.origin}/api`,
        dashboard: request.origin,
        database_api: `${request.origin}/db`,
        ssh: `ssh.${region}.scalingo.com:22`,
        default: true,
      },
    ],
  });
}

/** `GET auth /v1/users/self`. */
export function showSelf({ model }: Call): Reply {
  return ok({ user: model.state.account });
}

/** `GET /features/stacks`. */
export function listStacks(): Reply {
  return ok({ stacks });
}

function present({ model }: Call, { id, name, content, createdAt }: Key) {
  const blob = Buffer.from(content.split(' ')[1] ?? '', 'base64');
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  return { id, name, content, fingerprint, created_at: iso(createdAt), owner: model.state.account };
}

/** `GET auth /v1/keys`. */
export function listKeys(call: Call): Reply {
  return ok({ keys: call.model.state.keys.map(key => present(call, key)) });
}

/** `GET auth /v1/keys/:id`. */
export function showKey(call: Call): Reply {
  const key = call.model.state.keys.find(one => one.id === param(call, 'id'));
  if (key === undefined) throw notFound('Key');
  return ok({ key: present(call, key) });
}

/** `POST auth /v1/keys`, nested or not; a key or a name that is already there is refused. */
export function createKey(call: Call): Reply {
  const { state, rules } = call.model;
  const body = rootedOrNot(call, 'key');
  const name = textOf(body, 'name') ?? '';
  const content = textOf(body, 'content')?.trim() ?? '';
  if (name === '') throw unprocessable('name', "can't be blank");
  if (!/^(ssh-ed25519|ssh-rsa|ecdsa-\S+) [A-Za-z0-9+/=]+/.test(content)) {
    throw unprocessable('content', 'is invalid');
  }
  const blob = content.split(' ')[1];
  if (state.keys.some(one => one.name === name)) throw unprocessable('name', 'has already been taken');
  if (state.keys.some(one => one.content.split(' ')[1] === blob)) {
    throw unprocessable('fingerprint', 'has already been taken');
  }
  const key = { id: `ke-${rules.random(12)}`, name, content, createdAt: rules.now() };
  state.keys.push(key);
  return created({ key: present(call, key) });
}

/** `DELETE auth /v1/keys/:id`. */
export function deleteKey(call: Call): Reply {
  const { keys } = call.model.state;
  const index = keys.findIndex(one => one.id === param(call, 'id'));
  if (index < 0) throw notFound('Key');
  keys.splice(index, 1);
  return noContent;
}

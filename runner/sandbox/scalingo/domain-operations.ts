import { badRequest, notFound, unprocessable } from './api-error.ts';
import { type Call, created, noContent, ok, param, type Reply, rooted, textOf, truthOf } from './call.ts';
import { addEvent, findApp, iso, type Model } from './model.ts';
import type { App, Domain } from './state.ts';

/** At most 20 domains for an application (Scalingo, "Custom domains"). */
const mostDomains = 20;

/** `pending_dns` until the name leads to the platform, then `new` while the certificate is being made. */
export function certificateStatus({ rules }: Model, domain: Domain): 'pending_dns' | 'new' | 'created' {
  if (domain.resolvedAt === null) return 'pending_dns';
  return rules.now() >= domain.resolvedAt + rules.delays.certificate ? 'created' : 'new';
}

function present({ model }: Call, domain: Domain) {
  const status = certificateStatus(model, domain);
  const done = status === 'created';
  return {
    id: domain.id,
    app_id: domain.app,
    name: domain.name,
    created_at: iso(domain.createdAt),
    canonical: domain.canonical,
    ssl: done,
    ssl_status: done ? 'success' : 'pending',
    validity: done ? iso((domain.resolvedAt ?? 0) + 45 * 86_400_000) : null,
    letsencrypt: domain.letsencrypt,
    letsencrypt_enabled: domain.letsencrypt,
    letsencrypt_status: domain.letsencrypt ? status : null,
    acme_dns_fqdn: null,
    acme_dns_value: null,
    acme_dns_error: {},
    acme_challenge_error: null,
  };
}

function find(call: Call, app: App): Domain {
  const id = param(call, 'id');
  const domain = call.model.state.domains.find(one => one.app === app.id && one.id === id);
  if (domain === undefined) throw notFound('Domain');
  return domain;
}

/** `GET /apps/:app/domains`. */
export function listDomains(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const domains = call.model.state.domains.filter(one => one.app === app.id);
  return ok({ domains: domains.map(domain => present(call, domain)) });
}

/** `GET /apps/:app/domains/:id`. */
export function showDomain(call: Call): Reply {
  return ok({ domain: present(call, find(call, findApp(call.model, param(call, 'app')))) });
}

/** `POST /apps/:app/domains`. */
export function createDomain(call: Call): Reply {
  const { state, rules } = call.model;
  const app = findApp(call.model, param(call, 'app'));
  const body = rooted(call, 'domain');
  const name = textOf(body, 'name')?.toLowerCase() ?? '';
  if (!/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(name))
    throw unprocessable('name', 'is invalid');
  if (state.domains.some(one => one.name === name)) throw unprocessable('name', 'has already been taken');
  if (state.domains.filter(one => one.app === app.id).length >= mostDomains) {
    throw badRequest(`an application can have at most ${mostDomains} domains`, 'domains_limit');
  }
  const domain: Domain = {
    id: rules.random(12),
    app: app.id,
    name,
    canonical: truthOf(body, 'canonical') ?? false,
    letsencrypt: truthOf(body, 'letsencrypt_enabled') ?? true,
    createdAt: rules.now(),
    resolvedAt: null,
  };
  state.domains.push(domain);
  addEvent(call.model, app, 'new_domain', { hostname: name });
  return created({ domain: present(call, domain) });
}

/** `PATCH /apps/:app/domains/:id`. */
export function changeDomain(call: Call): Reply {
  const domain = find(call, findApp(call.model, param(call, 'app')));
  const body = rooted(call, 'domain');
  domain.canonical = truthOf(body, 'canonical') ?? domain.canonical;
  domain.letsencrypt = truthOf(body, 'letsencrypt_enabled') ?? domain.letsencrypt;
  return ok({ domain: present(call, domain) });
}

/** `DELETE /apps/:app/domains/:id`. */
export function deleteDomain(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const domain = find(call, app);
  const { domains } = call.model.state;
  domains.splice(domains.indexOf(domain), 1);
  addEvent(call.model, app, 'delete_domain', { hostname: domain.name });
  return noContent;
}

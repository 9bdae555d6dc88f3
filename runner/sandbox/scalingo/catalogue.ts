/** What does not change at Scalingo while a plan runs: stacks, providers and their plans, region. */

/** The region of the sandbox. */
export const region = 'osc-fr1';

/** `GET /features/stacks`; scalingo-26 is the default and scalingo-22 was deprecated in June 2026 (Scalingo documentation). */
export const stacks = [
  stack('st-aaaa0022', 'scalingo-22', '2022-10-03', '2026-06-01T00:00:00.000+02:00'),
  stack('st-aaaa0024', 'scalingo-24', '2025-02-03', null),
  stack('st-aaaa0026', 'scalingo-26', '2026-05-11', null),
] as const;

function stack(id: string, name: string, created: string, deprecated_at: string | null) {
  return {
    id,
    name,
    description: `Scalingo stack ${name}`,
    base_image: `scalingo/${name}:latest`,
    default: name === 'scalingo-26',
    created_at: `${created}T00:00:00.000+02:00`,
    deprecated_at,
  };
}

/** A plan of an add-on. `backups` is what the plan's database gets. */
export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly display_name: string;
  readonly description: string;
  readonly position: number;
  readonly price: number;
  readonly on_demand: boolean;
  readonly disabled: boolean;
  readonly disabled_alternative_plan_id: string | null;
  readonly sku: string;
  readonly hds_available: boolean;
  readonly to_be_discontinued: boolean;
  readonly trial_available: boolean;
}

function plan(name: string, position: number, more: Partial<Plan> = {}): Plan {
  return {
    id: `pl-${name}`,
    name,
    display_name: name.replace(/^(postgresql|redis)-/, '').replaceAll('-', ' '),
    description: `${name} plan`,
    position,
    price: position * 3.6,
    on_demand: false,
    disabled: false,
    disabled_alternative_plan_id: null,
    sku: `${region}-${name}`,
    hds_available: false,
    to_be_discontinued: false,
    trial_available: position === 0,
    ...more,
  };
}

const category = { id: 'ca-databases', name: 'Databases', description: 'Managed databases' };

function provider(id: string, name: string, plans: readonly Plan[]) {
  return {
    id,
    name,
    logo_url: `https://cdn.scalingo.com/addons/${name}.svg`,
    short_description: `${name} as a service`,
    description: `${name} as a service`,
    category,
    provider_name: 'Scalingo',
    provider_url: 'https://scalingo.com',
    hds_available: false,
    plans,
  };
}

/** `GET /addon_providers`. The sandbox plans are the free ones: no backups, to be refused by who restores. */
export const providers = [
  provider('postgresql', 'PostgreSQL', [
    plan('postgresql-sandbox', 0),
    plan('postgresql-starter-256', 1, {
      disabled: true,
      disabled_alternative_plan_id: 'pl-postgresql-starter-512',
    }),
    plan('postgresql-starter-512', 2),
    plan('postgresql-starter-1024', 3),
    plan('postgresql-business-512', 4, { to_be_discontinued: true }),
    plan('postgresql-business-1024', 5),
    plan('postgresql-enterprise-8192', 6, { on_demand: true }),
  ]),
  provider('redis', 'Redis', [
    plan('redis-sandbox', 0),
    plan('redis-starter-256', 1),
    plan('redis-business-256', 2),
  ]),
] as const;

import { z } from 'zod';

const person = z.object({ id: z.string(), username: z.string(), email: z.string() });
const variable = z.object({ id: z.string(), name: z.string(), value: z.string() });
const container = z.object({ name: z.string(), amount: z.number(), size: z.string() });

const app = z.object({
  id: z.string(),
  name: z.string(),
  owner: person,
  stack: z.string(),
  forceHttps: z.boolean(),
  stickySession: z.boolean(),
  routerLogs: z.boolean(),
  status: z.enum(['new', 'running', 'stopped', 'crashed']),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastDeployment: z.string().nullable(),
  /** Variables as they are set; a process only sees `running`, which is what was set when it last started. */
  variables: z.array(variable),
  running: z.record(z.string(), z.string()),
  formation: z.array(container),
});

const collaborator = z.object({
  id: z.string(),
  app: z.string(),
  email: z.string(),
  username: z.string().nullable(),
  limited: z.boolean(),
  invitation: z.string(),
  accepted: z.boolean(),
  invitedAt: z.number().default(0),
});

const database = z.object({
  /** Name and port that only the platform's network knows, and so its SSH gateway. */
  host: z.string(),
  port: z.number(),
  user: z.string(),
  password: z.string(),
  database: z.string(),
});

const databaseUser = z.object({ name: z.string(), readOnly: z.boolean(), protected: z.boolean() });

const addon = z.object({
  id: z.string(),
  app: z.string(),
  resource: z.string(),
  provider: z.enum(['postgresql', 'redis']),
  plan: z.string(),
  createdAt: z.number(),
  readyAt: z.number(),
  /** What the variable of the add-on says; null while the real thing is being made. */
  url: z.string().nullable(),
  database: database.nullable(),
  users: z.array(databaseUser),
  features: z.array(z.string()),
  suspended: z.boolean(),
});

const backup = z.object({
  id: z.string(),
  addon: z.string(),
  name: z.string(),
  method: z.enum(['periodic', 'manual']),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  size: z.number(),
  status: z.enum(['scheduled', 'pending', 'running', 'done', 'error']),
  /** Name of the archive in the folder of archives. */
  file: z.string().nullable(),
});

const domain = z.object({
  id: z.string(),
  app: z.string(),
  name: z.string(),
  canonical: z.boolean(),
  letsencrypt: z.boolean(),
  createdAt: z.number(),
  /** When the platform first saw the name lead to it; null until then. */
  resolvedAt: z.number().nullable(),
});

const operation = z.object({
  id: z.string(),
  app: z.string(),
  type: z.enum(['restart', 'scale']),
  createdAt: z.number(),
  endsAt: z.number(),
  applied: z.boolean(),
  error: z.string().nullable(),
  formation: z.array(container).nullable(),
});

const deployment = z.object({
  id: z.string(),
  app: z.string(),
  createdAt: z.number(),
  gitRef: z.string(),
  source: z.string().nullable(),
  pusher: person,
  outcome: z.enum(['success', 'build-error', 'crashed-error', 'timeout-error', 'hook-error', 'aborted']),
  /** Duration of each stage, ms. */
  stage: z.number(),
  applied: z.boolean(),
  /** Where a real build and boot have brought it, and their log; null for one that only time drives. */
  driven: z.object({ status: z.string(), log: z.array(z.string()) }).nullable(),
});

const event = z.object({
  id: z.string(),
  app: z.string(),
  appName: z.string(),
  at: z.number(),
  type: z.string(),
  user: person,
  data: z.record(z.string(), z.unknown()),
});

const key = z.object({ id: z.string(), name: z.string(), content: z.string(), createdAt: z.number() });
const download = z.object({ token: z.string(), backup: z.string(), expires: z.number() });
const source = z.object({ id: z.string(), expires: z.number(), size: z.number().nullable() });

/** All that the platform remembers; plain JSON. */
export const stateSchema = z.object({
  /** Signs the JWTs, so that those of before a restart are still good. */
  signingKey: z.string(),
  account: person,
  token: z.string(),
  sequence: z.number(),
  apps: z.array(app),
  collaborators: z.array(collaborator),
  addons: z.array(addon),
  backups: z.array(backup),
  domains: z.array(domain),
  operations: z.array(operation),
  deployments: z.array(deployment),
  events: z.array(event),
  keys: z.array(key),
  downloads: z.array(download),
  sources: z.array(source),
});

export type State = z.infer<typeof stateSchema>;
export type Person = z.infer<typeof person>;
export type Variable = z.infer<typeof variable>;
export type Container = z.infer<typeof container>;
export type App = z.infer<typeof app>;
export type Collaborator = z.infer<typeof collaborator>;
/** A database of the platform and the account that owns it. */
export type Database = z.infer<typeof database>;
export type Addon = z.infer<typeof addon>;
export type Backup = z.infer<typeof backup>;
export type Domain = z.infer<typeof domain>;
export type Operation = z.infer<typeof operation>;
export type Deployment = z.infer<typeof deployment>;
/** How a deployment ends. */
export type Outcome = Deployment['outcome'];
/** A public SSH key of the account. */
export type Key = z.infer<typeof key>;

/** A platform on which nothing was ever made. `token` is the API token of its only account. */
export function emptyState(token: string, signingKey: string, account: Person): State {
  return {
    signingKey,
    account,
    token,
    sequence: 4600,
    apps: [],
    collaborators: [],
    addons: [],
    backups: [],
    domains: [],
    operations: [],
    deployments: [],
    events: [],
    keys: [],
    downloads: [],
    sources: [],
  };
}

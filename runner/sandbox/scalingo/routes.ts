import * as account from './account-operations.ts';
import * as addons from './addon-operations.ts';
import * as apps from './app-operations.ts';
import type { Operation } from './call.ts';
import * as collaborators from './collaborator-operations.ts';
import * as containers from './container-operations.ts';
import * as databases from './database-operations.ts';
import * as deployments from './deployment-operations.ts';
import * as domains from './domain-operations.ts';
import * as variables from './variable-operations.ts';

/** Who may ask: everybody, the account with its JWT, or the bearer of the add-on's own token. */
export type Door = 'open' | 'account' | 'database';

/** An operation under its name, which faults are switched on by. */
export interface Route {
  readonly name: string;
  readonly door: Door;
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

const app = '/api/v1/apps/:app';
const db = '/db/api/databases/:id';

const table: readonly (readonly [string, string, Door, Operation])[] = [
  ['POST /auth/v1/tokens/exchange', 'tokens.exchange', 'open', account.exchange],
  ['GET /auth/v1/regions', 'regions.list', 'account', account.listRegions],
  ['GET /auth/v1/users/self', 'users.self', 'account', account.showSelf],
  ['GET /auth/v1/keys', 'keys.list', 'account', account.listKeys],
  ['POST /auth/v1/keys', 'keys.create', 'account', account.createKey],
  ['GET /auth/v1/keys/:id', 'keys.show', 'account', account.showKey],
  ['DELETE /auth/v1/keys/:id', 'keys.delete', 'account', account.deleteKey],
  ['GET /api/v1/features/stacks', 'stacks.list', 'account', account.listStacks],
  ['GET /api/v1/apps', 'apps.list', 'account', apps.listApps],
  ['POST /api/v1/apps', 'apps.create', 'account', apps.createApp],
  ['GET /api/v1/apps/collaboration', 'collaborators.accept', 'account', collaborators.acceptByLink],
  [`GET ${app}`, 'apps.show', 'account', apps.showApp],
  [`PATCH ${app}`, 'apps.change', 'account', apps.changeApp],
  [`PUT ${app}`, 'apps.change', 'account', apps.replaceSettings],
  [`DELETE ${app}`, 'apps.delete', 'account', apps.deleteApp],
  [`POST ${app}/rename`, 'apps.rename', 'account', apps.renameApp],
  [`GET ${app}/collaborators`, 'collaborators.list', 'account', collaborators.listCollaborators],
  [`POST ${app}/collaborators`, 'collaborators.invite', 'account', collaborators.inviteCollaborator],
  [`PATCH ${app}/collaborators/:id`, 'collaborators.change', 'account', collaborators.changeCollaborator],
  [`DELETE ${app}/collaborators/:id`, 'collaborators.delete', 'account', collaborators.deleteCollaborator],
  ['GET /api/v1/addon_providers', 'addon-providers.list', 'open', addons.listProviders],
  ['GET /api/v1/addon_providers/:id/plans', 'plans.list', 'open', addons.listPlans],
  [`GET ${app}/addons`, 'addons.list', 'account', addons.listAddons],
  [`POST ${app}/addons`, 'addons.create', 'account', addons.createAddon],
  [`GET ${app}/addons/:id`, 'addons.show', 'account', addons.showAddon],
  [`DELETE ${app}/addons/:id`, 'addons.delete', 'account', addons.deleteAddon],
  [`POST ${app}/addons/:id/token`, 'addons.token', 'account', addons.addonToken],
  [`GET ${app}/variables`, 'variables.list', 'account', variables.listVariables],
  [`POST ${app}/variables`, 'variables.create', 'account', variables.createVariable],
  [`PUT ${app}/variables`, 'variables.put', 'account', variables.putVariables],
  [`DELETE ${app}/variables`, 'variables.delete', 'account', variables.deleteVariables],
  [`PATCH ${app}/variables/:id`, 'variables.change', 'account', variables.changeVariable],
  [`DELETE ${app}/variables/:id`, 'variables.delete', 'account', variables.deleteVariable],
  [`GET ${app}/domains`, 'domains.list', 'account', domains.listDomains],
  [`POST ${app}/domains`, 'domains.create', 'account', domains.createDomain],
  [`GET ${app}/domains/:id`, 'domains.show', 'account', domains.showDomain],
  [`PATCH ${app}/domains/:id`, 'domains.change', 'account', domains.changeDomain],
  [`DELETE ${app}/domains/:id`, 'domains.delete', 'account', domains.deleteDomain],
  [`GET ${app}/containers`, 'containers.list', 'account', containers.listFormation],
  [`GET ${app}/ps`, 'containers.ps', 'account', containers.listContainers],
  [`POST ${app}/scale`, 'containers.scale', 'account', containers.scale],
  [`POST ${app}/restart`, 'containers.restart', 'account', containers.restart],
  [`GET ${app}/operations/:id`, 'operations.show', 'account', containers.showOperation],
  [`GET ${app}/events`, 'events.list', 'account', containers.listEvents],
  ['GET /api/v1/events', 'events.list', 'account', containers.listEvents],
  [`GET ${app}/deployments`, 'deployments.list', 'account', deployments.listDeployments],
  [`POST ${app}/deployments`, 'deployments.create', 'account', deployments.createDeployment],
  [`GET ${app}/deployments/:id`, 'deployments.show', 'account', deployments.showDeployment],
  [`GET ${app}/deployments/:id/output`, 'deployments.output', 'account', deployments.showOutput],
  [`DELETE ${app}/caches/deployment`, 'caches.purge', 'account', deployments.purgeCache],
  ['POST /api/v1/sources', 'sources.create', 'account', deployments.createSource],
  ['PUT /api/sources/:id', 'sources.upload', 'open', deployments.uploadSource],
  [`GET ${db}`, 'databases.show', 'database', databases.showDatabase],
  [`GET ${db}/backups`, 'backups.list', 'database', databases.listBackups],
  [`POST ${db}/backups`, 'backups.create', 'database', databases.createBackup],
  [`GET ${db}/backups/:backup`, 'backups.show', 'database', databases.showBackup],
  ['GET /db/api/backups/:backup', 'backups.show', 'database', databases.showBackup],
  [`GET ${db}/backups/:backup/archive`, 'backups.archive', 'database', databases.archiveUrl],
  [`GET ${db}/backups/:backup/download`, 'backups.download', 'open', databases.download],
  [`GET ${db}/users`, 'database-users.list', 'database', databases.listUsers],
  [`POST ${db}/users`, 'database-users.create', 'database', databases.createUser],
  [`POST ${db}/users/:name/reset_password`, 'database-users.reset', 'database', databases.resetPassword],
  [`DELETE ${db}/users/:name`, 'database-users.delete', 'database', databases.deleteUser],
  [`POST ${db}/features`, 'features.enable', 'database', databases.enableFeature],
  [`DELETE ${db}/features`, 'features.disable', 'database', databases.disableFeature],
];

const routes = table.map(([path, name, door, operation]) => ({
  parts: path.split(/[ /]+/),
  route: { name, door, operation },
}));

/** Which operation a request asks for; undefined when there is none. Fixed paths stand before those with a part to fill. */
export function findRoute(method: string, path: string): Route | undefined {
  const given = [method, ...path.split('/').filter(part => part !== '')];
  for (const { parts, route } of routes) {
    const params = match(parts, given);
    if (params !== undefined) return { ...route, params };
  }
  return undefined;
}

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

import { ApiError, badRequest, conflict, forbidden, notFound, unprocessable } from './api-error.ts';
import { type Call, created, noContent, ok, page, param, type Reply, rooted, textOf } from './call.ts';
import { stacks } from './catalogue.ts';
import { deploymentStatus, findApp, hasEnded, iso, type Model } from './model.ts';
import type { App, Deployment } from './state.ts';

function present({ model, request }: Call, deployment: Deployment, app: App) {
  const ended = hasEnded(model, deployment);
  const now = model.rules.now();
  return {
    id: deployment.id,
    app_id: deployment.app,
    created_at: iso(deployment.createdAt),
    status: deploymentStatus(model, deployment),
    git_ref: deployment.gitRef,
    image: `registry/${app.name}:${deployment.id}`,
    registry: 'registry.osc-fr1.scalingo.com',
    duration: ended ? Math.round((now - deployment.createdAt) / 1000) : 0,
    postdeploy_hook: 'python manage.py migrate',
    image_size: 1_342_177_280,
    stack_base_image: stacks.find(one => one.id === app.stack)?.base_image ?? '',
    pusher: deployment.pusher,
    links: { output: `${request.origin}/api/v1/apps/${app.id}/deployments/${deployment.id}/output` },
  };
}

/**
 * Starts a deployment, as a `git push` of `gitRef` to master or a `POST` does. Throws 409 while another is under way.
 */
export function startDeployment(
  model: Model,
  appName: string,
  what: { readonly gitRef: string; readonly source: string | null },
): Deployment {
  const { state, rules } = model;
  const app = findApp(model, appName);
  if (state.deployments.some(one => one.app === app.id && !hasEnded(model, one))) {
    throw conflict('a deployment is already in progress for this application');
  }
  const deployment: Deployment = {
    id: rules.random(12),
    app: app.id,
    createdAt: rules.now(),
    ...what,
    pusher: state.account,
    outcome: rules.outcome(app.name, what.gitRef),
    stage: rules.delays.stage,
    applied: false,
    driven: null,
  };
  state.deployments.unshift(deployment);
  return deployment;
}

const endings: Readonly<Record<Deployment['outcome'], readonly string[]>> = {
  success: [
    '-----> Running post-deploy hook: python manage.py migrate',
    ' Waiting for your application to boot...',
    ' <-- https://{app}.osc-fr1.scalingo.io -->',
  ],
  aborted: [' !     The deployment was aborted'],
  'build-error': [
    ' !     ERROR: Could not find a version that satisfies the requirement django==4.2.99',
    ' !     Error during build: exit status 1',
  ],
  'crashed-error': [
    ' django.core.exceptions.ImproperlyConfigured: Set the DB_READONLY environment variable',
    ' !     Your application crashed during its boot (exit status 1)',
  ],
  'timeout-error': [
    ' Waiting for your application to boot...',
    ' !     Boot timeout: the application did not listen on $PORT within 60 seconds',
  ],
  'hook-error': [
    '-----> Running post-deploy hook: python manage.py migrate',
    ' django.db.utils.ProgrammingError: permission denied for schema public',
    ' !     Error in post-deploy hook: exit status 1',
  ],
};

/** Stages that the log tells of, where the deployment does not go through all. */
const stagesSaid: Partial<Record<Deployment['outcome'], number>> = { aborted: 0, 'build-error': 1 };

/** The log of a deployment so far. */
export function outputOf(model: Model, deployment: Deployment, appName: string): string {
  if (deployment.driven !== null) return deployment.driven.log.map(line => `${line}\n`).join('');
  const said = ['-----> Python app detected', '-----> Pushing image to the registry', '-----> Starting'];
  const reached = Math.floor((model.rules.now() - deployment.createdAt) / deployment.stage);
  const lines = [`<-- Start deployment of ${appName} (${deployment.gitRef}) -->`];
  const last = stagesSaid[deployment.outcome] ?? said.length;
  lines.push(...said.slice(0, Math.min(reached, last)));
  if (hasEnded(model, deployment)) lines.push(...endings[deployment.outcome]);
  return `${lines.join('\n').replaceAll('{app}', appName)}\n`;
}

function find(call: Call, app: App): Deployment {
  const id = param(call, 'id');
  const found = call.model.state.deployments.find(one => one.app === app.id && one.id === id);
  if (found === undefined) throw notFound('Deployment');
  return found;
}

/** `GET /apps/:app/deployments`, newest first. */
export function listDeployments(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const found = call.model.state.deployments.filter(one => one.app === app.id);
  return page(
    call,
    'deployments',
    found.map(one => present(call, one, app)),
  );
}

/** `GET /apps/:app/deployments/:id`. */
export function showDeployment(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  return ok({ deployment: present(call, find(call, app), app) });
}

/** `GET /apps/:app/deployments/:id/output`, plain text. */
export function showOutput(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  return { status: 200, text: outputOf(call.model, find(call, app), app.name) };
}

/** `POST /apps/:app/deployments` of an archive. */
export function createDeployment(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const body = rooted(call, 'deployment');
  const source = textOf(body, 'source_url');
  if (source === undefined) throw unprocessable('source_url', "can't be blank");
  const gitRef = textOf(body, 'git_ref') ?? '';
  const deployment = startDeployment(call.model, app.name, { gitRef, source });
  return created({ deployment: present(call, deployment, app) });
}

/** `DELETE /apps/:app/caches/deployment`. */
export function purgeCache(call: Call): Reply {
  findApp(call.model, param(call, 'app'));
  return noContent;
}

/** `POST /sources`: where to put an archive within ten minutes, and where to take it from. */
export function createSource({ model, request }: Call): Reply {
  const id = model.rules.random(16);
  model.state.sources.push({ id, expires: model.rules.now() + 600_000, size: null });
  const url = `${request.origin}/api/sources/${id}`;
  return created({ source: { upload_url: url, download_url: `${url}/archive` } });
}

/** `PUT upload_url`, an address that is its own key. */
export function uploadSource(call: Call): Reply {
  const { model, request } = call;
  const source = model.state.sources.find(one => one.id === param(call, 'id'));
  if (source === undefined || model.rules.now() >= source.expires) throw forbidden('Request has expired');
  if (request.headers.authorization !== undefined) throw badRequest('only one authentication is allowed');
  if (request.headers['content-type'] !== 'application/x-gzip')
    throw new ApiError(403, { error: 'signature' });
  source.size = request.body.length;
  return { status: 200 };
}

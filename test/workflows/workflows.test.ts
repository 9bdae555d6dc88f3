import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findCommand, parseInvocation } from '../../runner/cli/arguments.ts';

const folder = new URL('../../.github/workflows/', import.meta.url);

const permissions = z.record(z.string(), z.enum(['read', 'none']));
const step = z.strictObject({
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
  run: z.string().optional(),
});
const job = z.strictObject({
  if: z.string(),
  'runs-on': z.string().regex(/^ubuntu-\d+\.\d+$/),
  'timeout-minutes': z.number().max(60),
  permissions,
  steps: z.array(step),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    pull_request: z.null(),
    schedule: z.array(z.strictObject({ cron: z.string().regex(/^\d+ \d+ \* \* [0-6]$/) })),
    workflow_dispatch: z.null(),
  }),
  permissions: z.strictObject({}),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.string() }),
  env: z.strictObject({ RUNBOOK: z.string() }),
  jobs: z.record(z.string(), job),
});

const files = readdirSync(folder);
const text = readFileSync(new URL('plan.yml', folder), 'utf8');
const plan = workflow.parse(parse(text));
const steps = Object.values(plan.jobs).flatMap(each => each.steps);
const scripts = steps.flatMap(({ run }) => run ?? []);

test('there is one workflow, of known shape, on pull requests and every week', () => {
  expect(files).toEqual(['plan.yml']);
  expect(
    Object.entries(plan.jobs).map(([name, { if: condition, permissions: may }]) => [name, condition, may]),
  ).toEqual([
    ['check', "github.event_name == 'pull_request'", { contents: 'read', actions: 'read' }],
    ['drill', "github.event_name != 'pull_request'", { contents: 'read' }],
    ['drift', "github.event_name != 'pull_request'", { contents: 'read' }],
  ]);
});

test('every action is pinned to a commit whose tag is told, and none keeps the token', () => {
  const used = text.split('\n').filter(line => line.includes('uses:'));
  expect(used.filter(line => !/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual(
    [],
  );
  expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(checkouts.filter(each => each.with?.['persist-credentials'] !== false)).toEqual([]);
});

test('no script takes a value of an event into its text, and bash reads each', () => {
  expect(scripts.filter(script => script.includes('${{'))).toEqual([]);
  const refused = scripts.filter(script => spawnSync('bash', ['-n', '-c', script]).status !== 0);
  expect(refused).toEqual([]);
});

test('every command of Reprise is one, on a runbook that is there', () => {
  const commands = scripts.flatMap(script => [...script.matchAll(/npx reprise ([a-z]+) ([^|\n]*)/g)]);
  const names = commands.map(([, name = '', rest = '']) => {
    const args = rest
      .trim()
      .split(/\s+/)
      .map(word => word.replaceAll('"', ''));
    return parseInvocation(findCommand(name), args).command.name;
  });
  expect(names).toEqual(['check', 'status', 'run', 'verify', 'check']);
  expect(readFileSync(new URL(`../../${plan.env.RUNBOOK}`, import.meta.url), 'utf8')).toMatch(/^---\n/);
});

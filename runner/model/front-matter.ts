/*
 * The front matter: YAML to checked values. In: the offsets of the YAML. Out: a FrontMatter, or findings on the very node
 * that is wrong. Names that refer to something (a secret, an input, a resource) have been found when this returns.
 */
import type { z } from 'zod';
import type { Findings } from '../syntax/findings.ts';
import { readDuration } from './names.ts';
import { lastName, type Reading, readInputValue, valueIn } from './reading.ts';
import type { FrontMatter, Input, Resource, Role, Secret } from './runbook.ts';
import { frontMatterSchema, type WrittenFrontMatter, type WrittenInput } from './schema.ts';
import { readTarget } from './targets.ts';
import { readYaml } from './yaml.ts';

const ownCodes = new Set([
  'empty-value',
  'malformed-name',
  'malformed-duration',
  'malformed-variable',
  'malformed-holder',
  'malformed-fd',
  'malformed-source',
  'unknown-time-zone',
]);

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'mapping' : 'text';
}

const expectedKinds: Readonly<Record<string, string>> = {
  array: 'list',
  object: 'mapping',
  record: 'mapping',
  string: 'text',
};

/** The issues of a union are those of the branch that the value's kind chooses: text first, mapping or list second. */
function reportUnion(reading: Reading, issue: z.core.$ZodIssueInvalidUnion): void {
  const branch = typeof valueIn(reading.yaml.value, issue.path) === 'string' ? 0 : 1;
  for (const inner of issue.errors[branch] ?? []) {
    reportIssue(reading, { ...inner, path: [...issue.path, ...inner.path] });
  }
}

function reportIssue(reading: Reading, issue: z.core.$ZodIssue): void {
  if (issue.code === 'invalid_union') reportUnion(reading, issue);
  else reportPlainIssue(reading, issue);
}

function reportPlainIssue({ yaml, findings }: Reading, issue: z.core.$ZodIssue): void {
  const { path } = issue;
  const key = lastName(path);
  if (issue.code === 'unrecognized_keys') {
    for (const name of issue.keys) findings.error('unknown-key', yaml.keyAt([...path, name]), { name });
  } else if (issue.code === 'invalid_key') {
    findings.error('malformed-name', yaml.keyAt(path), { name: key });
  } else if (ownCodes.has(issue.message)) {
    findings.error(issue.message, yaml.valueAt(path), {
      key,
      found: String(valueIn(yaml.value, path) ?? ''),
    });
  } else if (valueIn(yaml.value, path) === undefined) {
    findings.error('missing-key', path.length <= 1 ? yaml.valueAt([]) : yaml.keyAt(path.slice(0, -1)), {
      key,
    });
  } else if (issue.code === 'invalid_value') {
    const found = String(valueIn(yaml.value, path));
    findings.error('unknown-value', yaml.valueAt(path), {
      name: key,
      found,
      expected: issue.values.join(' | '),
    });
  } else {
    const expected =
      issue.code === 'invalid_type' ? (expectedKinds[issue.expected] ?? issue.expected) : 'text';
    findings.error('wrong-type', yaml.valueAt(path), {
      key,
      expected,
      found: kindOf(valueIn(yaml.value, path)),
    });
  }
}

/** Minutes of a duration that the schema has accepted. */
function minutes(text: string): number {
  return (readDuration(text) ?? 0) / 60_000;
}

function readInput(reading: Reading, name: string, written: WrittenInput): Input {
  const { yaml, findings } = reading;
  const place = yaml.keyAt(['inputs', name]);
  if (written.type === 'choice' && (written.choices ?? []).length < 2)
    findings.error('choices-missing', place, { name });
  if (written.type !== 'choice' && written.choices) {
    findings.error('choices-unused', yaml.keyAt(['inputs', name, 'choices']), { name, type: written.type });
  }
  const value =
    written.default === undefined
      ? undefined
      : readInputValue(reading, written, written.default, ['inputs', name, 'default']);
  return {
    name,
    label: written.label ?? name,
    type: written.type,
    ...(written.choices ? { choices: written.choices } : {}),
    ...(value === undefined ? {} : { default: value }),
    place,
  };
}

function mapOf<Written, Value>(
  written: Readonly<Record<string, Written>>,
  read: (name: string, value: Written) => Value,
): ReadonlyMap<string, Value> {
  return new Map(Object.entries(written).map(([name, value]) => [name, read(name, value)]));
}

function build(reading: Reading, written: WrittenFrontMatter): FrontMatter {
  const at = (...path: string[]) => reading.yaml.keyAt(path);
  return {
    title: written.title,
    lang: written.lang,
    ...(written.version === undefined ? {} : { version: written.version }),
    ...(written.service === undefined ? {} : { service: written.service }),
    ...(written.classification === undefined ? {} : { classification: written.classification }),
    timeZone: written.timezone,
    ...(written.dmia === undefined ? {} : { dmia: minutes(written.dmia) }),
    objectives: written.objectives,
    scope: written.scope,
    exclusions: written.exclusions,
    ...(written.scenario === undefined ? {} : { scenario: written.scenario }),
    resources: mapOf(written.resources, (name, { kind, access, label, pdma, oldest }): Resource => {
      const objective = pdma === undefined ? {} : { pdma: minutes(pdma) };
      const limit = oldest === undefined ? {} : { oldest: readDuration(oldest) ?? 0 };
      return {
        name,
        kind,
        access,
        label: label ?? name,
        ...objective,
        ...limit,
        place: at('resources', name),
      };
    }),
    inputs: mapOf(written.inputs, (name, input) => readInput(reading, name, input)),
    secrets: mapOf(written.secrets, (name, { label }): Secret => {
      return { name, label: label ?? name, place: at('secrets', name) };
    }),
    roles: mapOf(written.roles, (name, { label, holders, sign }): Role => {
      return { name, label: label ?? name, holders, mustSign: sign === 'true', place: at('roles', name) };
    }),
    targets: mapOf(written.targets, (name, target) => readTarget(reading, name, target, written)),
  };
}

/** Reads the front matter between two offsets of the document; undefined when it cannot be used at all. */
export function readFrontMatter(findings: Findings, start: number, end: number): FrontMatter | undefined {
  const yaml = readYaml(findings, start, end);
  if (!yaml) return undefined;
  const reading: Reading = { yaml, findings };
  const result = frontMatterSchema.safeParse(yaml.value);
  if (result.success) return build(reading, result.data);
  for (const issue of result.error.issues) reportIssue(reading, issue);
  return undefined;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { STARTERS } from '../../runner/cli/starter.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { frontMatterJsonSchema } from '../../runner/model/json-schema.ts';

const root = resolve(import.meta.dirname, '..', '..');
const schema: unknown = JSON.parse(frontMatterJsonSchema());

/** The keywords of JSON Schema (draft 7) that the schema uses; what breaks one is told by its path. */
function broken(part: unknown, value: unknown, path = ''): string[] {
  const rules: Record<string, unknown> = Object(part);
  const told: string[] = [];
  const types = [rules.type ?? []].flat();
  if (types.length > 0 && !types.includes(typeOf(value))) told.push(`${path}: ${typeOf(value)}`);
  if (Array.isArray(rules.enum) && !rules.enum.includes(value)) told.push(`${path}: ${String(value)}`);
  if (
    typeof rules.pattern === 'string' &&
    typeof value === 'string' &&
    !new RegExp(rules.pattern).test(value)
  )
    told.push(`${path}: ${value}`);
  if (Array.isArray(rules.anyOf) && rules.anyOf.every(each => broken(each, value).length > 0))
    told.push(`${path}: none`);
  if (Array.isArray(value))
    told.push(...value.flatMap((item, index) => broken(rules.items, item, `${path}/${index}`)));
  else if (typeof value === 'object' && value !== null) told.push(...brokenKeys(rules, value, path));
  return told;
}

function brokenKeys(rules: Record<string, unknown>, value: object, path: string): string[] {
  const properties: Record<string, unknown> = Object(rules.properties);
  const required = [rules.required ?? []].flat().filter(key => !(String(key) in value));
  return [
    ...required.map(key => `${path}/${key}: missing`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const wrong =
        rules.propertyNames === undefined ? [] : broken(rules.propertyNames, key, `${path}/${key}`);
      if (key in properties) return [...wrong, ...broken(properties[key], inner, `${path}/${key}`)];
      if (rules.additionalProperties === false) return [...wrong, `${path}/${key}: unknown`];
      return [...wrong, ...broken(rules.additionalProperties, inner, `${path}/${key}`)];
    }),
  ];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The front matter as an editor reads it: numbers and Booleans are no texts there. */
function frontMatterOf(source: string): unknown {
  return parse(/^---\n([\s\S]*?)^---$/m.exec(source)?.[1] ?? '');
}

const examples = readFileSync(join(root, 'docs/format.md'), 'utf8').matchAll(
  /^````markdown\n([\s\S]*?)^````$/gm,
);
const documents = [
  ...readdirSync(join(root, 'runbook'))
    .filter(name => name.endsWith('.md'))
    .map(name => readFileSync(join(root, 'runbook', name), 'utf8')),
  ...Object.values(STARTERS).map(({ source }) => source),
  ...[...examples].map(([, text = '']) => text),
].filter(source => readRunbook(source, 'x.md').runbook !== undefined);

test('the schema of the documentation is the one of the programme', async () => {
  await expect(frontMatterJsonSchema()).toMatchFileSnapshot(join(root, 'docs/front-matter.schema.json'));
});

test('every whole document of the repository fits it', () => {
  expect(documents.length).toBeGreaterThan(4);
  expect(documents.map(source => broken(schema, frontMatterOf(source)))).toEqual(documents.map(() => []));
});

describe('what Reprise reads as a text is fit whatever an editor makes of it', () => {
  test.each([
    ['title: 2026\nversion: 2.0'],
    [
      'title: x\ntargets: { t: { mode: drill, embedded: true, secrets: { a: { prompt: true }, b: { fd: 3 } } } }',
    ],
    ['title: x\nroles: { r: { sign: "true" } }'],
  ])('%s', yaml => {
    expect(
      readRunbook(`---\n${yaml}\n---\n`, 'x.md').diagnostics.filter(({ code }) => code !== 'unknown-secret'),
    ).toEqual([]);
    expect(broken(schema, parse(yaml))).toEqual([]);
  });
});

describe('what is wrong is told', () => {
  test.each([
    ['lang: fr', ['/title: missing']],
    ['title: x\ntitel: y', ['/titel: unknown']],
    ['title: x\ndmia: 4 hours', ['/dmia: 4 hours']],
    ['title: x\nresources: { base: { kind: mysql } }', ['/resources/base/kind: mysql']],
    ['title: x\nresources: { Base: { kind: s3 } }', ['/resources/Base: Base']],
    ['title: x\ntargets: { t: { mode: test } }', ['/targets/t/mode: test']],
    [
      'title: x\nroles: { r: { sign: yes, holders: camille } }',
      ['/roles/r/sign: yes', '/roles/r/holders: string'],
    ],
  ])('%s', (yaml, expected) => {
    expect(broken(schema, parse(yaml))).toEqual(expected);
  });
});

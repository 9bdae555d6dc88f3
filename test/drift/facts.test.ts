import { expect, test } from 'vitest';
import {
  asPrecise,
  fileFact,
  isVersion,
  keyFact,
  namesFact,
  namesIn,
  scheduleFact,
  stackFact,
  uploadsOf,
  versionIn,
} from '../../runner/drift/facts.ts';

const template = `SECRET_KEY=
DEBUG=True # pas en production
AWS_DEFAULT_ACL = 'public-read'
# INSEE_API_KEY=
#CLAMAV_SERVICE_URL=http://x=y
export  PORT=5433
# Hôtes autorisés = une liste
# note = rien
DEBUG=False
`;

test('names are taken once, those of commented lines too, and no value ever', () => {
  const names = namesIn(template);
  expect(names).toEqual([
    'AWS_DEFAULT_ACL',
    'CLAMAV_SERVICE_URL',
    'DEBUG',
    'INSEE_API_KEY',
    'PORT',
    'SECRET_KEY',
  ]);
  expect(namesFact(names)).toBe('6:eb8e114a1cb4');
  expect(namesFact(namesIn(template.replace('True', 'Faux')))).toBe(namesFact(names));
});

test('a file has the same fact whatever its line endings, and another for another text', () => {
  expect([fileFact('a\nb\n'), fileFact('a\r\nb\r\n'), fileFact('a\nb')]).toEqual([
    'sha256:911169ddaaf1',
    'sha256:911169ddaaf1',
    'sha256:7e18f737311b',
  ]);
});

test('the value at a key is its own fact where a directive can hold it', () => {
  const json = '{"stack": "scalingo-22", "engines": {"node": ">=20", "list": [1, 2]}, "odd": "a\\"b"}';
  const at = (key: string) => keyFact(json, 'scalingo.json', key);
  expect([at('stack'), at('engines.list'), at('engines.list.1'), at('odd'), at('engines.node')]).toEqual([
    'scalingo-22',
    '[1,2]',
    '2',
    'sha256:39a012772dd5',
    'sha256:62fca7a00ede',
  ]);
  expect([at('absent'), at('stack.0'), at('__proto__.x'), keyFact('{', 'a.json', 'b')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(keyFact('image:\n  tag: 15.2\n', 'compose.yml', 'image.tag')).toBe('15.2');
});

const workflow = `on:
  schedule:
    - cron: '27 1 * * 1'
    - cron: '0 4 * * *'
env:
  NAME: s3_production
jobs:
  backup:
    env: { SUFFIX: '-hebdo' }
    steps:
      - run: tar cfz a.tar.gz a
      - uses: actions/upload-artifact@v4
        with: { name: '\${{ env.NAME }}\${{env.SUFFIX}}', path: a.tar.gz }
      - uses: actions/upload-artifact@v4
      - uses: actions/upload-artifact@v4
        with: { name: '\${{ github.run_id }}' }
`;

test('a workflow is known by its schedule and by what it uploads', () => {
  expect(scheduleFact(workflow)).toBe('27 1 * * 1 + 0 4 * * *');
  expect(uploadsOf(workflow)).toEqual(['s3_production-hebdo', 'artifact', '${{ github.run_id }}']);
  const odd = [
    'on: push\n',
    'on: [push]\n',
    '',
    '- a\n',
    '{',
    'on: {schedule: {}}\njobs: {a: 1, b: {steps: x}}\n',
  ];
  expect(odd.map(text => [scheduleFact(text), uploadsOf(text)])).toEqual(odd.map(() => ['none', []]));
});

test('a version holds as far as it was recorded, and no further', () => {
  expect(versionIn('pg_restore (PostgreSQL) 15.18 (Debian 15.18-1)')).toBe('15.18');
  expect([versionIn('git version 2.39.5'), versionIn('v22.1.0'), versionIn('sans nombre')]).toEqual([
    '2.39.5',
    '22.1.0',
    undefined,
  ]);
  const recorded = ['15', '15.1', '15.18', '1', '16'];
  expect(recorded.map(each => isVersion('15.18', each))).toEqual([true, false, true, false, false]);
  expect([asPrecise('15.18', undefined), asPrecise('15.18', '14.2'), asPrecise('15', '14.2.1')]).toEqual([
    '15',
    '15.18',
    '15',
  ]);
});

test('a stack is offered until it is deprecated', () => {
  expect([null, undefined, '2026-06-01T00:00:00.000+02:00'].map(stackFact)).toEqual([
    'offered',
    'offered',
    'deprecated 2026-06-01',
  ]);
});

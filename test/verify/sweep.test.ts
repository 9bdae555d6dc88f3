import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, listBundle, readDocument, sha256 } from '../../runner/effects/bundle.ts';
import { readJournal } from '../../runner/journal/chain.ts';
import type { Entry } from '../../runner/journal/event.ts';
import { checkJournal, checkRecorded, checkSubjects } from '../../runner/seal/layers.ts';
import { isUnlisted, LAYOUT } from '../../runner/seal/layout.ts';
import { isArmoured } from '../../runner/seal/seals.ts';
import { readStatement, type Statement, writeStatement } from '../../runner/seal/statement.ts';
import type { Finding } from '../../runner/seal/verdict.ts';
import { makeBundle, makeSigner, rechain, type Timed, workFolder } from './reference.ts';

/*
 * Every byte of a bundle, through the layers of `verify` in this process: a file is read once, and no `ssh-keygen` runs.
 * `npm run torture` does the same to the statement and the seal with the whole of `verify`, and with `verify.sh`.
 */

let folder: string;
let bundle: Bundle;
let digests: ReadonlyMap<string, string>;
let statement: Statement;
let entries: readonly Entry[];
beforeAll(async () => {
  folder = workFolder();
  bundle = await makeBundle(folder, await makeSigner(folder, 'bruno'));
  digests = listBundle(bundle).digests;
  const read = readStatement(bytesOf(LAYOUT.statement));
  if (read === undefined) throw new Error('the reference has a statement');
  statement = read;
  entries = readJournal(bytesOf(LAYOUT.journal)).entries;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (path: string): Buffer => readDocument(bundle, path) ?? Buffer.alloc(0);

/** Every text that differs from another by one bit of one byte; the bit changes from byte to byte. */
function* flips(bytes: Buffer): Generator<Buffer> {
  for (let index = 0; index < bytes.length; index++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(index) ^ (1 << (index % 8)), index);
    yield flipped;
  }
}

const tell = ({ layer, code, params }: Finding): string => `${layer} ${code} ${params.path ?? ''}`.trim();

/** What the layers say of the bundle when one of its files holds other bytes. */
function findings(path: string, bytes: Buffer): string[] {
  const changed = new Map(digests).set(path, sha256(bytes));
  return [...checkRecorded(entries, changed), ...checkSubjects(statement, changed)].map(tell);
}

const recorded: Readonly<Record<string, string>> = {
  source: 'source',
  evidence: 'evidence',
  outputs: 'output',
};

test('every byte of every file that the statement lists', () => {
  const paths = [...digests.keys()].filter(path => !isUnlisted(path));
  expect(paths).toHaveLength(8);
  for (const path of paths) {
    const layer = recorded[path.split('/')[0] ?? ''];
    const expected = [
      ...(layer === undefined ? [] : [`${layer} file-altered ${path}`]),
      `statement subject-altered ${path}`,
    ];
    const found = new Set<string>();
    for (const bytes of flips(bytesOf(path))) found.add(findings(path, bytes).join());
    expect([path, [...found]]).toEqual([path, [expected.join()]]);
  }
});

/** What the journal's own bytes say, and whether its head is still the signed one. */
function judged(bytes: Buffer): string {
  const reading = readJournal(bytes);
  const [first] = checkJournal(reading);
  return first?.code ?? (reading.head === statement.predicate.head ? 'sound' : 'other-head');
}

const lines = (): string[] =>
  bytesOf(LAYOUT.journal)
    .toString()
    .split(/(?<=\n)/);
const each = <T>(change: (all: string[], index: number) => T): T[] =>
  lines().map((_line, index) => change(lines(), index));
const joined = (all: readonly string[]): Buffer => Buffer.from(all.join(''));

describe('the journal by itself, or against the signed head', () => {
  test('is sound as it is', () => {
    expect(judged(bytesOf(LAYOUT.journal))).toBe('sound');
  });

  test.each<[string, () => Buffer[]]>([
    ['a byte changed', () => [...flips(bytesOf(LAYOUT.journal))]],
    [
      'cut off at any byte',
      () => [...bytesOf(LAYOUT.journal).keys()].map(end => bytesOf(LAYOUT.journal).subarray(0, end)),
    ],
    ['a line deleted', () => each((all, index) => joined(all.toSpliced(index, 1)))],
    ['a line duplicated', () => each((all, index) => joined(all.toSpliced(index, 0, all[index] ?? '')))],
    [
      'a line swapped with any other',
      () =>
        each((all, index) =>
          all.slice(index + 1).map((other, by) => {
            const swapped = all.with(index, other).with(index + 1 + by, all[index] ?? '');
            return joined(swapped);
          }),
        ).flat(),
    ],
    [
      'a byte added anywhere',
      () => [...bytesOf(LAYOUT.journal).keys()].map(at => insert(bytesOf(LAYOUT.journal), at)),
    ],
  ])('%s', (_name, changes) => {
    const changed = changes();
    expect(changed.length).toBeGreaterThan(10);
    expect(changed.filter(bytes => judged(bytes) === 'sound')).toEqual([]);
  });

  test('any text or number of any event changed, or a line left out, and everything chained again', () => {
    const changes = entries.flatMap((entry, index) => [
      (events: readonly Timed[]) => events.toSpliced(index, 1),
      ...Object.entries(entry).flatMap(([member, value]) =>
        ['seq', 'prev', 'type'].includes(member)
          ? []
          : variants(value).map(other => replacing(index, member, other)),
      ),
    ]);
    expect(changes.length).toBeGreaterThan(60);
    expect(
      changes.map(change => judged(joined(rechain(lines(), change)))).filter(code => code === 'sound'),
    ).toEqual([]);
  });
});

function insert(bytes: Buffer, at: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(' '), bytes.subarray(at)]);
}

function variants(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [`${value}x`, ''].filter(other => other !== value);
  return typeof value === 'number' ? [value + 1] : [];
}

const replacing =
  (index: number, member: string, value: unknown) =>
  (events: readonly Timed[]): readonly Timed[] =>
    events.map((event, place) => (place === index ? Object.assign({}, event, { [member]: value }) : event));

test('no byte of the statement changed leaves the same statement', () => {
  const text = bytesOf(LAYOUT.statement).toString();
  for (const bytes of flips(Buffer.from(text))) {
    const read = readStatement(bytes);
    expect(read === undefined || writeStatement(read) !== text).toBe(true);
  }
});

test('a seal has one spelling', () => {
  const text = bytesOf('seals/bruno.sig').toString();
  const body = text.split('\n').slice(1, -2).join('');
  const spelled = (inner: string): string =>
    `-----BEGIN SSH SIGNATURE-----\n${inner}\n-----END SSH SIGNATURE-----\n`;
  expect(isArmoured(text)).toBe(true);
  const others = [
    spelled(body),
    spelled(body.replace(/(.{64})/g, '$1\n')),
    text.trimEnd(),
    `${text}\n`,
    text.replaceAll('\n', '\r\n'),
    text.replace(/\n(?=[A-Za-z0-9])/, '\u000b\n'),
    spelled('TQ==').replace('TQ==', 'TR=='),
  ];
  expect(others.map(isArmoured)).toEqual(others.map(() => false));
});

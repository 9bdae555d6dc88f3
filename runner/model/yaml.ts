/*
 * YAML with places. Scalars stay the strings that the author wrote (failsafe schema), so that `12:30`, `2026-11` and `non`
 * are never something else; anchors, tags and whatever the parser warns about are errors.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { Place } from '../diagnostic.ts';
import type { Findings } from '../syntax/findings.ts';
import { hiddenIn } from '../syntax/hidden.ts';
import { isReserved } from './names.ts';

/** A parsed front matter: plain values, and the place of each key and value. */
export interface Yaml {
  readonly value: unknown;
  /** Place of the value at a path; of the nearest one above when there is none. */
  valueAt(path: readonly PropertyKey[]): Place;
  /** Place of the key at a path; of its value when it has no key. */
  keyAt(path: readonly PropertyKey[]): Place;
}

type Range = readonly [number, number, ...number[]] | null | undefined;

interface Source {
  readonly findings: Findings;
  readonly start: number;
  readonly end: number;
}

function placeOf(source: Source, range: Range): Place {
  const from = source.start + (range?.[0] ?? 0);
  return source.findings.lines.place(from, Math.min(source.start + (range?.[1] ?? 0), source.end));
}

function reportProblems(source: Source, document: Document): void {
  const { findings } = source;
  for (const problem of [...document.errors, ...document.warnings]) {
    const place = placeOf(source, [problem.pos[0], Math.max(problem.pos[1], problem.pos[0] + 1)]);
    const message = problem.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? '';
    if (problem.code === 'DUPLICATE_KEY') findings.error('duplicate-key', place);
    else findings.error('yaml-syntax', place, { code: problem.code, message });
  }
  visit(document, {
    Node: (_, node) => {
      const anchored = isAlias(node) || ('anchor' in node && node.anchor !== undefined);
      if (anchored) findings.error('yaml-alias', placeOf(source, node.range));
      if (isScalar(node)) refuseEscaped(source, node);
    },
    Pair: (_, pair) => {
      if (!isScalar(pair.key)) {
        const range = isNode(pair.key) ? pair.key.range : undefined;
        findings.error('yaml-syntax', placeOf(source, range), {
          code: 'KEY',
          message: 'a key must be a plain word',
        });
      } else if (isReserved(String(pair.key.value))) {
        findings.error('reserved-name', placeOf(source, pair.key.range), { name: String(pair.key.value) });
      }
    },
  });
}

/** What quotes write as an escape (`"\\u202E"`) reads as harmless, and would be shown as what it is. */
function refuseEscaped(source: Source, { value, range }: Scalar): void {
  const hidden = hiddenIn(String(value));
  if (hidden === undefined) return;
  const { source: text } = source.findings.lines;
  const written = text.slice(source.start + (range?.[0] ?? 0), source.start + (range?.[1] ?? 0));
  // What stands there as it is was reported with its line.
  if (hiddenIn(written) !== undefined) return;
  source.findings.error('hidden-character', placeOf(source, range), { character: hidden.character });
}

function nodeRange(document: Document, path: readonly PropertyKey[]): Range {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range;
  }
  return undefined;
}

function keyRange(document: Document, path: readonly PropertyKey[]): Range {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const name = path.at(-1);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(
    item => isPair(item) && isScalar(item.key) && String(item.key.value) === String(name),
  );
  return pair && isNode(pair.key) ? pair.key.range : undefined;
}

function parse(source: Source): Document | undefined {
  try {
    return parseDocument(source.findings.lines.source.slice(source.start, source.end), {
      schema: 'failsafe',
      strict: true,
      uniqueKeys: true,
      prettyErrors: false,
      lineCounter: new LineCounter(),
    });
  } catch {
    // The parser is recursive; what is nested deeper than its stack is refused, not thrown.
    source.findings.error('yaml-syntax', placeOf(source, [0, 1]), {
      code: 'DEPTH',
      message: 'nested too deeply',
    });
    return undefined;
  }
}

/** Parses the YAML between two offsets; undefined, and findings, when it is not sound. */
export function readYaml(findings: Findings, start: number, end: number): Yaml | undefined {
  const source: Source = { findings, start, end };
  const document = parse(source);
  if (!document) return undefined;
  const failedBefore = findings.sorted().length;
  reportProblems(source, document);
  if (findings.sorted().length > failedBefore) return undefined;
  return {
    value: document.toJS({ maxAliasCount: 0 }) ?? {},
    valueAt: path => placeOf(source, nodeRange(document, path)),
    keyAt: path => placeOf(source, keyRange(document, path) ?? nodeRange(document, path)),
  };
}

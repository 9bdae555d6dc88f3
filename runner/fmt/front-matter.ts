/*
 * The spaces of a front matter: two for each level, one after a colon and a comma, one inside braces, none at the end of a
 * line. Words, quotes, comments, line breaks and the order of keys stay the author's.
 */
import { type CST, Parser, parseDocument } from 'yaml';
import { applyEdits, type Edit } from './edits.ts';
import { indentLines } from './indent.ts';

/** The formatted YAML; `yaml` itself where it is not sound, or where the two would not say the same. */
export function formatFrontMatter(yaml: string): string {
  const before = meaning(yaml);
  // A lone carriage return ends a line in Markdown and not in YAML.
  if (before === undefined || /\r(?!\n)/.test(yaml)) return yaml;
  const spaced = applyEdits(yaml, spacesOf(yaml));
  const chosen = meaning(spaced) === before ? spaced : yaml;
  const indented = indentLines(chosen);
  return meaning(indented) === before ? indented : chosen;
}

/** Values, order of keys, and comments; undefined for what is no sound YAML. */
function meaning(yaml: string): string | undefined {
  try {
    const document = parseDocument(yaml, { schema: 'failsafe', strict: true, prettyErrors: false });
    if (document.errors.length + document.warnings.length > 0) return undefined;
    return JSON.stringify([document.toJS({ maxAliasCount: 0 }), commentsOf(yaml)]);
  } catch {
    return undefined;
  }
}

function commentsOf(yaml: string): readonly string[] {
  return piecesOf(yaml).flatMap(({ kind, text }) => (kind === 'comment' ? [text] : []));
}

/** What stands in a row between nodes; `node` is a scalar, as a whole. */
interface Piece {
  readonly kind: CST.Token['type'] | 'node';
  readonly start: number;
  readonly text: string;
  /** Whether it lies in braces or brackets; their own pieces do. */
  readonly isFlow: boolean;
}

function piecesOf(yaml: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const token of new Parser().parse(yaml)) collect(token, false, pieces);
  return pieces.sort((left, right) => left.start - right.start);
}

function collect(token: CST.Token | null | undefined, isFlow: boolean, pieces: Piece[]): void {
  if (!token) return;
  const add = (tokens: readonly CST.SourceToken[] | undefined, flow: boolean): void => {
    for (const { type, offset, source } of tokens ?? [])
      pieces.push({ kind: type, start: offset, text: source, isFlow: flow });
  };
  if ('items' in token) {
    const inFlow = token.type === 'flow-collection';
    if (inFlow) add([token.start], true);
    for (const { start, key, sep, value } of token.items) {
      add(start, inFlow);
      collect(key, inFlow, pieces);
      add(sep, inFlow);
      collect(value, inFlow, pieces);
    }
    if (inFlow) addClosing(token.end, isFlow, add);
    return;
  }
  if (token.type === 'document') {
    add(token.start, false);
    collect(token.value, false, pieces);
    add(token.end, false);
  } else if (token.type === 'block-scalar') addBlock(token, pieces);
  else if ('source' in token) {
    pieces.push({ kind: 'node', start: token.offset, text: token.source, isFlow });
    if ('end' in token) add(token.end, isFlow);
  }
}

/** What follows the closing brace lies outside it. */
function addClosing(
  end: readonly CST.SourceToken[],
  isFlow: boolean,
  add: (tokens: readonly CST.SourceToken[], flow: boolean) => void,
): void {
  const at = end.findIndex(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end');
  add(end.slice(0, at + 1), true);
  add(end.slice(at + 1), isFlow);
}

/** The text of a block scalar is a node: its spaces are the author's words. */
function addBlock(token: CST.BlockScalar, pieces: Piece[]): void {
  pieces.push({ kind: 'node', start: token.offset, text: token.source, isFlow: false });
  for (const prop of token.props) {
    if ('source' in prop)
      pieces.push({
        kind: prop.type === 'space' ? 'block-scalar-header' : prop.type,
        start: prop.offset,
        text: prop.source,
        isFlow: false,
      });
  }
}

function spacesOf(yaml: string): Edit[] {
  const pieces = piecesOf(yaml).filter(({ kind, text }) => kind !== 'space' && text !== '');
  return pieces.flatMap((piece, index) => {
    const next = pieces[index + 1];
    const start = piece.start + piece.text.length;
    const end = next?.start ?? yaml.length;
    const gap = yaml.slice(start, end);
    const wanted = /^[ \t]*$/.test(gap) ? gapBetween(piece, next) : undefined;
    return wanted === undefined || wanted === gap ? [] : [{ start, end, text: wanted }];
  });
}

const opens = new Set(['flow-map-start', 'flow-seq-start']);
const closes = new Set(['flow-map-end', 'flow-seq-end']);

/** The space between two pieces on one line; undefined where it is the author's: before a comment, and at a margin. */
function gapBetween(left: Piece, right: Piece | undefined): string | undefined {
  if (right === undefined || right.kind === 'newline') return '';
  if (left.kind === 'newline' || left.kind === 'comment' || right.kind === 'comment') return undefined;
  if (left.kind === 'map-value-ind') return left.isFlow && right.kind === 'comma' ? '' : ' ';
  if (right.kind === 'map-value-ind') return '';
  return left.isFlow && right.isFlow ? gapInFlow(left.kind, right.kind) : undefined;
}

function gapInFlow(left: string, right: string): string | undefined {
  if (right === 'comma') return '';
  if (left === 'comma') return ' ';
  if (opens.has(left) && closes.has(right)) return '';
  if (opens.has(left)) return left === 'flow-map-start' ? ' ' : '';
  if (closes.has(right)) return right === 'flow-map-end' ? ' ' : '';
  return undefined;
}

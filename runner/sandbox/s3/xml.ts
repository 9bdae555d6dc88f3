import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './error.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

// References are decoded here because the parser leaves numeric ones (`&#13;` in a key) as they are.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  processEntities: false,
});

/** An element that holds text. */
export function leaf(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeText(String(value))}</${name}>`;
}

/** An element that holds elements (already markup). */
export function branch(name: string, children: readonly string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** A whole response document in S3's namespace. */
export function xmlDocument(name: string, children: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${children.join('')}</${name}>`;
}

/** A whole error document; S3 gives it no namespace. */
export function errorDocument(children: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${branch('Error', children)}`;
}

// Line ends and other controls would be normalised or refused by a reader unless written as references.
function escapeText(text: string): string {
  return text.replace(/[&<>"\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g, character => {
    return named[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A parsed request element: read it with `childText` and `childElements`. */
export type Element = Readonly<Record<string, unknown>>;

/** Reads a request document whose root is `root`; throws `MalformedXML` for anything else, DOCTYPE included. */
export function parseXml(text: string, root: string): Element {
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) throw new S3Error('MalformedXML');
  const parsed: unknown = parser.parse(text);
  const element = isElement(parsed) ? parsed[root] : undefined;
  if (element === '') return {};
  if (!isElement(element)) throw new S3Error('MalformedXML');
  return element;
}

/** The text of a child element, or undefined when there is none or several. */
export function childText(element: Element, name: string): string | undefined {
  const value = element[name];
  return typeof value === 'string' ? decodeEntities(value) : undefined;
}

/** The child elements of that name, in document order. */
export function childElements(element: Element, name: string): Element[] {
  const value = element[name];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(isElement);
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const point = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    if (point > 0x10ffff) throw new S3Error('MalformedXML');
    return String.fromCodePoint(point);
  });
}

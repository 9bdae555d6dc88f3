/*
 * Inputs that cost a Markdown parser more than their length: each is a text of about `size` characters. The first ones are
 * ordinary slips of an author; the others are hostile.
 */

function upTo(size: number, unit: string): string {
  return unit.repeat(Math.max(1, Math.floor(size / unit.length)));
}

function paragraphs(size: number, unit: string, length: number): string {
  return upTo(size, `${upTo(Math.min(length, size), unit)}\n\n`);
}

const units: Readonly<Record<string, string>> = {
  'forgotten closers': ':::cell{#a}\n\nTexte.\n\n```ts\nexport const a = 1\n```\n\n',
  'openers alone': ':::a\n',
  'openers and blank lines': ':::a\n\n',
  'quoted openers': '> :::a\n>\n',
  'listed openers': '- :::a\n\n',
  'indented openers': '- a\n\n  :::cell{#b}\n\n',
  'quote marks': '>',
  'list marks': '- ',
  'numbered list marks': '1. ',
  'sixteen quotes': `${'> '.repeat(16)}a\n`,
  'sixteen lists': `${'- '.repeat(16)}a\n`,
  'mixed emphasis': '*a**a ',
  'star and line': '*_',
  'rule of three': 'a**b..c* ',
  'closing lines': 'a_ ',
  'undefined references': '[a] ',
  'open links': '[a](',
  'open links with address': '[a](b',
  images: '![a](b ',
  'open link titles': '[a](b "c ',
  'short lines': 'a\n',
  'undefined footnotes and links': '[^a][b] ',
  'open titles': '[a]: b "c\n',
  definitions: '[a]: b\n\n',
  footnotes: '[^a]: b\n\n',
  'footnote calls': '[^a] ',
  'open tags': '<a b="',
  'open comments': '<!-- ',
  'open instructions': '<?',
  'open cdata': '<![CDATA[',
  strikes: '~~a~~~ ',
  backticks: '`',
  'odd backticks': '`a``',
  escapes: '\\',
  'escaped brackets': '\\[a\\] ',
  entities: '&amp;',
  'bare entities': '&a',
  'email beginnings': 'a.a-a_',
  emails: 'a@b.c ',
  'email tries': 'a@',
  'web beginnings': 'www.a ',
  'web addresses': 'http://a.b/(((',
  'web dots': 'www.a.a.a.',
  pipes: '|',
  'table rows': '|a|b|\n|-|-|\n',
  headings: '# a\n',
  setext: 'a\n=\n',
  fences: '```\n',
  'fences with words': '```a\n',
  tildes: '~~~a\n~~~\n',
  html: '<div>\n',
  details: '<details>\n\n',
  scripts: '<script>\n',
  colons: ':',
  'colon words': ':a ',
  'bare colons': '::\n\n',
  'malformed openers': '::: a\n\n',
  'labels open': '::a[',
  'leaf directives': '::when{input=a is=b}\n\n',
  'closers alone': ':::\n\n',
  tasks: '- [ ] a\n',
  spaces: ' ',
  tabs: '\t',
  'spaced marks': '          `',
  'lines of spaces': '                   \n',
  'lone returns': 'a\r',
  nul: '\u0000',
  accents: 'é😀 ',
  quotes: '"',
  digits: '1',
  'thematic breaks': '---\n',
  'front matter lists': '---\n- - - - -',
  words: 'mot ',
  'lines that go on a quote': `> a\n${'0\n'.repeat(9)}`,
};

function padded(size: number, unit: string): string {
  return upTo(size, unit + ' mot'.repeat(20));
}

function backtickRuns(size: number): string {
  let text = '';
  for (let length = 1; text.length + length < size; length++) text += `${'`'.repeat(length)} `;
  return text;
}

function nestedLists(size: number): string {
  let text = '';
  for (let depth = 0; text.length < size; depth++) text += `${'  '.repeat(depth)}- a\n`;
  return text;
}

function nestedContainers(size: number): string {
  const depth = Math.floor(Math.sqrt(size));
  const colons = (index: number) => ':'.repeat(3 + depth - index);
  const open = Array.from({ length: depth }, (_, index) => `${colons(index)}a\n`).join('');
  const close = Array.from({ length: depth }, (_, index) => `${colons(depth - 1 - index)}\n`).join('');
  return (open + close).slice(0, size);
}

/** Cells of up to 14 KiB each, until the text is full. */
function cells(size: number, code: (room: number) => string): string {
  let text = '# A\n\n';
  for (let index = 0; text.length < size; index++) {
    const room = Math.min(14 * 1024, Math.max(0, size - text.length - 60));
    text += `:::cell{#c${index} effect=read}\n\nA\n\n\`\`\`ts\n${code(room)}\n\`\`\`\n\n:::\n\n`;
  }
  return text;
}

/** An import of a name from the first cell, twice: with names that it exports or not, and alone. */
function imports(room: number): string {
  return `import {${numbered(room / 2, index => `b${index},`)}} from '#c0'\n${upTo(room / 2, "import'#c0'\n")}`;
}

function numbered(size: number, item: (index: string) => string): string {
  let text = '';
  for (let index = 0; text.length < size - 12; index++) text += item(index.toString(36));
  return text;
}

function front(size: number, unit: string): string {
  return `---\n${upTo(size, unit)}\n---\n`;
}

/** Every pattern by name, each a function of a size. */
export const patterns: ReadonlyMap<string, (size: number) => string> = new Map([
  ...Object.entries(units).flatMap(([name, unit]): [string, (size: number) => string][] => [
    [name, size => upTo(size, unit)],
    [`${name} and words`, size => padded(size, unit)],
    [`${name} in paragraphs`, size => paragraphs(size, unit, 4_000)],
  ]),
  ['backtick runs of every length', backtickRuns],
  ['nested lists', nestedLists],
  ['nested containers', nestedContainers],
  ['nested brackets', size => `${'['.repeat(size / 2)}a${']'.repeat(size / 2)}`],
  ['nested links', size => `${'['.repeat(size / 10)}a${'](b)'.repeat(size / 10)}`],
  ['leaf label brackets', size => `::a${'['.repeat(size / 2)}${']'.repeat(size / 2)}`],
  ['wide table', size => `${'|a'.repeat(size / 6)}|\n${'|-'.repeat(size / 6)}|\n${'|b'.repeat(size / 6)}|\n`],
  ['tall table', size => `|a|b|\n|-|-|\n${upTo(size, '|a|b|\n')}`],
  ['one long line', size => 'a'.repeat(size)],
  ['one quote that goes on', size => `> a\n${upTo(size, 'a\n')}`],
  ['one item that goes on', size => `- a\n${upTo(size, 'a\n')}`],
  [
    'imports of a cell that exports many names',
    size => {
      const exported = (room: number) =>
        `const a = 1\nexport {${numbered(room, index => `a as b${index},`)}}`;
      let isFirst = true;
      return cells(size, room => {
        const code = isFirst ? exported(room) : imports(room);
        isFirst = false;
        return code;
      });
    },
  ],
  ['imports of unknown cells', size => cells(size, room => numbered(room, index => `import'#d${index}'\n`))],
  ['unknown attributes', size => `:::cell{#a ${upTo(size, 'a ')}}\n\n:::\n`],
  ['front matter keys', size => front(size, 'a: b\n')],
  ['front matter brackets', size => front(size, '[')],
  ['front matter dashes', size => front(size, '- ')],
  ['front matter questions', size => front(size, '? ')],
  ['front matter anchors', size => front(size, '- &a [*a, *a]\n')],
  [
    'front matter distinct keys',
    size => `---\n${Array.from({ length: size / 10 }, (_, index) => `k${index}: b\n`).join('')}---\n`,
  ],
  ['front matter indentation', size => `---\n${nestedYaml(size)}---\n`],
]);

function nestedYaml(size: number): string {
  let text = '';
  for (let depth = 0; text.length < size; depth++) text += `${' '.repeat(depth)}a:\n`;
  return text;
}

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMasker, type Masker, replacementFor } from '../../runner/effects/masker.ts';
import { breakableForms, secretForms } from '../../runner/effects/secret-forms.ts';
import { neutralise } from '../../runner/report/neutralise.ts';

function masked(masker: Masker, data: Buffer, cuts: readonly number[]): Buffer {
  const stream = masker.stream();
  const parts: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts.map(cut => cut % (data.length + 1)).sort((a, b) => a - b), data.length]) {
    // A copy that is overwritten afterwards, as a reused buffer is.
    const chunk = Buffer.from(data.subarray(from, cut));
    parts.push(...stream.write(chunk).map(part => Buffer.from(part)));
    chunk.fill(0x21);
    from = cut;
  }
  return Buffer.concat([...parts, ...stream.end()]);
}

/** What must come out: the union of all places where a form stands, each run of overlapping ones replaced once. */
function reference(secrets: Readonly<Record<string, string>>, data: Buffer): Buffer {
  const found: { start: number; end: number; name: string }[] = [];
  for (const [name, value] of Object.entries(secrets)) {
    for (const form of secretForms(value)) {
      for (let at = data.indexOf(form); at >= 0; at = data.indexOf(form, at + 1)) {
        found.push({ start: at, end: at + form.length, name });
      }
    }
  }
  for (const [name, value] of Object.entries(secrets)) {
    for (const form of breakableForms(value)) {
      for (let start = 0; start < data.length; start++) {
        const end = brokenEnd(data, start, form);
        if (end !== undefined) found.push({ start, end, name });
      }
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of found) {
    if (match.start >= end) {
      parts.push(data.subarray(end, match.start), Buffer.from(replacementFor(match.name)));
    }
    end = Math.max(end, match.end);
  }
  return Buffer.concat([...parts, data.subarray(end)]);
}

/** Where a form that begins here ends, line breaks with up to 16 blanks left out after its third byte. */
function brokenEnd(data: Buffer, start: number, form: Buffer): number | undefined {
  let at = start;
  for (const [index, byte] of form.entries()) {
    if (data[at] !== byte && index >= 3) {
      const gap = /^\r?\n[ \t]{0,16}/.exec(data.toString('latin1', at, at + 18))?.[0] ?? '';
      at += gap.length;
      // The last of the indentation, or the line feed itself, stands for the blank.
      if (byte === 0x20 && /[ \n]$/.test(gap)) continue;
    }
    if (data[at++] !== byte) return undefined;
  }
  return at;
}

const letters = fc.constantFrom('a', 'b', 'é', '"', '&', '/', '$', "'", '\n', ' ', '0');
const secret = fc.string({ unit: letters, minLength: 8, maxLength: 24 });

test('any chunking masks every form, and gives what the reference gives', () => {
  const words = fc.array(fc.tuple(fc.nat(400), fc.string({ unit: letters, maxLength: 12 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      secret,
      secret,
      words,
      fc.array(fc.nat(2000), { maxLength: 40 }),
      (one, two, filled, cuts) => {
        const secrets = { one, two };
        const masker = createMasker();
        for (const [name, value] of Object.entries(secrets)) masker.add(name, value);
        const forms = [...secretForms(one), ...secretForms(two)];
        const data = Buffer.concat(
          filled.flatMap(([index, text]) => [
            Buffer.from(text),
            forms[index % forms.length] ?? Buffer.alloc(0),
          ]),
        );
        const out = masked(masker, data, cuts);
        // A form common to both secrets may bear either name.
        const nameless = (bytes: Buffer): string =>
          bytes.toString('latin1').replaceAll('secret:two', 'secret:one');
        expect(nameless(out)).toBe(nameless(reference(secrets, data)));
      },
    ),
    { numRuns: 1500 },
  );
});

test('a form that was broken over lines is masked, at any chunking', () => {
  // Of eight plain characters, fewer than eight are left after a line that ends within the first two.
  const value = fc.stringMatching(/^[A-Za-z0-9é"/]{10,60}$/);
  const layout = fc.record({
    columns: fc.integer({ min: 12, max: 76 }),
    before: fc.nat(90),
    eol: fc.constantFrom('\n', '\r\n'),
    indent: fc.constantFrom('', '  ', '\t', '        '),
  });
  const kinds = fc.constantFrom('base64', 'base64url', 'hex', 'pairs', 'plain');
  fc.assert(
    fc.property(value, kinds, layout, fc.array(fc.nat(2000), { maxLength: 40 }), (text, kind, how, cuts) => {
      const masker = createMasker();
      masker.add('mot', text);
      const whole = `${'#'.repeat(how.before)}${text}@@@@`;
      const printed =
        kind === 'plain'
          ? whole
          : kind === 'pairs'
            ? Buffer.from(whole)
                .toString('hex')
                .replaceAll(/..(?=.)/g, '$&:')
            : Buffer.from(whole).toString(
                kind === 'hex' ? 'hex' : kind === 'base64' ? 'base64' : 'base64url',
              );
      const lines = printed.match(new RegExp(`.{1,${how.columns}}`, 'g')) ?? [];
      const data = Buffer.from(lines.join(`${how.eol}${how.indent}`));
      const out = masked(masker, data, cuts);
      expect(out).toEqual(masked(masker, data, []));
      const left = out.toString().replaceAll(/\r?\n[ \t]*/g, '');
      expect([left.includes('«secret:mot»'), masker.finds(left)]).toEqual([true, false]);
    }),
    { numRuns: 1500 },
  );
});

test('percent codes in any mixture of cases are masked, at any chunking', () => {
  const text = 'clé d’accès/«à»?+';
  const masker = createMasker();
  masker.add('mot', text);
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 40 }),
      fc.nat(2),
      fc.array(fc.nat(2000)),
      (lower, times, cuts) => {
        let seen = 0;
        let form = encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, code =>
          lower[seen++] ? code.toLowerCase() : code,
        );
        if (times === 2) form = encodeURIComponent(form);
        const out = masked(masker, Buffer.from(`avant %c3 ${form} %2f après`), cuts).toString();
        expect(out).toBe('avant %c3 «secret:mot» %2f après');
      },
    ),
    { numRuns: 500 },
  );
});

test('a secret with colours inside it is masked as the record would join it, at any chunking', () => {
  const colour = fc.constantFrom(
    '',
    '',
    '\x1b[m',
    '\x1b[31m',
    '\x1b[1;38:2::255:0:0m',
    '\x1b[0m'.repeat(9),
    '\x1b[0',
    '\x1b',
  );
  const text = 'mot de passe-42é';
  fc.assert(
    fc.property(
      fc.array(colour, { minLength: 17 }),
      fc.array(fc.nat(2000), { maxLength: 40 }),
      (colours, cuts) => {
        const masker = createMasker();
        masker.add('mot', text);
        const printed = `avant ${[...text].map((sign, at) => `${colours[at]}${sign}`).join('')}${colours[16]} après`;
        const out = masked(masker, Buffer.from(printed), cuts).toString();
        expect(out).toBe(masked(masker, Buffer.from(printed), []).toString());
        expect(neutralise(out, 'terminal')).not.toContain(text);
      },
    ),
    { numRuns: 1000 },
  );
  const masker = createMasker();
  masker.add('mot', text);
  expect(masker.mask(`\x1b[1mle \x1b[31mmot de\x1b[0m\x1b[1m passe\n\x1b[31m-42é\x1b[0m !`)).toBe(
    '\x1b[1mle \x1b[31m«secret:mot»\x1b[0m !',
  );
});

test('colours without end are neither waited for nor dropped', () => {
  const masker = createMasker();
  masker.add('mot', 'le mot de passe');
  const stream = masker.stream();
  const colours = '\x1b[31m'.repeat(100);
  const out = Buffer.concat(stream.write(Buffer.from(`le le mot de${colours}`))).toString();
  expect([out, neutralise(`${out} passe`, 'line')]).toEqual([
    `le le mot de${colours}`,
    `le le mot de${'␛[31m'.repeat(100)} passe`,
  ]);
});

/** The text in memory that begins at this distance from a word of four bytes. */
function shifted(text: Buffer, distance: number): Buffer {
  const memory = Buffer.alloc(text.length + distance);
  text.copy(memory, distance);
  return memory.subarray(distance);
}

test('every form is found wherever it stands in memory, broken at any place after its third byte', () => {
  const value = 'mot de passe-42/é"';
  const masker = createMasker();
  masker.add('mot', value);
  const placed = (form: Buffer, distance: number): Buffer[] =>
    [0, 1, 2, 3].map(before => shifted(Buffer.concat([Buffer.alloc(before, '~'), form]), distance));
  const missed = (forms: Buffer[]): string[] =>
    forms.flatMap(form =>
      [0, 1, 2, 3]
        .flatMap(distance => placed(form, distance))
        .filter(data => masker.find(data) !== 'mot')
        .map(data => data.toString()),
    );
  expect(missed(secretForms(value))).toEqual([]);
  const broken = breakableForms(value).flatMap(form =>
    ['\n', '\r\n', '\n\t  '].flatMap(gap =>
      Array.from({ length: form.length - 3 }, (_, at) =>
        Buffer.concat([form.subarray(0, at + 3), Buffer.from(gap), form.subarray(at + 3)]),
      ),
    ),
  );
  expect(broken.length).toBeGreaterThan(1000);
  expect(missed(broken)).toEqual([]);
});

test('what a write gives stays as it is until the next one, when something is held back, too', () => {
  const masker = createMasker();
  masker.add('mot', 'premier-secret');
  const stream = masker.stream();
  const given = ['a premier-', 'secret b premier-sec', 'ret c prem'].map(text =>
    Buffer.concat(stream.write(Buffer.from(text))).toString(),
  );
  expect([...given, Buffer.concat(stream.end()).toString()]).toEqual([
    'a ',
    '«secret:mot» b ',
    '«secret:mot» c ',
    'prem',
  ]);
});

test('a line that only looks like the beginning of a broken secret is not held back', () => {
  const masker = createMasker();
  for (let n = 0; n < 20; n++) masker.add(`s${n}`, `${n}-abcdefghijklmnopqrstuvwxyz`);
  const line = Buffer.from('Terminé : 12\n');
  expect(Buffer.concat(masker.stream().write(line)).toString()).toBe('Terminé : 12\n');
});

test('a secret is masked one byte at a time, and repeated without an end', () => {
  const masker = createMasker();
  masker.add('mot', 'aaaaaaaa');
  const data = Buffer.from(`avant ${'a'.repeat(50)} après`);
  const everywhere = Array.from({ length: data.length }, (_, at) => at);
  expect(masked(masker, data, everywhere).toString()).toBe('avant «secret:mot» après');
});

describe('a secret as programmes write it is masked', () => {
  const value = `p@ss "wörd" & 'x' $HOME/<1>`;
  const masker = createMasker();
  masker.add('mot', value);
  const url = `postgres://u:${encodeURIComponent('clé d’accès')}@h/b`;
  masker.add('adresse', url);
  const dsn = 'postgresql://u@h/b?sslmode=verify-full&sslpassword=cl%C3%A9-du-certificat';
  masker.add('dsn', dsn);
  masker.add('libpq', "host=h dbname=b password='mot de passe libpq' sslmode=verify-full");
  masker.add('json', JSON.stringify({ port: 1, cle: 'valeur-imbriquee' }));
  masker.add('pem', `-----BEGIN X-----\n${'QUJD'.repeat(16)}\nREVGR0hJSktM\n-----END X-----\n`);
  const unicode = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const html = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const bash = (code: string): string =>
    execFileSync('bash', ['-c', code, 'bash', value], { encoding: 'utf8' });

  test.each([
    ['plain', () => `${value}`],
    ['base64', () => bash('printf %s "$1" | base64 -w0')],
    ['base64 after one byte', () => bash('printf x%s "$1" | base64 -w0').slice(2)],
    ['base64 after two bytes', () => bash('printf xx%s "$1" | base64 -w0').slice(3)],
    ['hexadecimal', () => bash('printf %s "$1" | od -An -v -tx1 | tr -d " \\n"')],
    ['base64 at 76 columns', () => bash('{ seq 30; printf %s "$1"; } | base64')],
    ['base64 at 64 columns, CRLF', () => bash('{ seq 20; printf %s "$1"; } | base64 -w64 | sed "s/$/\\r/"')],
    ['upper hexadecimal', () => bash('printf %s "$1" | xxd -p -u -c 300')],
    ['xxd -p', () => bash('{ seq 9; printf %s "$1"; } | xxd -p')],
    ['od', () => bash('{ seq 9; printf %s "$1"; } | od -An -v -tx1')],
    ['hexadecimal with colons', () => bash('printf %s "$1" | xxd -p -c 300 | sed "s/../&:/g"')],
    [
      'hexadecimal with dashes',
      () =>
        Buffer.from(value)
          .toString('hex')
          .toUpperCase()
          .replaceAll(/..(?=.)/g, '$&-'),
    ],
    ['hexadecimal escapes', () => Buffer.from(value).toString('hex').replaceAll(/../g, '\\x$&')],
    ['xxd without places and text', () => bash('{ seq 9; printf %s "$1"; } | xxd | cut -c 11-49')],
    [
      'hexadecimal groups from an odd byte',
      () =>
        Buffer.from(`x${value}`)
          .toString('hex')
          .replaceAll(/.{8}(?=.)/g, '$& '),
    ],
    ['hexadecimal pairs at line ends', () => bash('printf %s "$1" | od -An -v -tx1 -w8 | sed "s/^ //"')],
    ['text that fmt wrapped', () => bash('printf %s "$1" | tr " " "\\n"')],
    [
      'a URL component in both cases',
      () => encodeURIComponent(value).replaceAll(/%[0-9A-F]{2}/g, (c, at) => (at % 2 ? c : c.toLowerCase())),
    ],
    [
      'a URL component in both cases, twice',
      () =>
        encodeURIComponent(
          encodeURIComponent(value).replaceAll(/%[0-9A-F]{2}/g, (c, at) => (at % 2 ? c.toLowerCase() : c)),
        ),
    ],
    ['UTF-16', () => Buffer.from(value, 'utf16le').toString('latin1')],
    ['printf %q', () => bash('printf %q "$1"')],
    ['printf %q without UTF-8', () => bash('LC_ALL=C; printf %q "$1"')],
    ['declare -p', () => bash('x=$1; declare -p x').slice(12)],
    ['set -x', () => bash('(set -x; : "$1") 2>&1')],
    ['JSON', () => JSON.stringify(value)],
    ['JSON in JSON', () => JSON.stringify(JSON.stringify(value))],
    ['ASCII JSON', () => JSON.stringify(value).replaceAll('ö', '\\u00f6')],
    ['JSON with escaped slashes', () => JSON.stringify(value).replaceAll('/', '\\/')],
    ['JSON of Go', () => JSON.stringify(value).replaceAll(/[<>&]/g, unicode)],
    ['JSON of PHP', () => JSON.stringify(value).replaceAll('/', '\\/').replaceAll('ö', '\\u00f6')],
    ['JSON, every character escaped', () => value.replaceAll(/./gs, unicode)],
    [
      'JSON, every character escaped, upper case',
      () => value.replaceAll(/./gs, c => unicode(c).replaceAll(/[a-f]/g, d => d.toUpperCase())),
    ],
    ['a URL component, twice', () => encodeURIComponent(encodeURIComponent(value))],
    ['a form, twice', () => encodeURIComponent(new URLSearchParams({ a: value }).toString())],
    ['HTML by decimal numbers', () => value.replaceAll(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)],
    [
      'HTML by hexadecimal numbers',
      () => value.replaceAll(/[&<>"']/g, c => `&#x${c.charCodeAt(0).toString(16)};`),
    ],
    ['HTML of Jinja', () => html(value).replaceAll('"', '&#34;').replaceAll("'", '&#39;')],
    ['HTML of PHP', () => html(value).replaceAll('"', '&quot;').replaceAll("'", '&#039;')],
    ['XML by numbers', () => value.replaceAll(/./gsu, c => `&#${c.codePointAt(0)};`)],
    [
      "a component of Python's quote",
      () => encodeURIComponent(value).replaceAll('%2F', '/').replaceAll("'", '%27'),
    ],
    ['a literal of SQL', () => `'${value.replaceAll("'", "''")}'`],
    ['a member of a DSN', () => 'cl%C3%A9-du-certificat'],
    ['a member of a DSN, decoded', () => 'clé-du-certificat'],
    ['the password of a libpq DSN', () => 'mot de passe libpq'],
    ['a URL component', () => encodeURIComponent(value)],
    ['a form', () => new URLSearchParams({ a: value }).toString()],
    [
      'HTML',
      () =>
        value
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#39;'),
    ],
    ['the password of an address', () => 'clé d’accès'],
    ['a text in JSON', () => 'valeur-imbriquee'],
    ['a line of a key', () => 'REVGR0hJSktM'],
  ])('%s', (_, print) => {
    const stream = masker.stream();
    // What is latin1 here stands for bytes.
    const bytes = Buffer.from(print(), /\0/.test(print()) ? 'latin1' : 'utf8');
    const text = Buffer.concat([...stream.write(bytes), ...stream.end()]).toString();
    expect([
      text.includes('«secret:'),
      masker.finds(bytes.toString('latin1').includes('\0') ? value : print()),
    ]).toEqual([true, true]);
    // A base64 phase leaves the characters that it shares with its neighbours.
    const left = text.replaceAll(/«secret:\w+»/g, '').replace(/^.*\n(?=.*$)/s, '');
    expect(left.length).toBeLessThan(16);
  });

  test('a frame of a key, and what is not secret, stay', () => {
    const text = '-----BEGIN X----- port 1 clé sslmode=verify-full';
    expect(masker.mask(text)).toBe(text);
  });
});

test('a secret that is too short is refused', () => {
  expect(() => createMasker().add('pin', '1234567')).toThrow('secret-too-short');
  expect(() => createMasker().add('pin', 'éééé')).not.toThrow();
});

test('a secret registered while a stream is open is masked from then on', () => {
  const masker = createMasker();
  masker.add('un', 'premier-secret');
  const stream = masker.stream();
  const before = stream.write(Buffer.from('second-secret premier-'));
  masker.add('deux', 'second-secret');
  const after = [...stream.write(Buffer.from('secret second-secret')), ...stream.end()];
  expect(Buffer.concat([...before, ...after]).toString()).toBe('second-secret «secret:un» «secret:deux»');
});

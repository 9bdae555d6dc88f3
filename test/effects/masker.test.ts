import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMasker, type Masker, replacementFor } from '../../runner/effects/masker.ts';
import { secretForms } from '../../runner/effects/secret-forms.ts';

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

const letters = fc.constantFrom('a', 'b', 'é', '"', '&', '/', '$', "'", '\n', ' ', '0');
const secret = fc.string({ unit: letters, minLength: 8, maxLength: 24 });

test('any chunking masks every form, and gives what the reference gives', () => {
  const words = fc.array(fc.tuple(fc.nat(40), fc.string({ unit: letters, maxLength: 12 })), {
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
  masker.add('json', JSON.stringify({ port: 1, cle: 'valeur-imbriquee' }));
  masker.add('pem', `-----BEGIN X-----\n${'QUJD'.repeat(16)}\nREVGR0hJSktM\n-----END X-----\n`);
  const bash = (code: string): string =>
    execFileSync('bash', ['-c', code, 'bash', value], { encoding: 'utf8' });

  test.each([
    ['plain', () => `${value}`],
    ['base64', () => bash('printf %s "$1" | base64 -w0')],
    ['base64 after one byte', () => bash('printf x%s "$1" | base64 -w0').slice(2)],
    ['base64 after two bytes', () => bash('printf xx%s "$1" | base64 -w0').slice(3)],
    ['hexadecimal', () => bash('printf %s "$1" | od -An -v -tx1 | tr -d " \\n"')],
    ['printf %q', () => bash('printf %q "$1"')],
    ['printf %q without UTF-8', () => bash('LC_ALL=C; printf %q "$1"')],
    ['declare -p', () => bash('x=$1; declare -p x').slice(12)],
    ['set -x', () => bash('(set -x; : "$1") 2>&1')],
    ['JSON', () => JSON.stringify(value)],
    ['JSON in JSON', () => JSON.stringify(JSON.stringify(value))],
    ['ASCII JSON', () => JSON.stringify(value).replaceAll('ö', '\\u00f6')],
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
    const text = masker.mask(`<${print()}>`);
    expect([text.includes('«secret:'), masker.finds(print())]).toEqual([true, true]);
    // A base64 phase leaves the characters that it shares with its neighbours.
    expect(text.replaceAll(/«secret:\w+»/g, '').length).toBeLessThan(16);
  });

  test('a frame of a key, and what is not secret, stay', () => {
    expect(masker.mask('-----BEGIN X----- port 1 clé')).toBe('-----BEGIN X----- port 1 clé');
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

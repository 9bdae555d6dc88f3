import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker } from '../../runner/effects/masker.ts';
import { createRecorder } from '../../runner/effects/output.ts';
import { characterBoundary, countLines, wellFormed } from '../../runner/effects/utf8.ts';

function record(chunks: readonly Buffer[], limit: number, secret = 'jamais-imprime') {
  const directory = mkdtempSync(join(tmpdir(), 'reprise-output-'));
  const masker = createMasker();
  masker.add('mot', secret);
  const told: string[] = [];
  const recorder = createRecorder({
    masker,
    limit,
    directory,
    file: 'outputs/a.1.log',
    output: (_, text) => void told.push(text),
  });
  for (const chunk of chunks) recorder.write('stdout', chunk);
  const sum = recorder.finish();
  const path = join(directory, 'outputs/a.1.log');
  const file = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const mode = file === undefined ? undefined : statSync(path).mode & 0o777;
  rmSync(directory, { recursive: true });
  return { told, sum, file, mode };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('characters and secrets that chunks cut come whole, and bytes that are no text are visible', () => {
  const bytes = Buffer.concat([
    Buffer.from('é 🎉 '),
    Buffer.from([0xff, 0xc3]),
    Buffer.from(' mot-de-passe\nfin'),
    Buffer.from([0xe2, 0x82]),
  ]);
  const text = 'é 🎉 \\xff\\xc3 «secret:mot»\nfin\\xe2\\x82';
  const one = record([bytes], 1000, 'mot-de-passe');
  const many = record(
    [...bytes].map(byte => Buffer.from([byte])),
    1000,
    'mot-de-passe',
  );
  expect([one.told.join(''), many.told.join(''), many.sum]).toEqual([
    text,
    text,
    { bytes: Buffer.byteLength(text), lines: 2, sha256: sha256(text) },
  ]);
});

test('small writes are gathered, and what goes inline never passes the limit', () => {
  const { told, sum } = record(
    Array.from({ length: 10_000 }, () => Buffer.from('é')),
    20_000,
  );
  expect([told.length, sum.file]).toEqual([Math.ceil(20_000 / 4096), undefined]);
});

test('beyond the limit the file holds everything, and no chunk follows', () => {
  const lines = Array.from({ length: 100 }, (_, n) => `ligne ${n} é\n`);
  const { told, sum, file, mode } = record(
    lines.map(line => Buffer.from(line)),
    108,
    'ligne 50',
  );
  const whole = lines.join('').replace('ligne 50', '«secret:mot»');
  expect([file, sum, mode]).toEqual([
    whole,
    { bytes: Buffer.byteLength(whole), lines: 100, sha256: sha256(whole), file: 'outputs/a.1.log' },
    0o600,
  ]);
  expect([whole.startsWith(told.join('')), Buffer.byteLength(told.join(''))]).toEqual([true, 107]);
});

test('lines are counted as they stand, whatever the alignment', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(10, 11, 9, 0x8a, 0, 255)), fc.nat(7), (bytes, offset) => {
      const data = Buffer.from([...Array(offset).fill(10), ...bytes]).subarray(offset);
      expect(countLines(data)).toBe(bytes.filter(byte => byte === 10).length);
    }),
  );
});

test.each([1019, 1020, 1024, 5003])('%i lines that are all empty are counted', count => {
  expect(countLines(Buffer.alloc(count, '\n'))).toBe(count);
});

test('any bytes become text, and text stays what it is', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const out = wellFormed(Buffer.from(bytes));
      const text = out.toString();
      expect([Buffer.from(text).equals(out), text.includes('\ufffd')]).toEqual([true, false]);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, cut) => {
      const bytes = Buffer.from(text);
      const part = bytes.subarray(0, cut % (bytes.length + 1));
      const boundary = characterBoundary(part);
      expect([wellFormed(bytes).toString(), text.startsWith(part.subarray(0, boundary).toString())]).toEqual([
        text,
        true,
      ]);
      expect(part.length - boundary).toBeLessThan(4);
    }),
  );
});

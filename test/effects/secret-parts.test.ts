import { describe, expect, test } from 'vitest';
import { createMasker } from '../../runner/effects/masker.ts';
import { secretParts } from '../../runner/effects/secret-parts.ts';

const env = `# base
export DATABASE_URL=postgres://u:mot-dans-une-ligne@h/b
DB_PASSWORD="a&b;c #d \\"e\\"" # la base
PORT=5432
REGLAGES='{"jeton":"jeton-de-ligne"}'
`;
const yaml = `base:
  url: "postgres://u:mot-en-yaml@h/b"
  password: 'l''eau-vive'
  user: exploitant
comptes:
  - api_token: jeton-en-liste
`;

describe('a part of a secret is masked alone', () => {
  test.each([
    ['the password of a URL in JSON', { url: 'postgres://u:mot-de-passe@h/b' }, 'mot-de-passe'],
    ['a text of JSON in JSON', { sub: JSON.stringify({ cle: 'texte-imbrique' }) }, 'texte-imbrique'],
    [
      'a line of a key in JSON',
      { cle: '-----BEGIN X-----\nQUJDREVGR0hJ\n-----END X-----\n' },
      'QUJDREVGR0hJ',
    ],
    ['a long number of JSON', '{"pin": 12345678901234567890, "n": [1]}', '12345678901234567890'],
    ['a token that is the user of an address', 'https://ghp_0123456789@github.com/a/b', 'ghp_0123456789'],
    ['a token before an empty password', 'https://ghp_0123456789:x-oauth-basic@github.com', 'ghp_0123456789'],
    ['the password of an address in a line', env, 'mot-dans-une-ligne'],
    ['a quoted value of a line', env, 'a&b;c #d "e"'],
    ['a text of JSON in a line', env, 'jeton-de-ligne'],
    ['a value of YAML', yaml, "l'eau-vive"],
    ['a value in a list of YAML', yaml, 'jeton-en-liste'],
    ['the password of an address in YAML', yaml, 'mot-en-yaml'],
    ['a percent-encoded password in JSON', { url: 'amqp://u:cl%C3%A9-secr%C3%A8te@h' }, 'clé-secrète'],
  ])('%s', (_, value, part) => {
    const masker = createMasker();
    masker.add('mot', typeof value === 'string' ? value : JSON.stringify(value));
    expect(masker.mask(`<${part}> ${Buffer.from(part).toString('hex')}`)).toBe('<«secret:mot»> «secret:mot»');
  });
});

test('what is not secret beside a secret stays', () => {
  const masker = createMasker();
  for (const value of [env, yaml, 'postgres://exploitant:mot-de-passe@base.invalid/donnees'])
    masker.add('mot', value);
  const text = 'exploitant base.invalid donnees DATABASE_URL DB_PASSWORD postgres://u 5432';
  expect(masker.mask(text)).toBe(text);
});

test('the parts of one secret are bounded', () => {
  const deep = (level: number): string => (level === 0 ? 'au-fond' : JSON.stringify({ a: deep(level - 1) }));
  expect(secretParts(deep(9))).toHaveLength(6);
  const lines = Array.from({ length: 9000 }, (_, line) => `password${line}=mot-${line}`).join('\n');
  expect(secretParts(lines)).toHaveLength(512);
  expect(secretParts('a'.repeat(2_000_000))).toHaveLength(1);
});

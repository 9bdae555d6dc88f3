import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { referenceOf } from './reference.ts';

const page = new URL('../../docs/services.md', import.meta.url);

const services = [
  ...['alwaysdata', 'archives', 'dns', 'git', 'github', 'guard', 'http', 'postgres', 'record', 'redis'],
  ...['s3', 'scalingo', 'tunnel'],
];

const introduction = `# Services

What a \`ts\` cell, check, probe or undo can import besides its own modules: \`import { restore } from 'reprise/postgres'\`. A service takes a
resource (\`resources.base\`), of which the front matter says where it is (see [format.md](format.md)), and gives JSON back; it
prints its progress, and records for the transcript what was used, loaded, erased and found. Each function may be run again: what
is there is left as it is.

What a service refuses is a *fault*: a code, told in the language of the runbook with what to do. A drill refuses protected names
(\`protected-name\`); a resource that is only read is not written (\`resource-read-only\`); what holds what this run did not put there is not
destroyed. The codes under each function are those that it adds. Waits (\`within\`, \`every\`) are in milliseconds unless it is said
otherwise, and the \`patience\` of a target cuts them.

This page is made from the sources by \`UPDATE=1 npx vitest run test/services/docs.test.ts\`.

${services.map(name => `- [\`reprise/${name}\`](#reprise${name})`).join('\n')}
`;

test('should tell each function that cells can import, as its source does', () => {
  const written = `${introduction}\n${referenceOf(services)}`;
  if (process.env.UPDATE) writeFileSync(page, written);
  expect(readFileSync(page, 'utf8')).toBe(written);
});

test('should be found from the format', () => {
  const format = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8');
  expect(format.includes('[services.md](services.md)')).toBe(true);
});

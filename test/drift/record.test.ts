import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceReading } from '../../runner/drift/reading.ts';
import { recordFacts } from '../../runner/drift/record.ts';
import { sourcesOf } from '../../runner/model/sources.ts';
import { documentWith, runbookOf } from './scene.ts';

function readingsOf(source: string, facts: readonly (string | undefined)[]): readonly SourceReading[] {
  return sourcesOf(runbookOf(source).root).map((found, index) => {
    const fact = facts[index];
    const holds = found.source.is === fact;
    const gone = { state: 'gone' } as const;
    return { ...found, present: fact === undefined ? gone : { state: 'found', fact, holds } };
  });
}

test('facts are written where they are missing or others, and nothing else moves', () => {
  const source = documentWith(
    'file=a.json key=b in=depot',
    'workflow=w.yml in=depot is="1 2 * * *"',
    "workflow=v.yml is='0 0 * * *'  in=depot",
    'stack=scalingo-22 in=plateforme is=offered',
    'tool=psql is=15',
    'file=perdu.txt in=depot is=sha256:0123456789ab',
  );
  const facts = ['x y', '3 4 * * *', 'none', 'offered', '16', undefined];
  const written = documentWith(
    'file=a.json key=b in=depot is="x y"',
    'workflow=w.yml in=depot is="3 4 * * *"',
    'workflow=v.yml is=none  in=depot',
    'stack=scalingo-22 in=plateforme is=offered',
    'tool=psql is=16',
    'file=perdu.txt in=depot is=sha256:0123456789ab',
  );
  expect(recordFacts(source, readingsOf(source, facts))).toEqual({ text: written, changed: 4 });
  expect(recordFacts(written, readingsOf(written, facts))).toEqual({ text: written, changed: 0 });
});

test('what is recorded is read back as it is, with any line ending', () => {
  const fact = fc.stringMatching(/^[^"'{}<>\\\p{C}]{1,40}$/u).filter(text => text.trim() === text);
  fc.assert(
    fc.property(
      fact,
      fc.option(fact, { nil: undefined }),
      fc.constantFrom('\n', '\r\n'),
      (now, before, end) => {
        const attribute = before === undefined ? '' : ` is="${before}"`;
        const source = documentWith(`file=a.txt${attribute} in=depot`).replaceAll('\n', end);
        const { text } = recordFacts(source, readingsOf(source, [now]));
        expect(sourcesOf(runbookOf(text).root).map(each => each.source.is)).toEqual([now]);
        const withoutFact = (each: string) => each.replace(/ is=(?:"[^"]*"|[^\s}]+)/, '');
        expect(withoutFact(text)).toBe(withoutFact(source));
      },
    ),
    { numRuns: 60 },
  );
});

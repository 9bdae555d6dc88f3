/* What a section relies on, under its heading: each `::source` in a line of small print, with what was recorded of it. */
import type { Element } from 'hast';
import { h } from 'hastscript';
import type { FrontMatter, Section, Source, SourceSubject } from '../model/runbook.ts';
import { fill, noBreak } from '../report/words.ts';
import { pageWordsOf } from './words.ts';

/** A line for each source of the section itself. */
export function sourcesOf({ sources = [] }: Section, front: FrontMatter): Element[] {
  return sources.map(source => h('p.source', noBreak(lineOf(source, front))));
}

function lineOf(source: Source, front: FrontMatter): string {
  const words = pageWordsOf(front.lang).source;
  const said = fill(words.subject[wordOf(source.subject)], { ...source.subject });
  const places = [
    ...(source.in === undefined ? [] : [front.resources.get(source.in)?.label ?? source.in]),
    ...(source.ref === undefined ? [] : [source.ref]),
  ];
  const subject = places.length === 0 ? said : `${said} (${places.join(', ')})`;
  return source.is === undefined
    ? fill(words.unrecorded, { subject })
    : fill(words.recorded, { subject, is: source.is });
}

type SubjectWord = keyof ReturnType<typeof pageWordsOf>['source']['subject'];

function wordOf(subject: SourceSubject): SubjectWord {
  if (subject.kind === 'workflow' && subject.artifact !== undefined) return 'artifact';
  if (subject.kind === 'file' && subject.key !== undefined) return 'fileKey';
  if (subject.kind === 'url' && subject.key !== undefined) return 'urlKey';
  return subject.kind;
}

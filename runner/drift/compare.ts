/*
 * Facts that were recorded against those of today. In: readings of sources. Out: findings at their places in the document.
 * What can never happen: a source that nobody could look at and of which nothing is said.
 */
import type { SourceSubject } from '../model/runbook.ts';
import type { Findings, Params } from '../syntax/findings.ts';
import type { Present, Since, SourceReading } from './reading.ts';

/** How a source is called in a sentence: `.env.template`, `scalingo.json#stack`, `s3_backup.yml → s3_production`. */
export function subjectName(subject: SourceSubject): string {
  switch (subject.kind) {
    case 'file':
      return subject.key === undefined ? subject.path : `${subject.path}#${subject.key}`;
    case 'names':
      return subject.path;
    case 'workflow':
      return subject.artifact === undefined ? subject.file : `${subject.file} → ${subject.artifact}`;
    case 'url':
      return subject.key === undefined ? subject.url : `${subject.url}#${subject.key}`;
    case 'stack':
    case 'tool':
      return subject.name;
  }
}

function sinceText(since: Since | undefined): string {
  if (since === undefined) return 'unknown';
  return since.by === undefined ? since.at.slice(0, 10) : `${since.at.slice(0, 10)} (${since.by})`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function reportFound(
  { source, section, present }: SourceReading & { readonly present: Extract<Present, { state: 'found' }> },
  findings: Findings,
): void {
  const common = { subject: subjectName(source.subject), section };
  const { place, is } = source;
  if (is === undefined) findings.warning('drift-unrecorded', place, { ...common, found: present.fact });
  else if (present.holds) return;
  else if (present.names === undefined) {
    const params = { ...common, recorded: is, found: present.fact, since: sinceText(present.since) };
    findings.error('drift-changed', place, params);
  } else {
    const { added, removed } = present.names;
    const params = { ...common, added: listed(added), removed: listed(removed) };
    findings.error('drift-names', place, { ...params, since: sinceText(present.since) });
  }
}

/** Reports each source that is not what was recorded of it, and each that nobody could look at. */
export function reportDrift(readings: readonly SourceReading[], findings: Findings): void {
  for (const { source, section, present } of readings) {
    const common: Params = { subject: subjectName(source.subject), section };
    if (present.state === 'found') reportFound({ source, section, present }, findings);
    else if (present.state === 'unchecked') {
      findings.warning('drift-unchecked', source.place, {
        ...common,
        ...present.params,
        fault: present.fault,
      });
    } else {
      const since = sinceText(present.since);
      const { candidate } = present;
      if (candidate === undefined) findings.error('drift-gone', source.place, { ...common, since });
      else findings.error('drift-renamed', source.place, { ...common, since, candidate });
    }
  }
}

/** How many sources there are of each kind, for a summary. */
export function countReadings(readings: readonly SourceReading[]): {
  readonly sources: number;
  readonly same: number;
  readonly drifted: number;
  readonly unrecorded: number;
  readonly unchecked: number;
} {
  const stateOf = ({ source, present }: SourceReading) => {
    if (present.state !== 'found') return present.state === 'gone' ? 'drifted' : 'unchecked';
    if (source.is === undefined) return 'unrecorded';
    return present.holds ? 'same' : 'drifted';
  };
  const states = readings.map(stateOf);
  const count = (state: string) => states.filter(each => each === state).length;
  const [same, drifted] = [count('same'), count('drifted')];
  return {
    sources: states.length,
    same,
    drifted,
    unrecorded: count('unrecorded'),
    unchecked: count('unchecked'),
  };
}

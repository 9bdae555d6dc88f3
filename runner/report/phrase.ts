/*
 * Parts of events in words: people, reasons, facts, values. What comes out is plain text that still holds what others wrote:
 * whoever shows it neutralises it for the surface.
 */
import type { Lang } from '../diagnostic.ts';
import type {
  EventOf,
  Exported,
  Fact,
  Fingerprint,
  OutputSummary,
  Person,
  Reason,
  Voice,
} from '../journal/event.ts';
import type { Json } from '../model/runbook.ts';
import { adviseFault, describeFault } from './faults.ts';
import { byteSize, count, dateTime, duration } from './time.ts';
import { fill, wordsOf } from './words.ts';

/** In which language and time zone something is said. */
export interface Locale {
  readonly lang: Lang;
  readonly timeZone: string;
  /** What each role is called, by its name. */
  readonly roles?: ReadonlyMap<string, string>;
}

type Speech = Pick<Locale, 'lang' | 'roles'>;

/** A person, with the role and in whose name: `déclaré par alice (Pilote) pour bruno`. */
export function sayPerson(person: Person, { lang, roles }: Speech, voice: Voice = 'typed'): string {
  const { id, role: name, declaredFor } = person;
  const words = wordsOf(lang);
  const role = name === undefined ? undefined : (roles?.get(name) ?? name);
  const by = role === undefined ? id : fill(words.report.byRole, { id, role });
  const said = declaredFor === undefined ? by : fill(words.person.declaredFor, { by, who: declaredFor });
  return voice === 'scripted' ? `${said}, ${words.person.scripted}` : said;
}

/** Where an error was thrown, as `plan.md:24:9`: the first frame of its stack, which the kernel has cut to the author's files. */
function placeIn(stack: string | undefined): string {
  const place = /([^/\s()]+\.(?:md|m?[jt]s)):(\d+):(\d+)/.exec(stack ?? '')?.[0];
  return place === undefined ? '' : ` (${place})`;
}

/** Why a step failed or came into doubt. */
export function sayReason(reason: Reason, lang: Lang): string {
  const words = wordsOf(lang).reason;
  switch (reason.code) {
    case 'exit':
      return fill(words.exit, { exit: reason.exit });
    case 'signal':
      return fill(words.signal, { signal: reason.signal });
    case 'error':
      return fill(words.error, { message: reason.message }) + placeIn(reason.stack);
    case 'fault':
      return sayFault(reason, lang);
    case 'check-false':
      return fill(words.checkFalse, { detail: reason.detail });
    case 'timeout':
      return fill(words.timeout, { after: duration(reason.after, lang) });
    case 'interrupted':
      return words.interrupted;
    case 'kernel-died':
      return sayDeath(reason, lang);
    case 'crashed':
      return words.crashed;
    case 'refused':
      return fill(words.refused, { fault: describeFault(reason.fault, reason.params, lang) });
  }
}

/** What a service said, where in the runbook, and what to do. */
function sayFault(reason: Extract<Reason, { readonly code: 'fault' }>, lang: Lang): string {
  const { fault, params, stack } = reason;
  const advice = adviseFault(fault, params, lang);
  const what = `${describeFault(fault, params, lang)}${placeIn(stack)}`;
  return advice === undefined ? what : `${what} — ${advice}`;
}

function sayDeath(reason: Extract<Reason, { readonly code: 'kernel-died' }>, lang: Lang): string {
  const words = wordsOf(lang).reason;
  if (reason.signal !== undefined) return fill(words.kernelDiedSignal, { signal: reason.signal });
  return reason.exit === undefined ? words.kernelDied : fill(words.kernelDiedExit, { exit: reason.exit });
}

/** A fact that a cell recorded. */
export function sayFact(fact: Fact, { lang, timeZone }: Locale): string {
  const words = wordsOf(lang);
  const sentence = words.fact[fact.kind];
  switch (fact.kind) {
    case 'backup-used': {
      const { resource, id, takenAt, bytes, sha256 } = fact;
      const size = byteSize(bytes, lang);
      return fill(sentence, {
        resource,
        id,
        takenAt: sayInstant(takenAt, { lang, timeZone }),
        bytes: size,
        sha256,
      });
    }
    case 'finding':
      return fill(sentence, { severity: words.severity[fact.severity], text: fact.text });
    case 'verification': {
      const { title, expected, found } = fact;
      return fill(sentence, { title, expected, found, verdict: fact.ok ? words.fact.ok : words.fact.notOk });
    }
    case 'data-loaded': {
      const { resource, what } = fact;
      return fill(sentence, { resource, what, personal: fact.personal ? words.fact.personal : '' });
    }
    case 'backup-rejected':
      return fill(sentence, { resource: fact.resource, id: fact.id, reason: fact.reason });
    case 'data-erased':
      return fill(sentence, { resource: fact.resource, what: fact.what });
    case 'access-granted':
      return fill(sentence, { resource: fact.resource, who: fact.who });
    case 'requests-retried': {
      const { resource, refusal, requests, waited } = fact;
      return fill(sentence, { resource, refusal, requests, waited: duration(waited, lang) });
    }
  }
}

/** An instant in full; a text that is no instant is shown as it stands, since cells supply some of them. */
export function sayInstant(at: string, { lang, timeZone }: Locale): string {
  return Number.isNaN(Date.parse(at)) ? at : dateTime(at, timeZone, lang);
}

/** An export or an input: JSON, text without its quotes; a secret by its sign. Cut after `limit` characters, which is said. */
export function sayValue(value: Json, lang: Lang, limit = 400): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= limit) return text;
  const omitted = fill(wordsOf(lang).record.lineCut, { count: text.length - limit });
  return text.slice(0, limit) + omitted;
}

/** An export as the record shows it. */
export function sayExported(exported: Exported, lang: Lang): string {
  const words = wordsOf(lang).record;
  if ('secret' in exported) return words.secret;
  return exported.value === '' ? `(${words.emptyValue})` : sayValue(exported.value, lang);
}

/** What a server says of itself: `apilos_restore (postgres, vide) : version=15.8, …`. */
export function sayFingerprint(fingerprint: Fingerprint, lang: Lang): string {
  const words = wordsOf(lang).record;
  const { name, kind, empty, marker } = fingerprint;
  const notes = [kind, empty ? words.empty : words.notEmpty];
  if (marker !== undefined) notes.push(fill(words.marker, { run: marker }));
  const facts = Object.entries(fingerprint.facts).map(([key, value]) => `${key}=${value}`);
  return `${name} (${notes.join(', ')})${facts.length === 0 ? '' : ` · ${facts.join(', ')}`}`;
}

/** Who approved a step, and with which key. */
export function sayApproval({ by, voice, signed }: EventOf<'step-approved'>, speech: Speech): string {
  const words = wordsOf(speech.lang).progress;
  const said = { by: sayPerson(by, speech, voice) };
  if (signed === undefined) return fill(words.approvedScripted, said);
  return fill(words.approved, { ...said, key: signed.key });
}

/** What a second person answered, and when: an approval with its key, or why an answer was none. */
export function sayAnswer(
  entry: EventOf<'step-approved' | 'approval-refused'> & { readonly at: string },
  locale: Locale,
): string {
  const { lang } = locale;
  const words = wordsOf(lang).record;
  const by = sayPerson(entry.by, locale, entry.voice);
  if (entry.type === 'approval-refused')
    return fill(words.approvalRefused, { by, fault: describeFault(entry.fault, entry.params, lang) });
  const at = sayInstant(entry.at, locale);
  if (entry.signed === undefined) return fill(words.approvedScripted, { by, at });
  return fill(words.approved, { by, at, key: entry.signed.key });
}

/** Who handed the run over to whom, and when. */
export function sayHandover(
  { from, to, voice, at }: EventOf<'run-handed-over'> & { readonly at: string },
  locale: Locale,
): string {
  const { lang } = locale;
  const people = { from: sayPerson(from, locale), to: sayPerson(to, locale, voice) };
  return fill(wordsOf(lang).record.handedOver, { ...people, at: sayInstant(at, locale) });
}

/** What a time stamp authority said, or why it said nothing. */
export function sayStamp(entry: EventOf<'time-stamped' | 'time-stamp-failed'>, locale: Locale): string {
  const { lang } = locale;
  const words = wordsOf(lang);
  const mark = words.progress.stampMark[entry.mark];
  if (entry.type === 'time-stamp-failed') {
    const fault = describeFault(entry.fault, entry.params, lang);
    return fill(words.record.stampFailed, { mark, fault });
  }
  const { authority, policy, sha256 } = entry;
  const at = sayInstant(entry.stampedAt, locale);
  return fill(words.record.stamped, { mark, at, authority, policy, sha256 });
}

/** Why a step was skipped: what the journal says in signs of a condition is put in words. */
export function saySkip({ cause, reason }: EventOf<'step-skipped'>, lang: Lang): string {
  if (cause !== 'condition') return reason;
  const words = wordsOf(lang).record;
  const [, step] = /^(\S+) = ∅$/.exec(reason) ?? [];
  if (step !== undefined) return fill(words.nothingDone, { step });
  const [, input, found, is] = /^([a-z][a-z0-9-]*)=([\s\S]*) \(≠ ([\s\S]*)\)$/.exec(reason) ?? [];
  if (input === undefined || found === undefined || is === undefined) return reason;
  return fill(words.condition, { input, found, is });
}

/** What a check found, poll by poll: the only one, or the first and the last. */
export function sayPolls(
  { count, first, last }: NonNullable<EventOf<'step-finished'>['polls']>,
  lang: Lang,
): string {
  const words = wordsOf(lang).record;
  return count === 1 ? fill(words.poll, { last }) : fill(words.polls, { count, first, last });
}

/** How a doubt was settled. */
export function saySettlement(settled: EventOf<'doubt-settled'>, speech: Speech): string {
  const words = wordsOf(speech.lang);
  const as = words.settled[settled.as];
  const { by } = settled;
  const said =
    'check' in by
      ? fill(words.record.doubtSettledByCheck, { as, check: by.check })
      : fill(words.record.doubtSettled, { as, by: sayPerson(by, speech) });
  return settled.reason === '' ? said : `${said} (${settled.reason})`;
}

/** What a probe answered, and whether the run took it. */
export function sayProbed(entry: EventOf<'input-probed'>, lang: Lang): string {
  const words = wordsOf(lang).progress;
  const answer = sayValue(entry.answer, lang);
  return fill(entry.used ? words.probed : words.probedUnused, { input: entry.input, answer });
}

/** Which steps the run was asked to perform. */
export function saySelection(selection: EventOf<'run-opened'>['selection'], lang: Lang): string {
  const words = wordsOf(lang).report;
  const { from, until, only } = selection;
  const parts = [
    ...(from === undefined ? [] : [fill(words.selectionFrom, { step: from })]),
    ...(until === undefined ? [] : [fill(words.selectionUntil, { step: until })]),
    ...(only === undefined ? [] : [fill(words.selectionOnly, { steps: only.join(', ') })]),
  ];
  return parts.length === 0 ? words.selectionAll : parts.join(', ');
}

type Simulating = { readonly faults?: readonly string[] };

/** Which faults the sandbox simulated, process by process; undefined when there was never any. */
export function sayFaults(
  { opened, resumptions }: { readonly opened: Simulating; readonly resumptions: readonly Simulating[] },
  lang: Lang,
): string | undefined {
  const words = wordsOf(lang).report;
  const processes = [opened, ...resumptions].map(entry => entry.faults?.join(', '));
  if (processes.every(faults => faults === undefined)) return undefined;
  const said = processes.map((faults = words.faultsNone, number) =>
    fill(number === 0 ? words.faultsOpened : words.faultsResumed, { number, faults }),
  );
  return said.join(wordsOf(lang).semicolon);
}

/** `1 ligne`, `48 000 lignes`. */
export function sayLines(lines: number, lang: Lang): string {
  const words = wordsOf(lang).record;
  return fill(lines < 2 && !(lang === 'en' && lines === 0) ? words.line : words.lines, {
    count: count(lines, lang),
  });
}

/** The size of an output: `1 ligne, 21 octets`. */
export function sayOutput(summary: OutputSummary, lang: Lang): string {
  return `${sayLines(summary.lines, lang)}, ${byteSize(summary.bytes, lang)}`;
}

/*
 * What the members of each event must be, as a table that the compiler compares with the types of `event.ts`: a member that
 * is forgotten, misspelt or of another type does not compile. A journal is never trusted by a cast.
 * Strict: a member that is not in the table makes the entry unfit, so that nothing can hide in a signed line.
 */
import type {
  Entry,
  Event,
  EventOf,
  Exported,
  Fact,
  Fingerprint,
  OutputSummary,
  Person,
  Reason,
  SigningKey,
  SourceFile,
} from './event.ts';
import {
  anyOf,
  bundlePath,
  choice,
  count,
  digest,
  flag,
  type Guard,
  instant,
  integer,
  json,
  list,
  number,
  object,
  optional,
  record,
  shapeByName,
  text,
} from './guard.ts';

type Link = Pick<Entry, 'seq' | 'prev' | 'at'>;
type Shapes = { readonly [T in Event['type']]: Guard<EventOf<T> & Link> };

/** A person, by id. */
export const person = object<Person>({ id: text, role: optional(text), declaredFor: optional(text) });
const signingKey = object<SigningKey>({ principal: text, publicKey: text, ephemeral: flag });
/** How something was said. */
export const voice = choice('typed', 'scripted');
const mode = choice('drill', 'real');
const stream = choice('stdout', 'stderr');
const sourceFile = object<SourceFile>({
  path: bundlePath,
  role: choice('runbook', 'import', 'lock', 'answers'),
  bytes: count,
  sha256: digest,
});
const exported: Guard<Exported> = anyOf(
  object<{ readonly value: EventJson }>({ value: json }),
  object<{ readonly secret: true }>({ secret: choice(true) }),
);
type EventJson = Extract<Exported, { readonly value: unknown }>['value'];
const exports = record(exported);
const output = object<OutputSummary>({
  bytes: count,
  lines: count,
  file: optional(bundlePath),
  sha256: digest,
});
/** What a server says of a resource. */
export const fingerprint = object<Fingerprint>({
  resource: text,
  kind: text,
  name: text,
  facts: record(anyOf(text, number, flag)),
  empty: flag,
  marker: optional(text),
});

type ReasonOf<C extends Reason['code']> = Extract<Reason, { readonly code: C }>;
const reasons: { readonly [C in Reason['code']]: Guard<ReasonOf<C>> } = {
  exit: object<ReasonOf<'exit'>>({ code: choice('exit'), exit: integer }),
  signal: object<ReasonOf<'signal'>>({ code: choice('signal'), signal: text }),
  error: object<ReasonOf<'error'>>({ code: choice('error'), message: text, stack: optional(text) }),
  fault: object<ReasonOf<'fault'>>({
    code: choice('fault'),
    fault: text,
    params: record(anyOf(text, number)),
    stack: optional(text),
  }),
  'check-false': object<ReasonOf<'check-false'>>({ code: choice('check-false'), detail: text }),
  timeout: object<ReasonOf<'timeout'>>({ code: choice('timeout'), after: number }),
  interrupted: object<ReasonOf<'interrupted'>>({ code: choice('interrupted') }),
  'kernel-died': object<ReasonOf<'kernel-died'>>({
    code: choice('kernel-died'),
    exit: optional(integer),
    signal: optional(text),
  }),
  crashed: object<ReasonOf<'crashed'>>({ code: choice('crashed') }),
  refused: object<ReasonOf<'refused'>>({
    code: choice('refused'),
    fault: text,
    params: record(anyOf(text, number)),
  }),
};
/** Why a step did not pass. */
export const reason: Guard<Reason> = shapeByName('code', reasons);

type FactOf<K extends Fact['kind']> = Extract<Fact, { readonly kind: K }>;
const facts: { readonly [K in Fact['kind']]: Guard<FactOf<K>> } = {
  'backup-used': object<FactOf<'backup-used'>>({
    kind: choice('backup-used'),
    resource: text,
    id: text,
    takenAt: instant,
    bytes: count,
    sha256: digest,
    checks: list(text),
  }),
  'backup-rejected': object<FactOf<'backup-rejected'>>({
    kind: choice('backup-rejected'),
    resource: text,
    id: text,
    reason: text,
  }),
  finding: object<FactOf<'finding'>>({
    kind: choice('finding'),
    severity: choice('minor', 'major'),
    text,
  }),
  verification: object<FactOf<'verification'>>({
    kind: choice('verification'),
    title: text,
    expected: text,
    found: text,
    ok: flag,
  }),
  'data-loaded': object<FactOf<'data-loaded'>>({
    kind: choice('data-loaded'),
    resource: text,
    what: text,
    personal: flag,
  }),
  'data-erased': object<FactOf<'data-erased'>>({ kind: choice('data-erased'), resource: text, what: text }),
  'access-granted': object<FactOf<'access-granted'>>({
    kind: choice('access-granted'),
    resource: text,
    who: text,
  }),
  'requests-retried': object<FactOf<'requests-retried'>>({
    kind: choice('requests-retried'),
    resource: text,
    refusal: text,
    requests: count,
    waited: count,
  }),
};
/** Whether a value is a fact that a journal can hold. */
export const fact: Guard<Fact> = shapeByName('kind', facts);

const link = { seq: count, prev: digest, at: instant };

const shapes: Shapes = {
  'run-opened': object<EventOf<'run-opened'> & Link>({
    ...link,
    type: choice('run-opened'),
    format: choice(1),
    run: text,
    title: text,
    lang: choice('fr', 'en'),
    files: list(sourceFile),
    digest,
    runner: text,
    node: text,
    platform: text,
    target: text,
    mode,
    embedded: flag,
    dry: flag,
    inputs: record(json),
    operator: person,
    voice,
    t0: instant,
    signer: signingKey,
    commit: optional(object<NonNullable<EventOf<'run-opened'>['commit']>>({ id: text, dirty: flag })),
    origin: optional(text),
    selection: object<EventOf<'run-opened'>['selection']>({
      from: optional(text),
      until: optional(text),
      only: optional(list(text)),
    }),
    faults: optional(list(text)),
  }),
  'run-resumed': object<EventOf<'run-resumed'> & Link>({
    ...link,
    type: choice('run-resumed'),
    operator: person,
    voice,
    host: text,
    runner: text,
    signer: optional(signingKey),
    faults: optional(list(text)),
  }),
  'change-accepted': object<EventOf<'change-accepted'> & Link>({
    ...link,
    type: choice('change-accepted'),
    by: person,
    files: list(sourceFile),
    digest,
    diff: text,
  }),
  'journal-recovered': object<EventOf<'journal-recovered'> & Link>({
    ...link,
    type: choice('journal-recovered'),
    bytes: count,
    sha256: digest,
  }),
  'run-paused': object<EventOf<'run-paused'> & Link>({
    ...link,
    type: choice('run-paused'),
    by: person,
    cause: choice('asked', 'interrupted', 'no-answer', 'failed'),
  }),
  'clock-marked': object<EventOf<'clock-marked'> & Link>({
    ...link,
    type: choice('clock-marked'),
    mark: choice('start', 'stop'),
    id: text,
  }),
  'section-entered': object<EventOf<'section-entered'> & Link>({
    ...link,
    type: choice('section-entered'),
    slug: text,
    title: text,
    depth: count,
    item: optional(json),
  }),
  'step-skipped': object<EventOf<'step-skipped'> & Link>({
    ...link,
    type: choice('step-skipped'),
    step: text,
    cause: choice('condition', 'operator', 'selection', 'dry'),
    reason: text,
    by: optional(person),
  }),
  'step-intended': object<EventOf<'step-intended'> & Link>({
    ...link,
    type: choice('step-intended'),
    step: text,
    attempt: count,
    code: text,
    fingerprint: optional(fingerprint),
    by: optional(person),
    typedName: optional(text),
  }),
  'step-started': object<EventOf<'step-started'> & Link>({
    ...link,
    type: choice('step-started'),
    step: text,
    attempt: count,
    pid: count,
  }),
  'output-written': object<EventOf<'output-written'> & Link>({
    ...link,
    type: choice('output-written'),
    step: text,
    attempt: count,
    stream,
    text,
  }),
  'fact-recorded': object<EventOf<'fact-recorded'> & Link>({
    ...link,
    type: choice('fact-recorded'),
    step: text,
    attempt: count,
    fact,
  }),
  'step-finished': object<EventOf<'step-finished'> & Link>({
    ...link,
    type: choice('step-finished'),
    step: text,
    attempt: count,
    outcome: choice('passed', 'failed'),
    reason: optional(reason),
    exports,
    output,
    duration: number,
    polls: optional(
      object<NonNullable<EventOf<'step-finished'>['polls']>>({ count, first: text, last: text }),
    ),
  }),
  'step-doubted': object<EventOf<'step-doubted'> & Link>({
    ...link,
    type: choice('step-doubted'),
    step: text,
    attempt: count,
    reason,
    output: optional(output),
  }),
  'doubt-settled': object<EventOf<'doubt-settled'> & Link>({
    ...link,
    type: choice('doubt-settled'),
    step: text,
    as: choice('done', 'not-done', 'redo'),
    by: anyOf(person, object<{ readonly check: string }>({ check: text })),
    reason: text,
    exports,
  }),
  'manual-presented': object<EventOf<'manual-presented'> & Link>({
    ...link,
    type: choice('manual-presented'),
    step: text,
    role: optional(text),
  }),
  'item-confirmed': object<EventOf<'item-confirmed'> & Link>({
    ...link,
    type: choice('item-confirmed'),
    step: text,
    item: count,
    by: person,
    voice,
  }),
  'step-confirmed': object<EventOf<'step-confirmed'> & Link>({
    ...link,
    type: choice('step-confirmed'),
    step: text,
    by: person,
    voice,
    remark: optional(text),
  }),
  'step-done-by-hand': object<EventOf<'step-done-by-hand'> & Link>({
    ...link,
    type: choice('step-done-by-hand'),
    step: text,
    by: person,
    voice,
    reason: text,
    exports,
  }),
  'input-probed': object<EventOf<'input-probed'> & Link>({
    ...link,
    type: choice('input-probed'),
    input: text,
    step: text,
    answer: json,
    used: flag,
  }),
  'teardown-asked': object<EventOf<'teardown-asked'> & Link>({
    ...link,
    type: choice('teardown-asked'),
    scope: choice('end', 'now'),
    by: person,
    voice,
  }),
  'approval-asked': object<EventOf<'approval-asked'> & Link>({
    ...link,
    type: choice('approval-asked'),
    step: text,
    role: text,
    challenge: text,
  }),
  'approval-refused': object<EventOf<'approval-refused'> & Link>({
    ...link,
    type: choice('approval-refused'),
    step: text,
    by: person,
    voice,
    fault: text,
    params: record(anyOf(text, number)),
  }),
  'step-approved': object<EventOf<'step-approved'> & Link>({
    ...link,
    type: choice('step-approved'),
    step: text,
    by: person,
    voice,
    challenge: text,
    signed: optional(
      object<NonNullable<EventOf<'step-approved'>['signed']>>({
        key: text,
        signature: text,
        signers: digest,
      }),
    ),
  }),
  'run-handed-over': object<EventOf<'run-handed-over'> & Link>({
    ...link,
    type: choice('run-handed-over'),
    from: person,
    to: person,
    voice,
  }),
  'time-stamped': object<EventOf<'time-stamped'> & Link>({
    ...link,
    type: choice('time-stamped'),
    mark: choice('start', 'end'),
    head: digest,
    file: bundlePath,
    bytes: count,
    sha256: digest,
    authority: text,
    policy: text,
    stampedAt: instant,
  }),
  'time-stamp-failed': object<EventOf<'time-stamp-failed'> & Link>({
    ...link,
    type: choice('time-stamp-failed'),
    mark: choice('start', 'end'),
    authority: text,
    fault: text,
    params: record(anyOf(text, number)),
  }),
  'retry-asked': object<EventOf<'retry-asked'> & Link>({
    ...link,
    type: choice('retry-asked'),
    step: text,
    by: optional(person),
  }),
  'evidence-attached': object<EventOf<'evidence-attached'> & Link>({
    ...link,
    type: choice('evidence-attached'),
    step: optional(text),
    name: text,
    file: bundlePath,
    bytes: count,
    sha256: digest,
    media: text,
    by: person,
  }),
  'note-added': object<EventOf<'note-added'> & Link>({
    ...link,
    type: choice('note-added'),
    step: optional(text),
    text,
    by: person,
    corrects: optional(count),
  }),
  'addendum-opened': object<EventOf<'addendum-opened'> & Link>({
    ...link,
    type: choice('addendum-opened'),
    run: text,
    number: count,
    sealed: digest,
    previous: optional(digest),
    by: person,
    voice,
    runner: text,
    signer: signingKey,
  }),
  'addendum-closed': object<EventOf<'addendum-closed'> & Link>({
    ...link,
    type: choice('addendum-closed'),
    by: person,
  }),
  'run-closed': object<EventOf<'run-closed'> & Link>({
    ...link,
    type: choice('run-closed'),
    outcome: choice('passed', 'passed-with-reservations', 'failed', 'abandoned'),
    by: person,
  }),
};

/** Whether a parsed line is an entry of a type that this version knows, member by member. */
export const isEntry: Guard<Entry> = shapeByName('type', shapes);

/** Whether a parsed line bears the type of some event, known members or not. */
export function hasKnownType(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return typeof value.type === 'string' && Object.hasOwn(shapes, value.type);
}

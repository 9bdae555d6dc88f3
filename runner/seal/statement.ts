/*
 * The statement: what is signed. In: the entries of a closed run, the digests of the bundle's files, who must sign. Out: an
 * in-toto Statement v1 as canonical JSON. It says nothing that the bundle does not hold, so verifying makes it again.
 */
import { canonicalJson } from '../journal/canonical.ts';
import type { Entry, EventOf, SigningKey } from '../journal/event.ts';
import {
  bundlePath,
  choice,
  count,
  digest,
  flag,
  type Guard,
  instant,
  list,
  object,
  text,
} from '../journal/guard.ts';
import { clockIn } from '../journal/stamps.ts';
import type { Mode, Role } from '../model/runbook.ts';
import { isUnlisted } from './layout.ts';

/** `_type` of an in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md). */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** What the predicate is; a URN, since it names a format and no web page. */
export const PREDICATE_TYPE = 'urn:reprise:transcript:v1';

/** A role one of whose holders must have signed. */
export interface RequiredSigner {
  readonly role: string;
  readonly holders: readonly string[];
}

/** What the statement says of the run. Times are RFC 3339 UTC, by the machine's clock. */
export interface Predicate {
  readonly run: string;
  readonly title: string;
  readonly mode: Mode;
  readonly target: string;
  readonly openedAt: string;
  readonly closedAt: string;
  readonly outcome: EventOf<'run-closed'>['outcome'];
  readonly entries: number;
  /** sha256 of the journal's last line, which holds the whole chain. */
  readonly head: string;
  readonly operator: string;
  readonly signer: string;
  readonly requiredSigners: readonly RequiredSigner[];
  /** True when the signer's key was made for this run and proves nothing. */
  readonly ephemeral: boolean;
  /** Where the times come from: an authority stamped the opening and the end, or they are the machine's own. */
  readonly clock: 'declared' | 'time-stamped';
  readonly runner: string;
  readonly renderer: string;
}

/** A file that the statement vouches for. */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** An in-toto Statement v1 about a run. */
export interface Statement<P = Predicate, T extends string = typeof PREDICATE_TYPE> {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Subject[];
  readonly predicateType: T;
  readonly predicate: P;
}

/** What a statement is made from. `digests` are those of all files of the bundle. */
export interface StatementInput {
  readonly entries: readonly Entry[];
  readonly head: string;
  readonly digests: ReadonlyMap<string, string>;
  readonly requiredSigners: readonly RequiredSigner[];
  readonly renderer: string;
}

/** The first and the last entry of a closed run; nothing for a journal that does not begin and end as one does. */
export function endsOf(entries: readonly Entry[]) {
  const opened = entries[0];
  const closed = entries.at(-1);
  if (opened?.type !== 'run-opened' || closed?.type !== 'run-closed') return undefined;
  return { opened, closed };
}

/** Who the journal says will sign, and with which key: as of the opening, or of the last resumption that changed it. */
export function signerOf(entries: readonly Entry[]): SigningKey | undefined {
  for (const entry of entries.toReversed()) {
    if (entry.type === 'run-opened' || entry.type === 'addendum-opened') return entry.signer;
    if (entry.type === 'run-resumed' && entry.signer !== undefined) return entry.signer;
  }
  return undefined;
}

/** Makes the statement of a closed run; throws when the run is not. */
export function buildStatement(input: StatementInput): Statement {
  const ends = endsOf(input.entries);
  if (ends === undefined) throw new Error('only a run that was opened and closed has a statement');
  const { opened, closed } = ends;
  const signer = signerOf(input.entries) ?? opened.signer;
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(input.digests),
    predicateType: PREDICATE_TYPE,
    predicate: {
      run: opened.run,
      title: opened.title,
      mode: opened.mode,
      target: opened.target,
      openedAt: opened.at,
      closedAt: closed.at,
      outcome: closed.outcome,
      entries: input.entries.length,
      head: input.head,
      operator: opened.operator.id,
      signer: signer.principal,
      requiredSigners: input.requiredSigners,
      ephemeral: signer.ephemeral,
      clock: clockIn(input.entries),
      runner: opened.runner,
      renderer: input.renderer,
    },
  };
}

/** The subjects of a statement: every file that one lists, in the order of their names. */
export function subjectsOf(digests: ReadonlyMap<string, string>): readonly Subject[] {
  const listed = [...digests].filter(([name]) => !isUnlisted(name));
  listed.sort(([a], [b]) => (a < b ? -1 : 1));
  return listed.map(([name, sha256]) => ({ name, digest: { sha256 } }));
}

/** The roles of a runbook that must sign. */
export function requiredSignersOf(roles: ReadonlyMap<string, Role>): readonly RequiredSigner[] {
  const signing = [...roles.values()].filter(role => role.mustSign);
  return signing.map(({ name, holders }) => ({ role: name, holders }));
}

/** The bytes of `statement.json`, which the seals sign: one line of canonical JSON. */
export function writeStatement(statement: object): string {
  return `${canonicalJson(statement)}\n`;
}

const isStatement = object<Statement>({
  _type: choice(STATEMENT_TYPE),
  subject: list(object<Subject>({ name: bundlePath, digest: object<Subject['digest']>({ sha256: digest }) })),
  predicateType: choice(PREDICATE_TYPE),
  predicate: object<Predicate>({
    run: text,
    title: text,
    mode: choice('drill', 'real'),
    target: text,
    openedAt: instant,
    closedAt: instant,
    outcome: choice('passed', 'passed-with-reservations', 'failed', 'abandoned'),
    entries: count,
    head: digest,
    operator: text,
    signer: text,
    requiredSigners: list(object<RequiredSigner>({ role: text, holders: list(text) })),
    ephemeral: flag,
    clock: choice('declared', 'time-stamped'),
    runner: text,
    renderer: text,
  }),
});

/** Reads `statement.json`; nothing unless it is the canonical text of a statement of this kind. */
export function readStatement(bytes: Buffer): Statement | undefined {
  return readSigned(bytes, isStatement);
}

/** Reads what seals sign; nothing unless it is the canonical text of a value that `accepts` takes. */
export function readSigned<T extends object>(bytes: Buffer, accepts: Guard<T>): T | undefined {
  try {
    const written = bytes.toString();
    const value: unknown = JSON.parse(written);
    return accepts(value) && writeStatement(value) === written ? value : undefined;
  } catch {
    return undefined;
  }
}

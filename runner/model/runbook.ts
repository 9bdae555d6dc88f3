/*
 * What a document means once it has been validated: a Runbook holds only checked values, so no later stage parses an
 * attribute again. Every part keeps its place in the source, for messages and for the transcript.
 */
import type { Lang, Place } from '../diagnostic.ts';

/** A JSON value, as exports and inputs travel. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a cell does to its resource. */
export type Effect = 'read' | 'write' | 'destroy';

/** The language of a runnable fence. */
export type CellLanguage = 'ts' | 'sh' | 'sql';

/** A run is an exercise or the real thing, and never says otherwise. */
export type Mode = 'drill' | 'real';

/** What evidence a manual step asks for. */
export type EvidenceRule = 'none' | 'optional' | 'required';

/** Where a configured value comes from; `literal` is written in the front matter. */
export type ValueSource =
  | { readonly from: 'literal'; readonly value: string }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'input'; readonly name: string }
  | { readonly from: 'secret'; readonly name: string }
  | { readonly from: 'prompt' }
  | { readonly from: 'fd'; readonly fd: number }
  | { readonly from: 'command'; readonly command: readonly string[] };

/** The kinds of resources: what holds data (the first three), then services that steps act through. */
export const RESOURCE_KINDS = [
  'postgres',
  's3',
  'directory',
  'scalingo',
  'github',
  'alwaysdata',
  'dns',
  'http',
] as const;

/** A kind of resource. */
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/**
 * A thing acted on. `pdma` is an objective in minutes (RPO), `oldest` the age beyond which a backup of it is refused, ms. With
 * `access: read` services refuse to change what it holds.
 */
export interface Resource {
  readonly name: string;
  readonly kind: ResourceKind;
  readonly label: string;
  readonly access: 'read' | 'write';
  readonly pdma?: number;
  readonly oldest?: number;
  readonly place: Place;
}

/** A value fixed when the run opens. */
export interface Input {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'choice' | 'number' | 'list';
  readonly choices?: readonly string[];
  readonly default?: Json;
  readonly place: Place;
}

/** A secret that a target provides. */
export interface Secret {
  readonly name: string;
  readonly label: string;
  readonly place: Place;
}

/** A role of the crisis organisation; `holders` are ids that `--as` accepts and that sign. */
export interface Role {
  readonly name: string;
  readonly label: string;
  readonly holders: readonly string[];
  /** Whether a seal by a holder of this role is needed for the bundle to be complete. */
  readonly mustSign: boolean;
  readonly place: Place;
}

/** Where a run acts. */
export interface Target {
  readonly name: string;
  readonly label: string;
  readonly mode: Mode;
  /** True when the embedded sandbox is started for the run. */
  readonly embedded: boolean;
  /** The longest that anything is waited for there, ms; what a step says holds when it is shorter. */
  readonly patience?: number;
  /** Names (globs with `*`) that a drill must refuse to touch. */
  readonly protected: readonly string[];
  /** The role one of whose holders approves every cell that destroys, whatever the cell itself says. */
  readonly approve?: string;
  /** Address of the time stamp authority (RFC 3161) that stamps the opening and the end of a run. */
  readonly timestamp?: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, ValueSource>>;
  /** Settings of each resource by name, then by key (`url`, `endpoint`, `bucket`, `path`, …). */
  readonly resources: Readonly<Record<string, Readonly<Record<string, ValueSource>>>>;
  readonly place: Place;
}

/** The validated front matter. `dmia` is the recovery time objective, in minutes. */
export interface FrontMatter {
  readonly title: string;
  readonly lang: Lang;
  readonly version?: string;
  readonly service?: string;
  /** How it is classified, and to whom its documents may go. */
  readonly classification?: string;
  /** IANA time zone in which times are shown. */
  readonly timeZone: string;
  readonly dmia?: number;
  /** Measurable objectives, scope, scenario and exclusions of the exercise, for the procès-verbal. */
  readonly objectives: readonly string[];
  readonly scope: readonly string[];
  readonly exclusions: readonly string[];
  readonly scenario?: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly inputs: ReadonlyMap<string, Input>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly targets: ReadonlyMap<string, Target>;
}

/** Code as the author wrote it. `text` is the raw lines between the fences, columns untouched. */
export interface Code {
  readonly language: CellLanguage;
  readonly text: string;
  /** 1-based line of the document on which `text` begins. */
  readonly line: number;
  readonly place: Place;
}

/** An import of a ts cell. */
export type CellImport =
  | {
      readonly from: 'cell';
      readonly cell: string;
      readonly names: readonly string[] | 'all';
      readonly place: Place;
    }
  | { readonly from: 'file'; readonly path: string; readonly place: Place }
  | { readonly from: 'package'; readonly name: string; readonly place: Place };

/** An export as the code declares it; `type` is the written annotation of a simple type, else `json`. */
export interface CellExport {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'json';
  readonly secret: boolean;
  readonly place: Place;
}

interface StepBase {
  readonly id: string;
  /** What the step is called where it is listed: its label, else the first sentence of its prose, else its id. */
  readonly title: string;
  /** The whole directive, from `:::` to `:::`. */
  readonly place: Place;
}

/** Code that acts. Durations are milliseconds. */
export interface CellStep extends StepBase {
  readonly kind: 'cell';
  readonly code: Code;
  readonly on?: string;
  readonly effect: Effect;
  readonly timeout?: number;
  readonly retry: number;
  /** The role one of whose holders, another than the operator, approves the step before it acts. */
  readonly approve?: string;
  readonly imports: readonly CellImport[];
  readonly exports: readonly CellExport[];
}

/** One `- [ ]` item of a manual step. */
export interface ChecklistItem {
  readonly text: string;
  readonly place: Place;
}

/** A human acts and confirms. */
export interface ManualStep extends StepBase {
  readonly kind: 'manual';
  readonly role?: string;
  readonly evidence: EvidenceRule;
  /** The role one of whose holders, another than the operator, approves the step before it is presented. */
  readonly approve?: string;
  readonly items: readonly ChecklistItem[];
}

/** Code that proves a state, polled `every` until true or `within` is over. */
export interface CheckStep extends StepBase {
  readonly kind: 'check';
  readonly code: Code;
  readonly of?: string;
  readonly on?: string;
  readonly within: number;
  readonly every: number;
  readonly timeout?: number;
  readonly imports: readonly CellImport[];
}

/** Read-only code that answers an input before the run opens. */
export interface ProbeStep extends StepBase {
  readonly kind: 'probe';
  readonly code: Code;
  readonly fills: string;
  readonly on?: string;
  readonly timeout?: number;
  readonly imports: readonly CellImport[];
}

/** Code that takes a cell back. */
export interface UndoStep extends StepBase {
  readonly kind: 'undo';
  readonly code: Code;
  readonly of: string;
  readonly on?: string;
  readonly timeout?: number;
  readonly imports: readonly CellImport[];
}

/** The smallest thing that a run performs. */
export type Step = CellStep | ManualStep | CheckStep | ProbeStep | UndoStep;

/** A condition on inputs under a heading. */
export interface When {
  readonly input: string;
  readonly is: string;
  readonly place: Place;
}

/** A repetition of a section, once per item of a list input. */
export interface Each {
  readonly in: string;
  readonly as: string;
  readonly place: Place;
}

/** A mark of the measured time. */
export interface ClockMark {
  readonly mark: 'start' | 'stop';
  readonly place: Place;
}

/** What a `::source` looks at: exactly one of these. Paths are relative, in a repository or beside the document. */
export type SourceSubject =
  | { readonly kind: 'file'; readonly path: string; readonly key?: string }
  | { readonly kind: 'names'; readonly path: string }
  | { readonly kind: 'workflow'; readonly file: string; readonly artifact?: string }
  | { readonly kind: 'stack'; readonly name: string }
  | { readonly kind: 'url'; readonly url: string; readonly key?: string }
  | { readonly kind: 'tool'; readonly name: string };

/** What a passage relies on, and what was recorded of it: `is` is the fact as written, absent until it is recorded. */
export interface Source {
  readonly subject: SourceSubject;
  /** The resource where it is found; absent for what lies beside the document, on the network or on the machine. */
  readonly in?: string;
  /** Branch, tag or commit; the default branch, or the working tree of a checkout, when it is absent. */
  readonly ref?: string;
  readonly is?: string;
  readonly place: Place;
}

/** What stands in a section, in document order. */
export type SectionItem =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'clock'; readonly clock: ClockMark };

/** A heading and what follows, its sub-sections included. The root has depth 0 and the runbook's title. */
export interface Section {
  readonly title: string;
  /** The anchor that GitHub gives the heading. */
  readonly slug: string;
  readonly depth: number;
  readonly when?: When;
  readonly each?: Each;
  readonly parallel: boolean;
  readonly items: readonly SectionItem[];
  /** What the section itself relies on; absent when it declares nothing. */
  readonly sources?: readonly Source[];
  readonly place: Place;
}

/** A document that has been read and found whole. */
export interface Runbook {
  readonly file: string;
  readonly source: string;
  readonly front: FrontMatter;
  readonly root: Section;
  /** Every step by id, in document order. */
  readonly steps: ReadonlyMap<string, Step>;
}

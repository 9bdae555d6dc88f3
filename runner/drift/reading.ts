/*
 * What looking at a source gives, as data.
 */
import type { Source } from '../model/runbook.ts';

/** When something came to be what it is: RFC 3339, and what did it, such as a commit's digits and first line. */
export interface Since {
  readonly at: string;
  readonly by?: string;
}

/** What a source is today. `unchecked` says, as a fault, why nobody could look; it is never taken for unchanged. */
export type Present =
  | {
      readonly state: 'found';
      /** The fact that would be recorded today. */
      readonly fact: string;
      /** Whether the recorded fact still holds. */
      readonly holds: boolean;
      readonly since?: Since;
      /** Names that came and went, for a source of names whose recorded state is known. */
      readonly names?: { readonly added: readonly string[]; readonly removed: readonly string[] };
    }
  | {
      readonly state: 'gone';
      readonly since?: Since;
      /** What stands beside it and has the recorded fact: it may have been renamed. */
      readonly candidate?: string;
    }
  | {
      readonly state: 'unchecked';
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number>>;
    };

/** A source of a section, and what it is today. */
export interface SourceReading {
  readonly source: Source;
  readonly section: string;
  readonly present: Present;
}

/** What a run process and its kernel say to each other over IPC, as JSON, and over the secrets' pipe, as lines. */
import type { Fact } from '../../journal/event.ts';
import type { Json } from '../../model/runbook.ts';
import type { ResourceSettings } from '../../services/resources.ts';

/** The kernel's descriptor of the pipe on which it registers secrets: one JSON line each way. */
export const SECRETS_DESCRIPTOR = 4;

/** A cell to run. */
export interface CellRequest {
  /** Random; the kernel prints it on both streams when the cell is over. */
  readonly sentinel: string;
  readonly step: string;
  readonly runbook: string;
  readonly code: string;
  /** 1-based line of the Markdown file on which `code` begins. */
  readonly line: number;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly items: Readonly<Record<string, Json>>;
  readonly imports: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** `cell.name` of the imports that are secret. */
  readonly secretImports: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceSettings>>;
  /** The secrets that open these resources. */
  readonly doors: readonly string[];
  /** The files that may be imported, by absolute path, with their sha256; any file when absent. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** A fault without its class, which is another one in each bundle. */
export interface FaultText {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** How a cell ended, as the kernel sees it. */
export type CellResult =
  | {
      readonly ended: 'passed';
      readonly values: Readonly<Record<string, Json>>;
      readonly secrets: readonly string[];
    }
  | {
      readonly ended: 'failed' | 'killed';
      readonly message: string;
      readonly stack?: string;
      /** What a service threw, which is told in the reader's language. */
      readonly fault?: FaultText;
      /** The kernel must not be used again: something of the cell may still be going on. */
      readonly spent: boolean;
    };

/** What a kernel sends. `begun` comes before anything of a cell runs; facts come before the result of their cell. */
export type KernelMessage =
  | { readonly type: 'begun' }
  | { readonly type: 'fact'; readonly fact: Fact }
  | { readonly type: 'result'; readonly result: CellResult };

/** A secret that a cell declares; answered by `ok` or by the code of a fault. */
export interface SecretNotice {
  readonly name: string;
  readonly value: string;
}

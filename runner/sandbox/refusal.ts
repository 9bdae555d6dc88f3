/** Why the sandbox cannot start: a permanent code that a printer words, and the facts that it words it with. */
export type RefusalCode =
  | 'directory-not-empty'
  | 'directory-in-use'
  | 'unknown-fault'
  | 'postgres-package-missing'
  | 'postgres-cannot-run'
  | 'postgres-failed'
  | 'postgres-client-missing'
  | 'postgres-client-unfit';

/**
 * The operator's situation does not let the sandbox start: nothing outside its directory was changed.
 * `message` is for a log; `code` and `details` are what a printer words for people.
 */
export class SandboxRefusal extends Error {
  readonly code: RefusalCode;
  readonly details: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, details: Readonly<Record<string, string>>) {
    super(`${code}: ${Object.values(details).join('; ')}`);
    this.name = 'SandboxRefusal';
    this.code = code;
    this.details = details;
  }
}

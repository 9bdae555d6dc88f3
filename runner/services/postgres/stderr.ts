/** An error of `pg_restore`: what the server or the program said, and the command that caused it when it is known. */
export interface RestoreError {
  readonly message: string;
  readonly command?: string;
}

/** Errors of one kind: how many, and the first of them, 20 at most. */
export interface Counted {
  readonly count: number;
  readonly first: readonly RestoreError[];
}

/**
 * What `pg_restore` said on stderr: `benign` errors leave all data in place, `grave` ones do not, or may not. `ignored` is its
 * own count, from the summary at its end; undefined when it ended before one, or had nothing to say.
 */
export interface Reading {
  readonly benign: Counted;
  readonly grave: Counted;
  readonly ignored?: number;
}

const grounds: readonly ((error: RestoreError) => boolean)[] = [
  ({ message, command }) =>
    /does not exist/.test(message) &&
    command !== undefined &&
    /^(DROP|ALTER TABLE .* DROP CONSTRAINT)\b/.test(command),
  ({ message }) => /must be owner of extension/.test(message),
  ({ message }) => /extension ".*" already exists/.test(message),
  ({ message }) => /unrecognized configuration parameter/.test(message),
];

/**
 * True for an error that every restoration on a hosted platform makes: a DROP of what is not there, an extension that the
 * platform owns, a setting that an older server does not know.
 */
export function isBenign(error: RestoreError): boolean {
  return grounds.some(ground => ground(error));
}

const kept = 20;
const longest = 500;

/** Counts errors, and keeps the first ones only. */
class Count {
  count = 0;
  readonly first: RestoreError[] = [];

  add(error: RestoreError): void {
    this.count++;
    if (this.first.length < kept) this.first.push(error);
  }

  read(): Counted {
    return { count: this.count, first: [...this.first] };
  }
}

/**
 * Reads `pg_restore`'s stderr line by line, of which `--verbose` makes any number: each error is judged once it is whole, and
 * what is kept is bounded. A `Command was:` line belongs to the error before it.
 */
export class StderrReader {
  readonly #counts = { benign: new Count(), grave: new Count() };
  #open: RestoreError | undefined;
  #ignored: number | undefined;

  /** Takes one line, without its end. */
  line(line: string): void {
    const message = /^pg_restore: (?:error|\[[^\]]+\] .*?error): (.*)$/i.exec(line)?.[1];
    const command = /^Command was: (.*)$/.exec(line)?.[1]?.slice(0, longest);
    const ignored = /^pg_restore: warning: errors ignored on restore: (\d+)$/i.exec(line)?.[1];
    if (message !== undefined) this.#begin({ message: message.slice(0, longest) });
    // Two jobs may speak at once: an error with two commands keeps the first, and one without any is not benign for its command.
    else if (command !== undefined && this.#open !== undefined) this.#open = { command, ...this.#open };
    else if (ignored !== undefined) this.#ignored = Number(ignored);
  }

  /** What was read; to be called once the program has ended. */
  end(): Reading {
    this.#settle();
    const reading = { benign: this.#counts.benign.read(), grave: this.#counts.grave.read() };
    return this.#ignored === undefined ? reading : { ...reading, ignored: this.#ignored };
  }

  #begin(error: RestoreError): void {
    this.#settle();
    this.#open = error;
  }

  #settle(): void {
    if (this.#open !== undefined) this.#counts[isBenign(this.#open) ? 'benign' : 'grave'].add(this.#open);
    this.#open = undefined;
  }
}

/** An error of `pg_restore`: what the server or the program said, and the command that caused it when it is known. */
export interface RestoreError {
  readonly message: string;
  readonly command?: string;
}

/** Errors of a restoration: `benign` ones leave all data in place, `grave` ones do not, or may not. */
export interface Classified {
  readonly benign: readonly RestoreError[];
  readonly grave: readonly RestoreError[];
}

/** Groups the lines of `pg_restore`'s stderr into errors; a `Command was:` line belongs to the error before it. */
export function parseErrors(stderr: string): RestoreError[] {
  const errors: RestoreError[] = [];
  for (const line of stderr.split('\n')) {
    const message = /^pg_restore: (?:error|\[[^\]]+\] .*?error): (.*)$/i.exec(line)?.[1];
    const command = /^Command was: (.*)$/.exec(line)?.[1];
    const last = errors.at(-1);
    if (message !== undefined) errors.push({ message });
    else if (command !== undefined && last !== undefined) errors[errors.length - 1] = { ...last, command };
  }
  return errors;
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
 * Tells the errors that every restoration on a hosted platform makes (a DROP of what is not there, an extension that the
 * platform owns, a setting that an older server does not know) from all others.
 */
export function classify(errors: readonly RestoreError[]): Classified {
  const isBenign = (error: RestoreError) => grounds.some(ground => ground(error));
  return { benign: errors.filter(isBenign), grave: errors.filter(error => !isBenign(error)) };
}

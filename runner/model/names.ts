/*
 * The words of a runbook that are read by machines: ids, names and durations.
 */

/** Whether a text is an id or a name: a lower-case letter, then letters, digits and hyphens. */
export function isName(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(text);
}

/** Whether a text names something that every object of the language has already (`constructor`, `__proto__`). */
export function isReserved(text: string): boolean {
  return text in Object.prototype;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `90s`, `5m`, `4h` or `1d`; undefined when it is not a duration. */
export function readDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const unit = units[match?.[2] ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

/** A name as a shell variable: upper snake, without accents. */
export function variableName(...words: readonly string[]): string {
  const joined = words.join('_').normalize('NFD').replaceAll(/\p{M}/gu, '');
  return joined
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

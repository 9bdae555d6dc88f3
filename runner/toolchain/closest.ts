/** The names that a misspelt one could have meant: at most three of those known, the nearest first. */
export function closest(name: string, known: readonly string[]): readonly string[] {
  return [...known].sort((left, right) => distance(name, left) - distance(name, right)).slice(0, 3);
}

/** Levenshtein's distance: letters to insert, remove or replace. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Lines that are shown of one side at most: a record is no place for a whole document. */
const mostLines = 400;

/**
 * What differs between two texts, as one hunk: the first and last lines that both share are left out, the others are `-` or
 * `+`. Linear in both; a line too many is counted, not shown. Empty for equal texts.
 */
export function difference(before: string, after: string): string {
  if (before === after) return '';
  const [old, now] = [before.split('\n'), after.split('\n')];
  const head = sharedLines(old, now);
  const tail = sharedLines(old.slice(head).reverse(), now.slice(head).reverse());
  const removed = old.slice(head, old.length - tail);
  const added = now.slice(head, now.length - tail);
  const place = `@@ -${head + 1},${removed.length} +${head + 1},${added.length} @@`;
  return [place, ...signed('-', removed), ...signed('+', added)].join('\n');
}

function sharedLines(one: readonly string[], other: readonly string[]): number {
  const most = Math.min(one.length, other.length);
  let shared = 0;
  while (shared < most && one[shared] === other[shared]) shared += 1;
  return shared;
}

function signed(sign: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, mostLines).map(line => sign + line);
  return lines.length > mostLines ? [...shown, `${sign}… (+${lines.length - mostLines})`] : shown;
}

/*
 * The outputs that a sh cell declares: names written to `$REPRISE_OUTPUT`, as far as the text shows them. `echo name=…` and
 * `printf 'name=…'` on a line that writes to it, and the lines of a here-document that goes to it, are declarations.
 */
import type { Name } from './cell.ts';

const target = /REPRISE_OUTPUT/;
const written = /(?:echo|printf)\s+(?:--\s+|-[en]+\s+)*["']?([A-Za-z_][A-Za-z0-9_]*)=/g;

/** The names that a sh cell writes to its output file, each once, with offsets in the code. */
export function readShellOutputs(code: string): readonly Name[] {
  const names = new Map<string, Name>();
  const add = (name: string, start: number): void => {
    if (!names.has(name)) names.set(name, { name, start, end: start + name.length });
  };
  let offset = 0;
  let hereDocument: string | undefined;
  for (const line of code.split('\n')) {
    if (hereDocument !== undefined) {
      const assigned = /^\s*([A-Za-z_][A-Za-z0-9_]*)=/.exec(line);
      if (line.trim() === hereDocument) hereDocument = undefined;
      else if (assigned?.[1] !== undefined) add(assigned[1], offset + line.indexOf(assigned[1]));
    } else if (target.test(line) && !/^\s*#/.test(line)) {
      for (const match of line.matchAll(written)) {
        const name = match[1] ?? '';
        add(name, offset + match.index + match[0].length - 1 - name.length);
      }
      hereDocument = /<<-?\s*["']?(\w+)/.exec(line)?.[1];
    }
    offset += line.length + 1;
  }
  return [...names.values()];
}

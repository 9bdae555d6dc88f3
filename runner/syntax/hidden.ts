/*
 * Characters that a terminal obeys, or that turn the direction of the text around them, in a document. Whoever reviews a plan
 * must see what will run (Trojan Source, CVE-2021-42574), and its transcript holds the source as it is.
 */
import type { Findings } from './findings.ts';

// C0 but tab and line ends; DEL and C1; the explicit directions of Unicode (UAX #9); half a character.
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\p{Cs}]/u;

/** Reports the first of them on each line. */
export function refuseHidden({ lines, error }: Findings): void {
  for (const { text, start } of lines.all) {
    const hidden = hiddenIn(text);
    if (hidden === undefined) continue;
    const { at, character } = hidden;
    error('hidden-character', lines.place(start + at, start + at + 1), { character });
  }
}

/** Where the first of them stands in a text, and its name (`U+202E`). */
export function hiddenIn(text: string): { readonly at: number; readonly character: string } | undefined {
  const at = text.search(HIDDEN);
  if (at === -1) return undefined;
  return { at, character: `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}` };
}

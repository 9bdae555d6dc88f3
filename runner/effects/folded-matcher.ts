/*
 * Finds percent-encoded needles whose codes are in both cases at once, as when an address was put together by two programmes. In:
 * bytes, and a matcher. Out: what it finds in them, and in the same bytes with every percent code in upper case. Can never happen:
 * a place that differs from that in the bytes that were given, since no code changes its length.
 */
import type { Finding, Matcher } from './matcher.ts';

const [PERCENT, A, F, CASE] = [0x25, 0x61, 0x66, 0x20];

/** The same matcher, for which the case of percent codes does not count. */
export function foldedPercents(matcher: Matcher): Matcher {
  return {
    scan(data) {
      const found = matcher.scan(data);
      const folded = foldCodes(data);
      return folded === undefined ? found : both(found, matcher.scan(folded));
    },
  };
}

function both(one: Finding, other: Finding): Finding {
  const matches = [...one.matches, ...other.matches].sort((a, b) => a.start - b.start || b.end - a.end);
  return { matches, partial: Math.min(one.partial, other.partial) };
}

/** A copy with the codes in upper case; nothing when that would change nothing. */
function foldCodes(data: Buffer): Buffer | undefined {
  let copy: Buffer | undefined;
  for (let at = data.indexOf(PERCENT); at !== -1; at = data.indexOf(PERCENT, at + 1)) {
    const code = codeAt(data, at + 1);
    for (let digit = code; digit < code + 2; digit++) {
      const byte = data[digit] ?? 0;
      if (byte < A || byte > F) continue;
      copy ??= Buffer.from(data);
      copy[digit] = byte - CASE;
    }
  }
  return copy;
}

/** Where the two digits are: after each `25`, since a code that was encoded again is `%25` and its digits. */
function codeAt(data: Buffer, from: number): number {
  let at = from;
  while (data[at] === 0x32 && data[at + 1] === 0x35 && mayBeDigit(data[at + 2]) && mayBeDigit(data[at + 3]))
    at += 2;
  return at;
}

/** Whether a byte is a hexadecimal digit, or is still to come. */
function mayBeDigit(byte: number | undefined): boolean {
  if (byte === undefined) return true;
  return (byte >= 0x30 && byte <= 0x39) || ((byte | CASE) >= A && (byte | CASE) <= F);
}

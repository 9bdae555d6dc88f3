import { readdirSync, readFileSync } from 'node:fs';

/** Ids of living processes whose command line holds the text; arguments are separated by NUL. */
export function livingWith(text: string): string[] {
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && read(pid).includes(text));
}

function read(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

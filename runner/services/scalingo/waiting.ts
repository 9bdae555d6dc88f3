import type { Account } from './account.ts';

/** How long to wait, and between two questions, ms. Polls count in the 60 requests a minute. */
export interface Waiting {
  readonly within?: number;
  readonly every?: number;
}

/** Prints a status whenever it is another than before, so that the record shows what a wait went through. */
export function teller(what: string): (status: string) => void {
  let last: string | undefined;
  return status => {
    if (status !== last) console.log(`${what}: ${status}`);
    last = status;
  };
}

/** Asks until `settled` says so, or `within` is over; gives the last answer back either way. */
export async function poll<T>(
  { clock, patience }: Account,
  ask: () => Promise<T>,
  settled: (found: T) => boolean,
  { within = 15 * 60_000, every = 5000 }: Waiting,
): Promise<{ readonly found: T; readonly settled: boolean }> {
  const deadline = clock.now() + Math.min(within, patience ?? within);
  for (;;) {
    const found = await ask();
    if (settled(found)) return { found, settled: true };
    if (clock.now() + every > deadline) return { found, settled: false };
    await clock.sleep(every);
  }
}

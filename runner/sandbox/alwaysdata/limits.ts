/** Who asks, and whether it is to read. */
export interface Caller {
  readonly identified: boolean;
  readonly reads: boolean;
}

/** True while a caller is within its requests of the last minute. */
export type RateLimit = (caller: Caller) => boolean;

/** 10 requests a minute for strangers, 250 reads and 50 writes for an account (alwaysdata's documentation of its API). */
export function createRateLimit(now: () => number): RateLimit {
  const calls: Record<string, number[]> = {};
  return ({ identified, reads }) => {
    const kind = identified ? (reads ? 'read' : 'write') : 'anonymous';
    const most = identified ? (reads ? 250 : 50) : 10;
    const recent = (calls[kind] ?? []).filter(at => at > now() - 60_000);
    const within = recent.length < most;
    calls[kind] = within ? [...recent, now()] : recent;
    return within;
  };
}

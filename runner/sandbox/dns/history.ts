import type { DnsRecord, Zone } from './zones.ts';

/** The states that zones went through. */
export interface ZoneHistory {
  /** Replaces the records of a zone, from now on. Throws for a zone that is not there. */
  publish(zone: string, records: readonly DnsRecord[]): void;
  /** The zones as they were `delay` milliseconds ago: what a name server that is that late still says. */
  seenAfter(delay: number): readonly Zone[];
}

/** Begins with `zones`, which even the latest server knows. `now` gives milliseconds. */
export function startHistory(zones: readonly Zone[], now: () => number): ZoneHistory {
  const states = [{ at: Number.NEGATIVE_INFINITY, zones }];
  const seenAfter = (delay: number) => states.findLast(state => state.at + delay <= now())?.zones ?? zones;
  return {
    seenAfter,
    publish(name, records) {
      const current = states.at(-1)?.zones ?? zones;
      if (!current.some(zone => zone.name === name)) throw new Error(`no zone ${name}`);
      const next = current.map(zone => (zone.name === name ? { ...zone, records } : zone));
      states.push({ at: now(), zones: next });
    },
  };
}

import { z } from 'zod';

const entry = z.object({
  value: z.union([z.string(), z.array(z.string())]),
  /** Instant in ms at which the key is gone. */
  expires: z.number().optional(),
});
const snapshot = z.array(z.record(z.string(), entry));
type Entry = z.infer<typeof entry>;

/** Scalingo's Redis has logical databases 0 to 4. */
export const databases = 5;

/** One logical database; a key whose time is over is gone as soon as anyone looks. */
export class Keyspace {
  readonly entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): Entry | undefined {
    const found = this.entries.get(key);
    if (found?.expires === undefined || found.expires > this.#now()) return found;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: string | string[], lifetime?: number): void {
    this.entries.set(key, lifetime === undefined ? { value } : { value, expires: this.#now() + lifetime });
  }

  /** Remaining ms; -1 for ever, -2 where there is no key, as Redis answers. */
  lifetime(key: string): number {
    const found = this.get(key);
    if (found === undefined) return -2;
    return found.expires === undefined ? -1 : found.expires - this.#now();
  }
}

/** Empty databases, or those of a snapshot. Throws if the text is no snapshot. */
export function openKeyspaces(now: () => number, text?: string): Keyspace[] {
  const saved = text === undefined ? [] : snapshot.parse(JSON.parse(text));
  return Array.from({ length: databases }, (_, index) => {
    const keyspace = new Keyspace(now);
    for (const [key, kept] of Object.entries(saved[index] ?? {})) keyspace.entries.set(key, kept);
    return keyspace;
  });
}

/** The snapshot of databases, as JSON. */
export function snapshotOf(keyspaces: readonly Keyspace[]): string {
  return JSON.stringify(keyspaces.map(({ entries }) => Object.fromEntries(entries)));
}

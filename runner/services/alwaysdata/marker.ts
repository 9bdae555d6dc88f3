import { z } from 'zod';
import type { ZoneRecord } from './client.ts';

/** What a record was before, so that it can be put back. */
export interface FormerRecord {
  readonly type: string;
  readonly value: string;
  readonly ttl?: number | undefined;
}

const shape = z.object({
  run: z.string(),
  before: z.array(z.object({ type: z.string(), value: z.string(), ttl: z.number().optional() })),
});

/** What an annotation says of a record that a run made: which run, and what was there before. */
export type Marker = { readonly run: string; readonly before: readonly FormerRecord[] };

/** The annotation of a record that a run makes; it stays with the record, so that another machine can undo too. */
export function writeMarker({ run, before }: Marker): string {
  return `reprise-run ${JSON.stringify({ run, before })}`;
}

/** What the annotation of a record says; undefined for one that no run made. */
export function readMarker({ annotation }: ZoneRecord): Marker | undefined {
  const [, written] = /^reprise-run (\{.*\})$/.exec(annotation) ?? [];
  if (written === undefined) return undefined;
  try {
    return shape.safeParse(JSON.parse(written)).data;
  } catch {
    return undefined;
  }
}

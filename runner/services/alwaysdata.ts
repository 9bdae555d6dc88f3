/*
 * Records of a zone that alwaysdata holds. In: `resources.<name>` of kind `alwaysdata`. Out: what is there now, and what was.
 * Can never happen: a record replaced that nobody asked to replace, a record of alwaysdata's own changed, a record removed
 * that this run did not make, a protected name touched in a drill.
 */
import { Fault } from '../fault.ts';
import {
  createRecord,
  type Domain,
  listDomains,
  listRecords,
  removeRecord,
  updateRecord,
  type ZoneRecord,
} from './alwaysdata/client.ts';
import { type FormerRecord, readMarker, writeMarker } from './alwaysdata/marker.ts';
import { canonical } from './dns/ask.ts';
import { refuseProtected } from './guard/protected.ts';
import type { AlwaysdataResource } from './resources.ts';

/** An alias to be made. `replace` allows what stands in its way to be replaced; `ttl` is in seconds (300 by default). */
export interface WantedCname {
  readonly host: string;
  readonly target: string;
  readonly ttl?: number;
  readonly replace?: boolean;
}

/** An alias as it now stands; `before` is what it replaced. */
export interface CnameSet {
  readonly id: number;
  readonly host: string;
  readonly target: string;
  readonly change: 'present' | 'created' | 'replaced';
  readonly before: readonly FormerRecord[];
}

/**
 * Makes an alias, or finds it as wanted. What it replaces is printed first and kept in the record's annotation. Faults:
 * `protected-name`, `dns-zone-absent`, `dns-apex-alias`, `dns-record-conflict`, `dns-record-automatic`, `dns-record-lost`,
 * `alwaysdata-denied`, `alwaysdata-refused`, `alwaysdata-unreachable`.
 */
export async function setCname(resource: AlwaysdataResource, wanted: WantedCname): Promise<CnameSet> {
  const host = canonical(wanted.host);
  const target = canonical(wanted.target);
  refuseProtected(resource, [host]);
  const place = await placeOf(resource, host);
  if (place.name === '') throw new Fault('dns-apex-alias', { host });
  const found = await listRecords(resource, place.domain, place.name);
  const same = found.find(record => record.type === 'CNAME' && canonical(record.value) === target);
  if (same !== undefined)
    return { id: same.id, host, target, change: 'present', before: beforeOf(resource, same) };
  if (found.length > 0) refuseConflict(host, found, wanted.replace ?? false);
  const before = found.map(({ type, value, ttl }) => ({ type, value, ttl }));
  for (const { type, value, ttl } of before) console.log(`${host}  ${type} ${value} (TTL ${ttl ?? '?'}) ✗`);
  await write(resource, place, { target, ttl: wanted.ttl ?? 300, before, found });
  const made = await findCname(resource, place, target);
  if (made === undefined) throw new Fault('dns-record-lost', { host }, 'step-may-have-run');
  console.log(`${host}  CNAME ${target} ✓`);
  return { id: made.id, host, target, change: before.length === 0 ? 'created' : 'replaced', before };
}

interface Place {
  readonly domain: Domain;
  /** Relative to the domain; empty for the domain itself. */
  readonly name: string;
}

async function placeOf(resource: AlwaysdataResource, host: string): Promise<Place> {
  const domains = await listDomains(resource);
  const holding = domains.filter(({ name }) => host === name || host.endsWith(`.${name}`));
  const domain = holding.sort((a, b) => b.name.length - a.name.length)[0];
  if (domain === undefined) throw new Fault('dns-zone-absent', { account: resource.account, host });
  return { domain, name: host.slice(0, -domain.name.length - 1) };
}

function refuseConflict(host: string, found: readonly ZoneRecord[], replace: boolean): void {
  const automatic = found.find(record => record.automatic);
  if (automatic !== undefined) {
    const { type, value } = automatic;
    throw new Fault('dns-record-automatic', { host, type, value });
  }
  if (replace) return;
  const records = found.map(({ type, value }) => `${type} ${value}`).join(', ');
  throw new Fault('dns-record-conflict', { host, records });
}

interface Written {
  readonly target: string;
  readonly ttl: number;
  readonly before: readonly FormerRecord[];
  readonly found: readonly ZoneRecord[];
}

/** A lone alias is changed where it is, so that the name is never without one; other types have to go first. */
async function write(resource: AlwaysdataResource, place: Place, written: Written): Promise<void> {
  const { target, ttl, before, found } = written;
  const annotation = writeMarker({ run: resource.run, before });
  const fields = { type: 'CNAME', name: place.name, value: target, ttl, annotation };
  const [first, ...others] = found;
  if (first?.type === 'CNAME' && others.length === 0)
    return updateRecord(resource, place.domain, first.id, fields);
  for (const { id } of found) await removeRecord(resource, id);
  await createRecord(resource, place.domain, fields);
}

async function findCname(resource: AlwaysdataResource, place: Place, target: string) {
  const records = await listRecords(resource, place.domain, place.name);
  return records.find(record => record.type === 'CNAME' && canonical(record.value) === target);
}

function beforeOf(resource: AlwaysdataResource, record: ZoneRecord): readonly FormerRecord[] {
  const marker = readMarker(record);
  return marker?.run === resource.run ? marker.before : [];
}

/** What was taken back: the records of this run that are gone, and those that were there before and are there again. */
export interface RecordRemoved {
  readonly removed: readonly FormerRecord[];
  readonly restored: readonly FormerRecord[];
}

/**
 * Removes the records of a name that this run made, and puts back what they replaced. Records of others stay. Idempotent.
 * Faults: `protected-name`, `dns-zone-absent`, and those of alwaysdata.
 */
export async function deleteRecord(resource: AlwaysdataResource, host: string): Promise<RecordRemoved> {
  const name = canonical(host);
  refuseProtected(resource, [name]);
  const place = await placeOf(resource, name);
  const removed: FormerRecord[] = [];
  const restored: FormerRecord[] = [];
  for (const record of await listRecords(resource, place.domain, place.name)) {
    const marker = readMarker(record);
    if (marker?.run !== resource.run) continue;
    const { type, value, ttl } = record;
    // Printed first: once the record is gone, nothing else remembers what it replaced.
    console.log(`${name}  ${type} ${value} ✗`);
    for (const former of marker.before) console.log(`${name}  ${former.type} ${former.value} ✓`);
    await takeBack(resource, place, record, marker.before);
    removed.push({ type, value, ttl });
    restored.push(...marker.before);
  }
  return { removed, restored };
}

async function takeBack(
  resource: AlwaysdataResource,
  { domain, name }: Place,
  record: ZoneRecord,
  before: readonly FormerRecord[],
): Promise<void> {
  const fields = ({ type, value, ttl }: FormerRecord) => ({
    type,
    name,
    value,
    ...(ttl === undefined ? {} : { ttl }),
    annotation: '',
  });
  const [first, ...others] = before;
  if (first?.type === 'CNAME' && others.length === 0)
    return updateRecord(resource, domain, record.id, fields(first));
  await removeRecord(resource, record.id);
  for (const former of before) await createRecord(resource, domain, fields(former));
}

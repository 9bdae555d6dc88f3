/** Types of records that the sandbox's servers know. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'TXT', 'NS', 'SOA'] as const;

/** A type of record. */
export type RecordType = (typeof recordTypes)[number];

/** A record; `name` is whole, in lower case, without a final dot, and may begin with `*.`; `ttl` is in seconds. */
export interface DnsRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly ttl: number;
  readonly value: string;
}

/** A zone. `negativeTtl` (seconds) is the SOA's minimum: how long others may remember that a name does not exist. */
export interface Zone {
  readonly name: string;
  readonly nameServers: readonly string[];
  readonly negativeTtl: number;
  readonly records: readonly DnsRecord[];
}

/** What a server answers; `authorities` bears the SOA of a negative answer (RFC 2308 §2). */
export interface Answer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
}

/** A name as records bear it: in lower case, without a final dot. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** An answer without any record. */
export function emptyAnswer(rcode: Answer['rcode']): Answer {
  return { rcode, authoritative: false, answers: [], authorities: [] };
}

/**
 * What an authoritative server of `zones` answers (RFC 1034 §4.3.2): `REFUSED` outside its zones, the records, a CNAME
 * followed as far as the zones go, or a negative answer that tells a name without such a record from a name that is not.
 */
export function lookUp(zones: readonly Zone[], name: string, type: RecordType): Answer {
  const answers: DnsRecord[] = [];
  let at = canonical(name);
  // RFC 1034 asks for a bound, since aliases can go round in circles.
  for (let steps = 0; steps < 9; steps++) {
    const zone = zoneOf(zones, at);
    if (zone === undefined)
      return steps === 0
        ? emptyAnswer('REFUSED')
        : { ...emptyAnswer('NOERROR'), authoritative: true, answers };
    const owned = recordsAt(zone, at);
    const alias = type === 'CNAME' ? undefined : owned.find(record => record.type === 'CNAME');
    if (alias === undefined) return conclude(zone, { at, type, owned, answers });
    answers.push(alias);
    at = canonical(alias.value);
  }
  return emptyAnswer('SERVFAIL');
}

interface Found {
  readonly at: string;
  readonly type: RecordType;
  readonly owned: readonly DnsRecord[];
  readonly answers: readonly DnsRecord[];
}

function conclude(zone: Zone, { at, type, owned, answers }: Found): Answer {
  const matching = owned.filter(record => record.type === type);
  if (matching.length > 0)
    return { ...emptyAnswer('NOERROR'), authoritative: true, answers: [...answers, ...matching] };
  const exists = owned.length > 0 || zone.records.some(record => record.name.endsWith(`.${at}`));
  const rcode = exists ? 'NOERROR' : 'NXDOMAIN';
  return { rcode, authoritative: true, answers, authorities: [startOfAuthority(zone)] };
}

function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  const holding = zones.filter(zone => name === zone.name || name.endsWith(`.${zone.name}`));
  return holding.sort((a, b) => b.name.length - a.name.length)[0];
}

function recordsAt(zone: Zone, name: string): DnsRecord[] {
  const own = [...apexRecords(zone), ...zone.records].filter(record => record.name === name);
  if (own.length > 0) return own;
  const parent = name.slice(name.indexOf('.') + 1);
  return zone.records.filter(record => record.name === `*.${parent}`).map(record => ({ ...record, name }));
}

function apexRecords(zone: Zone): DnsRecord[] {
  const servers = zone.nameServers.map(value => ({ name: zone.name, type: 'NS', ttl: 3600, value }) as const);
  return [startOfAuthority(zone), ...servers];
}

function startOfAuthority(zone: Zone): DnsRecord {
  const primary = zone.nameServers[0] ?? zone.name;
  const value = [primary, `hostmaster.${zone.name}`, 1, 3600, 600, 86_400, zone.negativeTtl].join(' ');
  return { name: zone.name, type: 'SOA', ttl: zone.negativeTtl, value };
}

import { type DnsRecord, recordTypes } from '../dns/zones.ts';
import type { AccountRecord, Domain } from './model.ts';

/** The records of an account as its name servers publish them; types that the servers do not know are left out. */
export function publishedRecords(domain: Domain, records: readonly AccountRecord[]): DnsRecord[] {
  return records.flatMap(({ type, name, ttl, value }) => {
    const known = recordTypes.find(one => one === type);
    if (known === undefined) return [];
    const whole = name === '' ? domain.name : `${name}.${domain.name}`;
    return [{ name: whole.toLowerCase(), type: known, ttl, value }];
  });
}

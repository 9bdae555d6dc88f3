/** A domain of the account. */
export interface Domain {
  readonly id: number;
  readonly name: string;
}

/** A DNS record as alwaysdata keeps it: `name` is relative to the domain and empty at its apex. */
export interface AccountRecord {
  readonly id: number;
  readonly domain: number;
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly priority: number | null;
  readonly ttl: number;
  readonly annotation: string;
  /** False for a record that alwaysdata made for a service of its own. */
  readonly isUserDefined: boolean;
}

/** What a client may write. */
export type RecordChange = Partial<
  Pick<AccountRecord, 'type' | 'name' | 'value' | 'priority' | 'ttl' | 'annotation'>
>;

/** Why a change is refused: messages by field, as Django gives them. */
export type Refusal = { readonly errors: Readonly<Record<string, readonly string[]>> };

/** The domains and records of one account; `change` is told of a domain whose records changed. */
export interface AccountModel {
  domains(): readonly Domain[];
  records(): readonly AccountRecord[];
  create(domain: number, written: RecordChange): AccountRecord | Refusal;
  update(id: number, written: RecordChange): AccountRecord | Refusal | undefined;
  remove(id: number): boolean;
}

/** A record that is there from the start, without its number; what may be left out has alwaysdata's defaults. */
export type FirstRecord = Pick<AccountRecord, 'type' | 'name' | 'value' | 'isUserDefined'> &
  Partial<Pick<AccountRecord, 'annotation' | 'priority' | 'ttl'>>;

/** A domain that is there from the start. */
export interface FirstDomain {
  readonly name: string;
  readonly records: readonly FirstRecord[];
}

const defaultTtl = 300;
const types = ['A', 'AAAA', 'CNAME', 'TXT', 'NS', 'MX', 'SRV', 'CAA'];

/** An account with these domains. `changed` is called after each change. */
export function createAccount(
  first: readonly FirstDomain[],
  changed: (domain: Domain, records: readonly AccountRecord[]) => void,
): AccountModel {
  const domains = first.map(({ name }, index) => ({ id: index + 1, name }));
  let records: AccountRecord[] = domains.flatMap((domain, index) =>
    (first[index]?.records ?? []).map(record => ({ ...blank, ...record, domain: domain.id, id: 0 })),
  );
  records = records.map((record, index) => ({ ...record, id: 1000 + index }));
  let next = 1000 + records.length;
  const save = (after: AccountRecord[], id: number) => {
    records = after;
    const domain = domains.find(one => one.id === id);
    if (domain !== undefined)
      changed(
        domain,
        records.filter(record => record.domain === id),
      );
  };
  return {
    domains: () => domains,
    records: () => records,
    create(domain, written) {
      const record = { ...blank, ...written, domain, id: next };
      const refusal = domains.some(one => one.id === domain)
        ? faultIn(record, records)
        : refuse('domain', 'Select a valid choice.');
      if (refusal !== undefined) return refusal;
      next++;
      save([...records, record], domain);
      return record;
    },
    update(id, written) {
      const known = records.find(record => record.id === id);
      if (known === undefined) return undefined;
      const record = { ...known, ...written };
      const refusal = faultIn(record, records);
      if (refusal !== undefined) return refusal;
      save(
        records.map(one => (one.id === id ? record : one)),
        known.domain,
      );
      return record;
    },
    remove(id) {
      const known = records.find(record => record.id === id);
      if (known === undefined || !known.isUserDefined) return false;
      save(
        records.filter(record => record !== known),
        known.domain,
      );
      return true;
    },
  };
}

const blank: Omit<AccountRecord, 'id' | 'domain'> = {
  type: '',
  name: '',
  value: '',
  priority: null,
  ttl: defaultTtl,
  annotation: '',
  isUserDefined: true,
};

function refuse(field: string, message: string): Refusal {
  return { errors: { [field]: [message] } };
}

/** A name that bears a CNAME bears nothing else, and an apex no CNAME (RFC 1034 §3.6.2). */
function faultIn(record: AccountRecord, all: readonly AccountRecord[]): Refusal | undefined {
  if (!types.includes(record.type)) return refuse('type', 'Select a valid choice.');
  if (record.value === '') return refuse('value', 'This field is required.');
  if (record.type === 'CNAME' && record.name === '')
    return refuse('name', 'A CNAME record is not allowed at the root of a domain.');
  const beside = all.filter(
    other => other.id !== record.id && other.domain === record.domain && other.name === record.name,
  );
  const clashing = beside.some(other => other.type === 'CNAME' || record.type === 'CNAME');
  return clashing ? refuse('name', 'A CNAME record cannot coexist with another record.') : undefined;
}

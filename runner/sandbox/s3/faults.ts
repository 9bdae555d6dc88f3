import type { Faults } from '../faults.ts';
import type { InjectedFault, S3ListenerSettings } from './listener.ts';
import type { S3Store } from './store.ts';

type Hook = NonNullable<S3ListenerSettings['fault']>;

const slowDown: InjectedFault = { status: 503, code: 'SlowDown' };
const denied: InjectedFault = { status: 403, code: 'AccessDenied' };
const taken: InjectedFault = { status: 409, code: 'BucketAlreadyExists' };

/** One request in so many is slowed down: often enough to be met. */
const interval = 7;

const writes = /^(Create|Put|Upload|Complete|Copy|Delete)/;

/** What the storage does wrong under `faults`; undefined when that is nothing. */
export function storageFault(store: S3Store, faults: Faults): Hook | undefined {
  const hooks: Hook[] = [];
  if (faults.has('s3-denied')) hooks.push(operation => (writes.test(operation) ? denied : undefined));
  if (faults.has('bucket-taken')) hooks.push(takenNames(store));
  if (faults.has('s3-slow-down')) hooks.push(everyNow());
  if (hooks.length === 0) return undefined;
  return (...asked) => {
    for (const hook of hooks) {
      const fault = hook(...asked);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** S3 has one space of names for everybody: who asks for somebody else's bucket is told 403, who makes it 409. */
function takenNames(store: S3Store): Hook {
  return (operation, bucket) => {
    if (!bucket.startsWith('apilos-exercice') || store.hasBucket(bucket)) return undefined;
    return operation === 'CreateBucket' ? taken : denied;
  };
}

/** What was just slowed down passes the next time: however many requests are under way, no second attempt fails. */
function everyNow(): Hook {
  const slowed = new Set<string>();
  let count = 0;
  return (...asked) => {
    const request = asked.join(' ');
    count += 1;
    if (slowed.delete(request) || count % interval !== 0) return undefined;
    slowed.add(request);
    return slowDown;
  };
}

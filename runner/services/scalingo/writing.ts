import { refuseProtected } from '../guard/protected.ts';
import type { ScalingoResource } from '../resources.ts';
import { type Account, accountOf } from './account.ts';

/** The account, once it is known that a drill may touch these names. Fault: `protected-name`. */
export function writing(resource: ScalingoResource, ...names: readonly string[]): Account {
  refuseProtected(resource, names);
  return accountOf(resource);
}

/** Says that what was to be made is there, and was left as it is. */
export function already(name: string): void {
  console.log(`${name} ✓ (=)`);
}

import { Fault } from '../../fault.ts';
import type { ResourceSettings } from '../resources.ts';

/** What decides whether a name may be touched: any resource has it. */
export type Guarded = Pick<ResourceSettings, 'name' | 'mode' | 'protected'>;

/** True when `name` matches a glob in which `*` stands for any characters; letters are compared without case, final dots ignored. */
export function matchesGlob(name: string, glob: string): boolean {
  const parts = canonical(glob)
    .split('*')
    .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(canonical(name));
}

/** Final dots only say that a host name is absolute (RFC 1034, section 3.1). */
function canonical(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\.+$/, '');
}

/**
 * Refuses, in a drill, to act on a protected name. `names` are all the names that the thing goes by: what is configured and
 * what the server reports. Fault: `protected-name`.
 */
export function refuseProtected(resource: Guarded, names: readonly string[]): void {
  if (resource.mode !== 'drill') return;
  for (const name of names) {
    const rule = resource.protected.find(glob => matchesGlob(name, glob));
    if (rule !== undefined) throw new Fault('protected-name', { resource: resource.name, name, rule });
  }
}

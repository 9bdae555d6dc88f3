import { Fault } from '../../fault.ts';
import type { ResourceBase } from '../resources.ts';

/** Refuses to change what a resource holds when it is declared as only read. Fault: `resource-read-only`. */
export function refuseReadOnly(resource: Pick<ResourceBase, 'name' | 'access'>): void {
  if (resource.access === 'read') throw new Fault('resource-read-only', { resource: resource.name });
}

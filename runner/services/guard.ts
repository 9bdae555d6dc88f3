/*
 * What services would refuse, for a cell or a module that judges names and values before it hands them over. In: a name. Out:
 * yes or no. Can never happen: another answer than the services' own, since they ask the same functions.
 */
import type { Guarded } from './guard/protected.ts';
import { matchesGlob } from './guard/protected.ts';
import { isOwned } from './scalingo/owned.ts';

/** True for a name that must not be touched: in a drill, one that the target protects. Any resource has what decides of it. */
export function isProtected({ mode, protected: globs }: Omit<Guarded, 'name'>, name: string): boolean {
  return mode === 'drill' && globs.some(glob => matchesGlob(name, glob));
}

/** True for a variable of an application at Scalingo that its add-ons or the platform own, and that must not be set by hand. */
export function isOwnedVariable(name: string): boolean {
  return isOwned(name);
}

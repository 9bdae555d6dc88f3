import type { Invocation } from '../arguments.ts';
import { goOn } from './resume.ts';

/** `reprise undo`: takes the cells of a drill back, in reverse order, and seals it. */
export async function perform(invocation: Invocation): Promise<number> {
  return await goOn(invocation, true);
}

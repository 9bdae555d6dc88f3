import { loin } from './loin.ts';

/** Is given all inputs, and reads some. */
export function lire(inputs: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  return [inputs[name], inputs[loin], inputs[`proof-${name}`]];
}

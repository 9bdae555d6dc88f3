import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Invocation, operandOf } from './arguments.ts';

/** The folder of the run that a command names: a path, or the bare id of a run that lies under `runs/`. */
export function bundleOperand(invocation: Invocation): string {
  const path = operandOf(invocation);
  const known = join('runs', path);
  return !existsSync(path) && basename(path) === path && existsSync(known) ? known : path;
}

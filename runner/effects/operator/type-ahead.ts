import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds without a key after which the terminal is quiet, and the longest wait for that. */
const quiet = 120;
const longest = 2_000;

/**
 * Throws away what was typed before a question was there to be read: an Enter meant for nothing must never be an answer.
 * Ctrl-C typed meanwhile still is one.
 */
export async function discardTypeAhead(stdin: NodeJS.ReadStream = process.stdin): Promise<void> {
  if (stdin.isTTY !== true) return;
  const began = performance.now();
  let last = began;
  const drop = (keys: Buffer | string): void => {
    last = performance.now();
    if (keys.includes('\u0003')) process.kill(process.pid, 'SIGINT');
  };
  stdin.setRawMode(true);
  stdin.on('data', drop).resume();
  while (performance.now() - last < quiet && performance.now() - began < longest) await sleep(quiet / 4);
  stdin.off('data', drop).pause();
  stdin.setRawMode(false);
}

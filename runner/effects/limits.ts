/** How long a step may run, and who may stop it before. */

/** Why a step was stopped from outside. */
export type Stop = 'timeout' | 'interrupted';

/** A step's limit of time and its interruption, as one thing that happens at most once. */
export interface Limit {
  /** What stopped the step, if anything did. */
  stopped(): Stop | undefined;
  /** The step's time begins now. */
  start(timeout: number | undefined): void;
  /** Stops it now; a second call does nothing. */
  interrupt(): void;
  /** The step is over: nothing stops it any more. */
  clear(): void;
}

/** Calls `stop` once: `timeout` milliseconds after `start`, or when interrupted. */
export function createLimit(stop: () => void): Limit {
  let cause: Stop | undefined;
  let over = false;
  const fire = (why: Stop): void => {
    if (over || cause !== undefined) return;
    cause = why;
    stop();
  };
  let cancel = (): void => undefined;
  return {
    stopped: () => cause,
    start: timeout => {
      if (timeout !== undefined) cancel = setLongTimeout(() => fire('timeout'), timeout);
    },
    interrupt: () => fire('interrupted'),
    clear: () => {
      over = true;
      cancel();
    },
  };
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Node fires a timer beyond 2^31-1 ms at once. Returns what cancels it. */
function setLongTimeout(call: () => void, delay: number): () => void {
  let timer = setTimeout(next, Math.min(delay, LONGEST_TIMER), delay);
  function next(left: number): void {
    if (left <= LONGEST_TIMER) call();
    else timer = setTimeout(next, Math.min(left - LONGEST_TIMER, LONGEST_TIMER), left - LONGEST_TIMER);
  }
  return () => clearTimeout(timer);
}

/*
 * A terminal may go away under a run: its window is closed, its connection lost. The step under way must go on and be
 * recorded, so the signal is taken note of and otherwise ignored, and errors of the dead streams with it.
 */

/** Notice of a hang-up, from the moment that it is watched for. It comes by the signal, or by the end of a terminal that is read. */
export interface HangUp {
  /** Resolves once the terminal is gone; never, if it stays. */
  readonly happened: Promise<void>;
  isOver(): boolean;
}

let watched: HangUp | undefined;

/** Watches for a hang-up, once for the whole process. */
export function watchHangUp(): HangUp {
  watched ??= watch();
  return watched;
}

function watch(): HangUp {
  let isOver = false;
  const happened = new Promise<void>(resolve => {
    const over = (): void => {
      isOver = true;
      resolve();
    };
    process.on('SIGHUP', over);
    // Who is in no session of the terminal (setsid) gets no signal; and where both come, the end mostly comes first.
    if (process.stdin.isTTY === true) process.stdin.on('end', over).on('error', over);
  });
  process.once('exit', leaveDeadTerminal);
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on('error', () => {});
  return { happened, isOver: () => isOver };
}

/**
 * Ends the process without a word when its terminal is gone: Node would abort, and could leave a core dump, while it tried
 * to give a dead terminal its settings back.
 */
export function leaveDeadTerminal(): void {
  const hadTerminal = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY === true);
  // Without one there is somebody, a script, who waits for the exit code.
  if (hadTerminal && watched?.isOver() === true) process.kill(process.pid, 'SIGKILL');
}

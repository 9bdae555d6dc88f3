/*
 * One question at the terminal. In: a question of `prompts`. Out: what was typed; nothing when the person left it (Ctrl-C), the
 * process was told to stop, or the terminal is gone. Can never happen: a question that holds a process which is to end; one
 * whose terminal goes away and takes the process with it, since an ended input leaves Node nothing to wait for.
 */
import prompts, { type PromptObject } from 'prompts';
import { watchHangUp } from '../hang-up.ts';
import { discardTypeAhead } from './type-ahead.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

let abandonments = 0;

/** Takes away the question that stands on the screen, or is about to, as if its person had left it. */
export function abandonPrompt(): void {
  abandonments += 1;
  // The key by which `prompts` gives the terminal its cursor and its settings back.
  process.stdin.emit('keypress', undefined, { ctrl: true, name: 'c' });
}

/** Puts a question once the terminal is quiet. */
export async function prompt(question: Omit<PromptObject<'answer'>, 'name'>): Promise<unknown> {
  const { happened, isOver } = watchHangUp();
  const before = abandonments;
  for (const signal of SIGNALS) process.on(signal, abandonPrompt);
  try {
    await discardTypeAhead();
    if (abandonments > before || isOver()) return undefined;
    const typed = prompts({ ...question, name: 'answer' }).then(({ answer }) => answer);
    return await Promise.race([typed, happened.then(() => undefined)]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, abandonPrompt);
  }
}

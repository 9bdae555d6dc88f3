import { resolve } from 'node:path';
import { challengeIn, signChallenge } from '../../effects/approval.ts';
import { Fault } from '../../fault.ts';
import { viewChallenge } from '../../report/challenge-view.ts';
import { type Invocation, operandOf, textOption } from '../arguments.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { helmWords } from '../helm-words.ts';
import { isTerminal } from '../preparation.ts';

/**
 * `reprise approve`: shows what a challenge asks, and signs it. It needs nothing of the run. What is shown goes to standard
 * error, the answer alone to standard output.
 */
export async function perform(invocation: Invocation): Promise<number> {
  const lang = langOf(invocation);
  const line = operandOf(invocation).trim();
  const challenge = challengeIn(line, new Date().toISOString());
  const by = textOption(invocation, 'as');
  process.stderr.write(viewChallenge(challenge, lang));
  if (by === undefined) throw new Fault('approver-needed', { role: challenge.role });
  if (by === challenge.operator) throw new Fault('approval-same-person', { step: challenge.step, by });
  if (!(await isMeant(helmWords[lang].approve))) return exitCode.refused;
  const file = textOption(invocation, 'key');
  const answer = await signChallenge(line, by, file === undefined ? undefined : resolve(file));
  process.stderr.write(`${helmWords[lang].handBack}\n`);
  process.stdout.write(`${answer}\n`);
  return exitCode.success;
}

/** At a terminal the person is asked once more, since they see only now what they would sign; elsewhere the call itself is the word. */
async function isMeant(message: string): Promise<boolean> {
  if (!isTerminal()) return true;
  const { default: prompts } = await import('prompts');
  const { meant } = await prompts({ type: 'confirm', name: 'meant', message, initial: false });
  return meant === true;
}

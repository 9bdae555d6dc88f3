import { resolve } from 'node:path';
import prompts from 'prompts';
import type { Lang } from '../../diagnostic.ts';
import { challengeIn, signChallenge } from '../../effects/approval.ts';
import { Fault } from '../../fault.ts';
import { joinLine } from '../../journal/challenge.ts';
import { viewChallenge } from '../../report/challenge-view.ts';
import { questionWords } from '../../report/question-words.ts';
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
  const words = helmWords[lang];
  const line = joinLine(operandOf(invocation));
  const challenge = challengeIn(line, new Date().toISOString());
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  process.stderr.write(viewChallenge(challenge, timeZone, lang));
  const by = textOption(invocation, 'as') ?? (await askApprover(words.approver));
  if (by === undefined) throw new Fault('approver-needed', { role: challenge.role });
  if (by === challenge.operator) throw new Fault('approval-same-person', { step: challenge.step, by });
  if (!(await isMeant(lang))) {
    process.stderr.write(`${words.unsigned}\n`);
    return exitCode.refused;
  }
  const file = textOption(invocation, 'key');
  const answer = await signChallenge(line, by, file === undefined ? undefined : resolve(file));
  process.stderr.write(`${words.handBack}\n`);
  process.stdout.write(`${answer}\n`);
  return exitCode.success;
}

async function askApprover(message: string): Promise<string | undefined> {
  if (!isTerminal()) return undefined;
  const { by } = await prompts({ type: 'text', name: 'by', message });
  return typeof by === 'string' && by.trim() !== '' ? by.trim() : undefined;
}

/** At a terminal the person is asked once more, since they see only now what they would sign; elsewhere the call itself is the word. */
async function isMeant(lang: Lang): Promise<boolean> {
  if (!isTerminal()) return true;
  const { approve: message, approving, refusing } = helmWords[lang];
  const choices = [
    { title: refusing, value: false },
    { title: approving, value: true },
  ];
  const hint = questionWords[lang].arrows;
  const { meant } = await prompts({ type: 'select', name: 'meant', message, choices, initial: 0, hint });
  return meant === true;
}

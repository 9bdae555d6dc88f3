import type { Lang } from '../diagnostic.ts';
import type { Preparation } from '../effects/platform.ts';
import { Fault } from '../fault.ts';
import { neutralise } from '../report/neutralise.ts';
import { wordsOf } from '../report/words.ts';
import { type Invocation, listOption } from './arguments.ts';
import { helmWords } from './helm-words.ts';

/** Whether a person sits at a terminal. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** How the person is spoken to while a platform is prepared, and what it is to simulate (`--fault`). */
export function preparationOf(invocation: Invocation, lang: Lang): Preparation {
  return {
    faults: faultsOf(invocation),
    ask: askSecret,
    say: command => process.stderr.write(`${helmWords[lang].installs}${wordsOf(lang).colon}${command}\n`),
  };
}

/** The names of simulated faults that were asked for, one by one. */
export function faultsOf(invocation: Invocation): readonly string[] {
  const named = listOption(invocation, 'fault').flatMap(names => names.split(','));
  return [...new Set(named.map(name => name.trim()).filter(name => name !== ''))];
}

async function askSecret(name: string, label: string): Promise<string> {
  if (!isTerminal()) throw new Fault('secret-needs-terminal', { name });
  const { prompt } = await import('../effects/operator/prompt.ts');
  const value = await prompt({ type: 'password', message: neutralise(label, 'line') });
  if (typeof value !== 'string') throw new Fault('secret-needs-terminal', { name });
  return value;
}

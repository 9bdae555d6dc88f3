import type { Lang } from '../diagnostic.ts';
import type { Preparation } from '../effects/platform.ts';
import { Fault } from '../fault.ts';
import { helmWords } from './helm-words.ts';

/** Whether a person sits at a terminal. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** How the person is spoken to while a platform is prepared. */
export function preparationOf(lang: Lang): Preparation {
  return {
    ask: askSecret,
    say: command => process.stderr.write(`${helmWords[lang].installs} : ${command}\n`),
  };
}

async function askSecret(name: string, label: string): Promise<string> {
  if (!isTerminal()) throw new Fault('secret-needs-terminal', { name });
  const { default: prompts } = await import('prompts');
  const { value } = await prompts({ type: 'password', name: 'value', message: label });
  if (typeof value !== 'string') throw new Fault('secret-needs-terminal', { name });
  return value;
}

import { writeFileSync } from 'node:fs';
import type { Lang } from '../../diagnostic.ts';
import { errorCode } from '../../effects/durable.ts';
import { Fault } from '../../fault.ts';
import { neutralise } from '../../report/neutralise.ts';
import { fill } from '../../report/words.ts';
import { type Invocation, operandOf } from '../arguments.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { STARTERS } from '../starter.ts';

const next: Readonly<Record<Lang, string>> = {
  fr: `{file} : un plan à compléter, qui se joue déjà
  le vérifier : npx reprise check {file}
  le jouer en exercice : npx reprise run {file} --target {target}
  le lire : npx reprise render {file} --output plan.html
`,
  en: `{file}: a plan to complete, which can be performed already
  check it: npx reprise check {file}
  drill it: npx reprise run {file} --target {target}
  read it: npx reprise render {file} --output plan.html
`,
};

/** `reprise new`: writes a runbook to start from, and never over a file. Faults: `runbook-exists`, `cannot-write`. */
export async function perform(invocation: Invocation): Promise<number> {
  const file = operandOf(invocation);
  const lang = langOf(invocation);
  const { source, target } = STARTERS[lang];
  try {
    writeFileSync(file, source, { flag: 'wx' });
  } catch (error) {
    const code = errorCode(error);
    throw code === 'EEXIST'
      ? new Fault('runbook-exists', { path: file })
      : new Fault('cannot-write', { path: file, error: code });
  }
  process.stdout.write(fill(next[lang], { file: neutralise(file, 'line'), target }));
  return exitCode.success;
}

import { relative } from 'node:path';
import type { Addition } from '../addition.ts';
import { type Contributed, contribute } from '../contribute.ts';
import { neutralise } from '../report/neutralise.ts';
import { fill } from '../report/words.ts';
import { flagOption, type Invocation } from './arguments.ts';
import { bundleOperand } from './bundle-operand.ts';
import { contributionWords } from './contribution-words.ts';
import { addendumSigner, contributorOf } from './contributor.ts';
import { langOf } from './document.ts';
import { exitCode } from './exit-code.ts';
import { version } from './version.ts';

/** Adds an addition to the run that the command names, and says where it stands now. */
export async function performContribution(invocation: Invocation, addition: Addition): Promise<number> {
  const contributed = await contribute({
    path: bundleOperand(invocation),
    addition,
    runner: version,
    person: plan => contributorOf(invocation, plan),
    signer: (plan, person) => addendumSigner(invocation, plan, person),
  });
  const { entry, addendum, unknown } = contributed;
  if (unknown.length > 0) process.stderr.write(unmasked(contributed, invocation));
  if (flagOption(invocation, 'json'))
    process.stdout.write(`${JSON.stringify({ entry, addendum, unknown })}\n`);
  else process.stdout.write(told(contributed, invocation));
  return exitCode.success;
}

function wordsFor({ run }: Contributed, invocation: Invocation) {
  return contributionWords[langOf(invocation, run.session.plan.runbook)];
}

function unmasked(contributed: Contributed, invocation: Invocation): string {
  const names = contributed.unknown.join(', ');
  return `${neutralise(fill(wordsFor(contributed, invocation).unmasked, { names }), 'line')}\n`;
}

function told(contributed: Contributed, invocation: Invocation): string {
  const { bundle, entry, addendum } = contributed;
  const words = wordsFor(contributed, invocation);
  const { seq } = entry;
  const said =
    entry.type === 'evidence-attached'
      ? fill(words.attached, { ...plain(entry), seq })
      : fill(words.noted, { seq });
  const path = relative(process.cwd(), bundle.directory) || bundle.directory;
  const lines = [
    addendum === undefined ? said : `${said}, ${fill(words.inAddendum, { number: addendum })}`,
    ...(addendum === undefined ? [] : [fill(words.verify, { path })]),
  ];
  return `${lines.map(line => neutralise(line, 'line')).join('\n')}\n`;
}

function plain({
  file,
  bytes,
  sha256,
}: {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}) {
  return { file, bytes, sha256 };
}

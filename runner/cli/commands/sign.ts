import { relative } from 'node:path';
import { coSign } from '../../cosign.ts';
import { neutralise } from '../../report/neutralise.ts';
import { fill } from '../../report/words.ts';
import { flagOption, type Invocation } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { contributionWords } from '../contribution-words.ts';
import { contributorOf, ownSigner } from '../contributor.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { version } from '../version.ts';

/** `reprise sign`: adds somebody's seal to a sealed run, and says whose are still missing. */
export async function perform(invocation: Invocation): Promise<number> {
  const { bundle, run, principal, missing } = await coSign({
    path: bundleOperand(invocation),
    runner: version,
    person: plan => contributorOf(invocation, plan),
    signer: (_plan, person) => ownSigner(invocation, person),
  });
  const words = contributionWords[langOf(invocation, run.session.plan.runbook)];
  if (flagOption(invocation, 'json')) {
    process.stdout.write(`${JSON.stringify({ principal, missing })}\n`);
    return exitCode.success;
  }
  const lines = [
    fill(words.signed, { principal }),
    ...missing.map(({ role, holders }) => fill(words.missing, { role, holders: holders.join(', ') })),
    ...(missing.length === 0 ? [words.complete] : []),
    fill(words.verify, { path: relative(process.cwd(), bundle.directory) || bundle.directory }),
  ];
  process.stdout.write(`${lines.map(line => neutralise(line, 'line')).join('\n')}\n`);
  return exitCode.success;
}

import { printVerdict } from '../../report/verdict.ts';
import type { VerdictName } from '../../seal/verdict.ts';
import { verifyBundle } from '../../verify.ts';
import { flagOption, type Invocation, textOption } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { langOf } from '../document.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { version } from '../version.ts';

const codes: Readonly<Record<VerdictName, ExitCode>> = {
  verified: exitCode.success,
  'intact-signer-unverified': exitCode.signerNotVerified,
  'not-probative': exitCode.notProbative,
  incomplete: exitCode.incomplete,
  'not-comparable': exitCode.notComparable,
  tampered: exitCode.tampered,
};

/** `reprise verify`: the verdict on a bundle, layer by layer, and an exit code of its own for each. */
export async function perform(invocation: Invocation): Promise<number> {
  const allowedSigners = textOption(invocation, 'allowed-signers');
  const timestampCa = textOption(invocation, 'timestamp-ca');
  const verdict = await verifyBundle(bundleOperand(invocation), {
    runner: version,
    ...(allowedSigners === undefined ? {} : { allowedSigners }),
    ...(timestampCa === undefined ? {} : { timestampCa }),
  });
  const isJson = flagOption(invocation, 'json');
  const lang = invocation.lang ?? verdict.lang ?? langOf(invocation);
  process.stdout.write(isJson ? `${JSON.stringify(verdict)}\n` : printVerdict(verdict, lang));
  return codes[verdict.verdict];
}

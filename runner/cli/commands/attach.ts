import { type Invocation, textOption } from '../arguments.ts';
import { performContribution } from '../contributing.ts';

/** `reprise attach`: adds a file to a run, known by its digest; to a sealed one as an addendum. */
export async function perform(invocation: Invocation): Promise<number> {
  const [, path = ''] = invocation.operands;
  const step = textOption(invocation, 'step');
  return await performContribution(invocation, { path, ...(step === undefined ? {} : { step }) });
}

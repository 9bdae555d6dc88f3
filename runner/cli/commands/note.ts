import { Fault } from '../../fault.ts';
import { type Invocation, textOption } from '../arguments.ts';
import { performContribution } from '../contributing.ts';

/** `reprise note`: adds a text to a run; to a sealed one as an addendum. */
export async function perform(invocation: Invocation): Promise<number> {
  const [, text = ''] = invocation.operands;
  const corrects = numberOf(textOption(invocation, 'corrects'));
  const step = textOption(invocation, 'step');
  return await performContribution(invocation, {
    text,
    ...(corrects === undefined ? {} : { corrects }),
    ...(step === undefined ? {} : { step }),
  });
}

function numberOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Fault('bad-option', { command: 'note', detail: `--corrects ${value}` });
}

import { expect, test } from 'vitest';
import { maskedFault } from '../../runner/effects/masked-record.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import { Fault } from '../../runner/fault.ts';

const secret = 'correct-horse-battery-staple';

test.each([
  ['a fault', new Fault('cannot-write', { path: `/tmp/${secret}`, error: 'ENOENT' })],
  ['a bug', new Error(`no key \`${secret}\``)],
])('%s tells no secret', (_, thrown) => {
  const masker = createMasker();
  masker.add('cle', secret);
  const told = maskedFault(thrown, masker);
  if (!(told instanceof Error)) throw new Error('it is no error any more');
  const shown = JSON.stringify([told.message, told.stack, told]);
  expect([shown.includes(secret), shown.includes('cle')]).toEqual([false, true]);
});

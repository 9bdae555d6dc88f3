import { describe, expect, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import { FAULT_WORDS } from '../../runner/report/fault-words.ts';
import { describeState, printFault } from '../../runner/report/faults.ts';

describe('printFault', () => {
  test('says what happened, the state and what to do, in the language asked for', () => {
    const fault = new Fault('no-answer', { step: 'inviter' }, 'recorded');
    expect(printFault(fault, 'en')).toBe(
      'error[no-answer]: step `inviter` needs an answer, and nobody is there to give it\n' +
        '  state: everything that was done is in the journal\n' +
        '  what to do: go on in a terminal with `reprise resume`, or give an answers file (drills only)\n',
    );
  });

  test('still shows an unknown code with its parameters, neutralised', () => {
    const fault = new Fault('to-string\u001b[2J', { path: 'a\u202eb', toString: 'x\ny' });
    expect(printFault(fault, 'fr')).toBe(
      'erreur[to-string␛[2J]: défaut non décrit to-string␛[2J path=a⟨U+202E⟩b toString=x␊y\n' +
        '  état : rien n’a été modifié\n',
    );
  });

  test('does not take an inherited property for a code', () => {
    expect(printFault(new Fault('constructor'), 'en')).toContain('undescribed fault constructor');
  });

  test('has every sentence in both languages, with the same parameters', () => {
    const holes = (text: string) => [...text.matchAll(/\{([\w-]+)\}/g)].map(match => match[1]).sort();
    for (const [code, { fr, en }] of Object.entries(FAULT_WORDS)) {
      expect(code).toMatch(/^[a-z][a-z0-9-]*$/);
      for (const text of [fr.what, fr.hint, en.what, en.hint]) expect(text, code).toMatch(/\S.*[^.]$/);
      expect([...new Set(holes(fr.what))], code).toEqual([...new Set(holes(en.what))]);
    }
  });

  test('has a sentence for each state', () => {
    for (const state of ['nothing-changed', 'step-may-have-run', 'recorded'] as const) {
      expect(describeState(state, 'fr')).not.toBe(describeState(state, 'en'));
    }
  });
});

/*
 * Who adds to a run, and with which key. In: the command line and the run's plan. Out: a holder of a role, and a signer. A
 * run of the sandbox is added to with a key made for this once, which proves nothing; a co-signature never is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { askHolder, holderOf, holders } from '../effects/people.ts';
import { defaultSigner, ephemeralKey, keySigner, type Signer } from '../effects/signer.ts';
import { Fault } from '../fault.ts';
import type { Person } from '../journal/event.ts';
import type { Plan } from '../plan/plan.ts';
import { questionWords } from '../report/question-words.ts';
import { type Invocation, textOption } from './arguments.ts';
import { contributionWords } from './contribution-words.ts';
import { langOf } from './document.ts';
import { isTerminal } from './preparation.ts';

/** The person of `--as`, or the one chosen at a terminal. Faults: `not-a-holder`, `operator-needed`. */
export async function contributorOf(invocation: Invocation, { runbook }: Plan): Promise<Person> {
  const { front } = runbook;
  const id = textOption(invocation, 'as');
  if (id !== undefined) return holderOf(front, id);
  if (!isTerminal()) throw new Fault('operator-needed', { holders: holders(front).join(', ') });
  const lang = langOf(invocation, runbook);
  return await askHolder(front, contributionWords[lang].who, questionWords[lang].arrows);
}

/** The key of `--key`, else the person's usual one. Throws the faults of the signer. */
export async function ownSigner(invocation: Invocation, person: Person): Promise<Signer> {
  const file = textOption(invocation, 'key');
  return file === undefined ? await defaultSigner(person.id) : await keySigner(person.id, resolve(file));
}

/** The signer of an addendum: as `ownSigner`, but an ephemeral key for a run of the sandbox. */
export async function addendumSigner(invocation: Invocation, plan: Plan, person: Person): Promise<Signer> {
  if (textOption(invocation, 'key') !== undefined || !plan.target.embedded) {
    return await ownSigner(invocation, person);
  }
  const directory = mkdtempSync(join(tmpdir(), 'reprise-addendum-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return await ephemeralKey(directory, person.id);
}

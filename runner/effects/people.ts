import { Fault } from '../fault.ts';
import type { Person } from '../journal/event.ts';
import type { FrontMatter } from '../model/runbook.ts';
import { neutralise } from '../report/neutralise.ts';
import { instantOf, tableTime } from '../report/time.ts';
import { prompt } from './operator/prompt.ts';

/** The holder of a role whose id was given; the fault `not-a-holder` for anyone else. */
export function holderOf(front: FrontMatter, id: string): Person {
  for (const role of front.roles.values()) if (role.holders.includes(id)) return { id, role: role.name };
  throw new Fault('not-a-holder', { id, holders: holders(front).join(', ') });
}

/** Asks at a terminal who operates the run, among the holders of roles. */
export async function askHolder(front: FrontMatter, message: string, hint: string): Promise<Person> {
  const roles = [...front.roles.values()];
  const choices = holders(front).map(id => {
    const labels = roles.filter(role => role.holders.includes(id)).map(role => role.label);
    return { title: neutralise(`${id} — ${labels.join(', ')}`, 'line'), value: id };
  });
  if (choices.length === 0) throw new Fault('no-holder', {});
  const id = await prompt({ type: 'select', message, choices, initial: 0, hint });
  if (typeof id !== 'string') throw new Fault('operator-needed', { holders: holders(front).join(', ') });
  return holderOf(front, id);
}

/** The ids of everybody who holds a role. */
export function holders(front: FrontMatter): readonly string[] {
  return [...new Set([...front.roles.values()].flatMap(role => role.holders))];
}

/** The present, RFC 3339 UTC, and the IANA time zone of whoever writes an instant without one. */
export interface Present {
  readonly now: string;
  readonly timeZone: string;
}

/** Asks at a terminal for T0, the decision to activate the plan; `now` when what stands there is accepted. */
export async function askInstant(message: string, form: string, present: Present): Promise<string> {
  const initial = tableTime(present.now, present.timeZone);
  // A key that means nothing to the prompt, as Ctrl-U, leaves its control character in the text.
  const plain = (text: string) => text.replace(/\p{Cc}/gu, '').trim();
  const validate = (text: string) =>
    plain(text) === '' || instantOf(plain(text), present.now, present.timeZone) !== undefined || form;
  const instant = await prompt({ type: 'text', message, initial, validate });
  if (typeof instant !== 'string') throw new Fault('t0-needed', {});
  const text = plain(instant);
  return ['', initial].includes(text) ? present.now : parseInstant(text, present);
}

/** An instant as RFC 3339 UTC; `now` stands for the present. The fault `bad-instant` for anything else. */
export function parseInstant(text: string, { now, timeZone }: Present): string {
  if (text === 'now') return now;
  const instant = instantOf(text, now, timeZone);
  if (instant === undefined) throw new Fault('bad-instant', { text });
  return instant;
}

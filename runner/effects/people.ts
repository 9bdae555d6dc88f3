import { Fault } from '../fault.ts';
import type { Person } from '../journal/event.ts';
import type { FrontMatter } from '../model/runbook.ts';
import { prompt } from './operator/prompt.ts';

/** The holder of a role whose id was given; the fault `not-a-holder` for anyone else. */
export function holderOf(front: FrontMatter, id: string): Person {
  for (const role of front.roles.values()) if (role.holders.includes(id)) return { id, role: role.name };
  throw new Fault('not-a-holder', { id, holders: holders(front).join(', ') });
}

/** Asks at a terminal who operates the run, among the holders of roles. */
export async function askHolder(front: FrontMatter, message: string, hint: string): Promise<Person> {
  const choices = holders(front).map(id => ({ title: id, value: id }));
  if (choices.length === 0) throw new Fault('no-holder', {});
  const id = await prompt({ type: 'select', message, choices, initial: 0, hint });
  if (typeof id !== 'string') throw new Fault('operator-needed', { holders: holders(front).join(', ') });
  return holderOf(front, id);
}

/** The ids of everybody who holds a role. */
export function holders(front: FrontMatter): readonly string[] {
  return [...new Set([...front.roles.values()].flatMap(role => role.holders))];
}

/** Asks at a terminal for T0, the decision to activate the plan; `now` when nothing is typed. */
export async function askInstant(message: string, now: string): Promise<string> {
  const validate = (text: string) => text.trim() === '' || !Number.isNaN(Date.parse(text)) || message;
  const instant = await prompt({ type: 'text', message, initial: now, validate });
  if (typeof instant !== 'string') throw new Fault('t0-needed', {});
  return parseInstant(instant.trim() === '' ? now : instant, now);
}

/** An instant as RFC 3339 UTC; `now` stands for the present. The fault `bad-instant` for anything else. */
export function parseInstant(text: string, now: string): string {
  if (text === 'now') return now;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Fault('bad-instant', { text });
  return new Date(time).toISOString();
}

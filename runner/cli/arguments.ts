import { parseArgs } from 'node:util';
import type { Lang } from '../diagnostic.ts';
import { Fault } from '../fault.ts';
import { type Command, commands, commonOptions } from './commands.ts';

/** A command line that has been understood. Options are by name; repeated ones are lists. */
export interface Invocation {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly lang: Lang | undefined;
}

/** The command of that name, or the fault `unknown-command`. */
export function findCommand(name: string): Command {
  const command = commands.find(candidate => candidate.name === name);
  if (command === undefined)
    throw new Fault('unknown-command', {
      command: name,
      known: commands.map(known => known.name).join(', '),
    });
  return command;
}

/** Parses what follows the command's name; a `Fault` names what is wrong with it. */
export function parseInvocation(command: Command, args: readonly string[]): Invocation {
  const { values, positionals } = parse(command, args);
  const options = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const required = command.operands.split(' ').filter(name => /^[A-Z|]+$/.test(name)).length;
  if (positionals.length !== required && options.help !== true) {
    throw new Fault('wrong-operands', {
      command: command.name,
      expected: command.operands,
      found: positionals.length,
    });
  }
  return {
    command,
    operands: positionals,
    options: options as Invocation['options'],
    lang: langOf(options.lang),
  };
}

function parse(command: Command, args: readonly string[]) {
  const known = [...command.options, ...commonOptions].map(option => {
    const type = option.value === undefined ? ('boolean' as const) : ('string' as const);
    const short = option.short === undefined ? {} : { short: option.short };
    return [option.name, { type, multiple: option.multiple ?? false, ...short }] as const;
  });
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(known),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Fault('bad-option', { command: command.name, detail });
  }
}

function langOf(value: unknown): Lang | undefined {
  if (value === undefined || value === 'fr' || value === 'en') return value;
  throw new Fault('unknown-lang', { lang: String(value) });
}

/** The language of the person at this machine: French unless the environment names English. */
export function environmentLang(environment: NodeJS.ProcessEnv): Lang {
  const named = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return named.startsWith('en') ? 'en' : 'fr';
}

/** The value of a string option. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a flag was given. */
export function flagOption(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** The values of an option that may be repeated. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value : [];
}

/** The one operand of a command that takes one. */
export function operandOf(invocation: Invocation): string {
  const [operand] = invocation.operands;
  if (operand === undefined) throw new Error(`\`${invocation.command.name}\` takes no operand`);
  return operand;
}

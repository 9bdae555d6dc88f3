/*
 * The entry of the programme. Help and version are answered from here; a command's module, and all that it needs, is only
 * loaded when it is to run.
 */
import type { Lang } from '../diagnostic.ts';
import { Fault } from '../fault.ts';
import { neutralise } from '../report/neutralise.ts';
import { environmentLang, findCommand, type Invocation, parseInvocation } from './arguments.ts';
import { commands } from './commands.ts';
import { exitCode } from './exit-code.ts';
import { commandHelp, programHelp } from './help.ts';
import { version } from './version.ts';

/** What the module of a command exports. */
export type Perform = (invocation: Invocation) => Promise<number>;

const modules: Readonly<Record<string, () => Promise<{ readonly perform: Perform }>>> = {
  new: () => import('./commands/new.ts'),
  check: () => import('./commands/check.ts'),
  fmt: () => import('./commands/fmt.ts'),
  plan: () => import('./commands/plan.ts'),
  run: () => import('./commands/run.ts'),
  resume: () => import('./commands/resume.ts'),
  undo: () => import('./commands/undo.ts'),
  join: () => import('./commands/join.ts'),
  status: () => import('./commands/status.ts'),
  approve: () => import('./commands/approve.ts'),
  note: () => import('./commands/note.ts'),
  attach: () => import('./commands/attach.ts'),
  sign: () => import('./commands/sign.ts'),
  verify: () => import('./commands/verify.ts'),
  render: () => import('./commands/render.ts'),
  sandbox: () => import('./commands/sandbox.ts'),
};

async function main(args: readonly string[]): Promise<number> {
  const lang = environmentLang(process.env);
  const [name, ...rest] = args;
  if (name === '--version' || name === '-V') return print(`${version}\n`);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = rest[0] !== undefined && name === 'help' ? findCommand(rest[0]) : undefined;
    const text =
      asked === undefined ? programHelp(langIn(args) ?? lang) : commandHelp(asked, langIn(args) ?? lang);
    return print(text) + (name === undefined ? exitCode.refused : exitCode.success);
  }
  const command = findCommand(name);
  const invocation = parseInvocation(command, rest);
  if (invocation.options.help === true) return print(commandHelp(command, invocation.lang ?? lang));
  const load = modules[command.name];
  if (load === undefined) throw new Error(`no module for \`${command.name}\``);
  return await (await load()).perform(invocation);
}

function langIn(args: readonly string[]) {
  const value = args[args.indexOf('--lang') + 1];
  return args.includes('--lang') && (value === 'fr' || value === 'en') ? value : undefined;
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCode.success;
}

async function report(error: unknown, args: readonly string[]): Promise<number> {
  const lang = langIn(args) ?? environmentLang(process.env);
  if (error instanceof Fault || isFault(error)) {
    const { printFault } = await import('../report/faults.ts');
    process.stderr.write(printFault(error, langIn(args) ?? (await langNamed(args)) ?? lang));
    return exitCode.refused;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const apology = {
    fr: 'c’est un défaut de Reprise, merci de le signaler',
    en: 'this is a bug in Reprise, please report it',
  };
  process.stderr.write(`reprise: ${apology[lang]}\n${neutralise(text, 'terminal')}\n`);
  return exitCode.bug;
}

/** The language of the document that the command line names, if it can be understood as far as that. */
async function langNamed([name = '', ...rest]: readonly string[]): Promise<Lang | undefined> {
  const command = commands.find(known => known.name === name);
  if (command === undefined) return undefined;
  try {
    const { documentLang } = await import('./document-lang.ts');
    return await documentLang(parseInvocation(command, rest));
  } catch {
    return undefined;
  }
}

/** A fault thrown by a part that was bundled apart has another class, but the same name and fields. */
function isFault(error: unknown): error is Fault {
  return (
    error instanceof Error &&
    error.name === 'Fault' &&
    'code' in error &&
    'params' in error &&
    'state' in error
  );
}

const args = process.argv.slice(2);
main(args)
  .catch(error => report(error, args))
  .then(code => {
    process.exitCode = code;
  });

/**
 * The sandbox's programme: `--directory D [--fault NAME,…] [--json] [--lang fr|en]`; `--faults` only lists the faults.
 *
 * In: a folder. Out: when all servers answer, one line of JSON on standard output with `--json`
 * (`{"environment":…,"endpoints":…}`, or `{"error":{"code":…,"details":…}}` and exit 1), else a table for people.
 * Ends on SIGTERM, SIGINT and SIGHUP; with `--json`, a parent drives it: on SIGTERM and when standard input closes.
 * Can never happen: a server that goes on after this process.
 */
import { parseArgs } from 'node:util';
import { type Faults, faultTable, readFaults } from './faults.ts';
import { type Language, programme, wordRefusal } from './messages.ts';
import { SandboxRefusal } from './refusal.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

type Invocation = {
  readonly directory: string;
  readonly faults: readonly string[];
  readonly json: boolean;
  readonly lang: Language;
};

function readArguments(): Invocation | 'list-faults' | undefined {
  const options = {
    directory: { type: 'string' },
    fault: { type: 'string', multiple: true },
    faults: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    lang: { type: 'string', default: 'fr' },
  } as const;
  try {
    const { directory, fault = [], faults, json, lang } = parseArgs({ options }).values;
    if (faults) return 'list-faults';
    if (directory === undefined) return undefined;
    return { directory, faults: fault, json, lang: lang === 'en' ? 'en' : 'fr' };
  } catch {
    return undefined;
  }
}

/** The table of faults, a line each. */
function faultLines(lang: Language): string {
  const width = Math.max(...faultTable.map(({ name }) => name.length));
  return faultTable.map(({ name, words }) => `  ${name.padEnd(width)}  ${words[lang]}\n`).join('');
}

function faultsOf({ faults: given }: Invocation): Faults {
  const { faults, unknown } = readFaults(given);
  if (unknown.length === 0) return faults;
  const known = faultTable.map(({ name }) => name).join(', ');
  throw new SandboxRefusal('unknown-fault', { faults: unknown.join(', '), known });
}

function present(sandbox: Sandbox, invocation: Invocation): string {
  const { json, lang } = invocation;
  const { environment, endpoints } = sandbox;
  if (json) return `${JSON.stringify({ environment, endpoints })}\n`;
  const width = Math.max(...endpoints.map(endpoint => endpoint.name.length));
  const places = endpoints.flatMap(({ name, url, note, variables }) =>
    [url, note, variables.join(' ')].map(
      (text, index) => `  ${(index === 0 ? name : '').padEnd(width)}  ${text}`,
    ),
  );
  const exports = Object.entries(environment).map(([name, value]) => `  ${name}=${value}`);
  const faults = [...faultsOf(invocation)].join(', ');
  const rehearsed =
    faults === '' ? [] : [`${programme.rehearsed[lang]}${lang === 'fr' ? ' ' : ''}: ${faults}`];
  return `${[...places, '', ...exports, '', ...rehearsed, programme.ready[lang]].join('\n')}\n`;
}

function refuse(error: unknown, { json, lang }: Invocation): void {
  process.exitCode = 1;
  if (!(error instanceof SandboxRefusal)) throw error;
  const { code, details } = error;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, details } })}\n`);
  else process.stderr.write(`sandbox: ${wordRefusal(error, lang)}\n`);
}

/**
 * Resolves when someone wants the sandbox to end. A parent that drives it does so by closing the pipe or by SIGTERM:
 * a Ctrl-C or a hang-up of its terminal is the parent's to judge, and must not take the servers from under its steps.
 */
function whenAskedToEnd(json: boolean): Promise<void> {
  return new Promise(asked => {
    process.once('SIGTERM', () => asked());
    for (const signal of ['SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => (json ? undefined : asked()));
    if (!json) return;
    for (const event of ['end', 'close', 'error']) process.stdin.on(event, () => asked());
    process.stdin.resume();
  });
}

async function serve(invocation: Invocation): Promise<void> {
  const state = { ready: false };
  const end = whenAskedToEnd(invocation.json);
  void end.then(() => {
    if (!state.ready) process.exit(0);
  });
  const sandbox = await startSandbox({ ...invocation, faults: faultsOf(invocation) });
  state.ready = true;
  process.stdout.on('error', () => undefined);
  process.stdout.write(present(sandbox, invocation));
  const lost = await Promise.race([end.then(() => false), sandbox.ended.then(() => true)]);
  await sandbox.close();
  if (lost) process.stderr.write(`sandbox: ${programme.lost[invocation.lang]}\n`);
  process.exit(lost ? 1 : 0);
}

const invocation = readArguments();
if (invocation === 'list-faults') {
  process.stdout.write(faultLines(process.argv.includes('en') ? 'en' : 'fr'));
} else if (invocation === undefined) {
  process.stderr.write(`${programme.usage.fr}\n${programme.usage.en}\n`);
  process.exitCode = 2;
} else {
  await serve(invocation).catch(error => {
    refuse(error, invocation);
    process.exit();
  });
}

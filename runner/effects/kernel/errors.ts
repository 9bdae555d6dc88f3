/** An error of a cell in the words of the record: its message, and only the frames that the author can act on. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultText } from './protocol.ts';

/** Message and stack; the stack holds the places in the runbook and in the files beside it, innermost first. */
export interface ErrorText {
  readonly message: string;
  readonly stack?: string;
  readonly fault?: FaultText;
}

/** Describes anything that was thrown, even what throws in its turn when it is looked at. */
export function describeError(error: unknown, runbook: string): ErrorText {
  try {
    return describe(error, runbook);
  } catch {
    return { message: `thrown: ${typeof error} that cannot be described` };
  }
}

function describe(error: unknown, runbook: string): ErrorText {
  const places = placesIn(stackOf(error), dirname(runbook));
  const message = messageOf(error);
  const fault = faultOf(error);
  return {
    message,
    ...(places.length === 0 ? {} : { stack: places.join('\n') }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function faultOf(error: unknown): FaultText | undefined {
  if (!(error instanceof Error) || error.name !== 'Fault' || !('code' in error)) return undefined;
  const params =
    'params' in error && typeof error.params === 'object' ? Object.entries(error.params ?? {}) : [];
  const texts = params.map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]);
  return { code: String(error.code), params: Object.fromEntries(texts) };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // zx gives the place of the command in the message of its error.
  return `${error.stack ?? ''}\n${error.message}`;
}

/** Causes of causes that are told; an error may be its own cause. */
const CAUSES = 10;

function messageOf(error: unknown, causes = CAUSES): string {
  if (isProcessOutput(error)) return processMessage(error);
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const isTold = error.cause !== undefined && causes > 0;
  const cause = isTold ? `; cause: ${messageOf(error.cause, causes - 1)}` : '';
  return `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}${cause}`;
}

interface ProcessFailure {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

function isProcessOutput(error: unknown): error is ProcessFailure {
  return error instanceof Error && 'exitCode' in error && 'signal' in error && 'stderr' in error;
}

/** What a shell's exit code says (POSIX, Shell & Utilities, 2.8.2). */
const EXIT_WORDS: Readonly<Record<number, string>> = {
  126: ' (not executable)',
  127: ' (command not found)',
};

function processMessage({ exitCode, signal, stderr }: ProcessFailure): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const how = signal === null ? `exit ${exitCode}${EXIT_WORDS[exitCode ?? 0] ?? ''}` : `signal ${signal}`;
  return last === '' ? how : `${how}: ${last}`;
}

function placesIn(stack: string, folder: string): string[] {
  const places: string[] = [];
  for (const line of stack.split('\n')) {
    const found = /((?:file:\/\/)?\/[^()]*?:\d+(?::\d+)?)\)?$/.exec(line.trim())?.[1];
    if (found === undefined) continue;
    const place = found.startsWith('file:') ? withoutScheme(found) : found;
    const beside = place.startsWith(`${folder}/`) && !place.includes('/node_modules/');
    if (beside && !places.includes(place)) places.push(place);
  }
  return places;
}

function withoutScheme(place: string): string {
  const [, url = '', position = ''] = /^(.*?)((?::\d+){1,2})$/.exec(place) ?? [];
  return url === '' ? place : `${fileURLToPath(url)}${position}`;
}

/*
 * What bash itself says of the sh cells without running them: `bash -n` on each. In: a runbook. Out: findings at the line that
 * bash names and the token that it quotes. What can never happen: a line of a cell that is performed; a cell passed over.
 */
import { spawn } from 'node:child_process';
import { toolEnvironment } from '../effects/environment.ts';
import { codeLocator, type Locate } from '../model/code.ts';
import type { Code, Runbook } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';
import { type CodeStep, stepsIn } from './steps.ts';

/** Cells that one shell reads: starting it costs more than reading some. */
const atOnce = 32;

/** One argument takes 128 KiB on Linux (MAX_ARG_STRLEN), and a character at most four bytes. */
const longest = 30_000;

// Reads each argument with `bash -n`; a nul, which no message can hold, follows what was said of each.
const readEach = String.raw`for code in "$@"; do bash -n -c -- "$code"; printf '\0' >&2; done`;

/** Reads every sh cell with `bash -n`; without bash on this machine nothing is found. */
export async function checkShellSyntax(runbook: Runbook, findings: Findings): Promise<void> {
  const steps = stepsIn(runbook, 'sh');
  const short = steps.filter(({ code }) => code.text.length < longest);
  for (let first = 0; first < short.length; first += atOnce)
    await checkShort(short.slice(first, first + atOnce), findings);
  for (const step of steps) if (step.code.text.length >= longest) await checkLong(step, findings);
}

async function checkShort(steps: readonly CodeStep[], findings: Findings): Promise<void> {
  const said = await runTool('bash', ['-c', readEach, 'bash', ...steps.map(({ code }) => code.text)], '');
  if (said === undefined) return;
  const each = said.stderr.split('\0');
  if (each.length !== steps.length + 1) throw new Error('bash ended before it had read every cell');
  for (const [index, { code }] of steps.entries()) reportAll(each[index] ?? '', code, findings);
}

/** Node gives a child a socket, which bash cannot open as a file. */
async function checkLong({ code }: CodeStep, findings: Findings): Promise<void> {
  const said = await runTool('bash', ['-c', 'cat | bash -n /dev/stdin'], code.text);
  if (said !== undefined) reportAll(said.stderr, code, findings);
}

function reportAll(stderr: string, code: Code, findings: Findings): void {
  for (const complaint of readComplaints(stderr)) report(complaint, code, findings);
}

/** What a tool printed; undefined when the machine does not have it. */
export function runTool(
  command: string,
  args: readonly string[],
  input: string,
): Promise<{ readonly stdout: string; readonly stderr: string } | undefined> {
  return new Promise(resolve => {
    const child = spawn(command, args, { env: toolEnvironment({ LC_ALL: 'C' }) });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve({ stdout, stderr }));
    // A tool that ends before it has read everything closes its input, which is no error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** One message of `bash -n`: a 1-based line of the code, and what is wrong there. */
export interface Complaint {
  readonly line: number;
  readonly message: string;
}

/** The messages of `bash -n` in the C locale, without the echo of the line that follows each. */
export function readComplaints(stderr: string): readonly Complaint[] {
  return stderr.split('\n').flatMap(text => {
    const found = /^(?:\/dev\/stdin|bash(?:: -c)?): line (\d+): (?!`)(.+)$/.exec(text);
    return found?.[1] && found[2] ? [{ line: Number(found[1]), message: found[2] }] : [];
  });
}

function report({ line, message }: Complaint, code: Code, findings: Findings): void {
  const locate = codeLocator(code, findings.lines);
  const open = /^warning: here-document at line (\d+) .*\(wanted `(.*)'\)$/.exec(message);
  if (open?.[1] !== undefined && open[2] !== undefined) {
    const place = locateToken(code, Number(open[1]), '<<', locate);
    findings.error('bash-open-document', place, { word: open[2] });
    return;
  }
  const token = /(?:token|matching) [`'](.+?)'$/.exec(message)?.[1] ?? '';
  const what = message.replace(/^syntax error:? ?/, '');
  // Bash names the closing mark that it wanted, and the line where the opening one stands.
  const wanted = message.includes('matching') ? (opening[token] ?? token) : token;
  findings.error('bash-syntax', locateToken(code, line, wanted, locate), { message: what });
}

const opening: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };

/** The place of a token on a 1-based line of the code; that of the line's text when the token is not found there. */
function locateToken(code: Code, line: number, token: string, locate: Locate): ReturnType<Locate> {
  const lines = code.text.split('\n');
  const row = lastWritten(lines, Math.min(line, lines.length) - 1);
  const text = lines[row] ?? '';
  const start = lines.slice(0, row).reduce((sum, each) => sum + each.length + 1, 0);
  const at = token === '' ? -1 : text.indexOf(token);
  if (at !== -1) return locate({ start: start + at, end: start + at + token.length });
  const indent = text.length - text.trimStart().length;
  return locate({ start: start + indent, end: start + text.trimEnd().length });
}

/** An error at the end of the code is shown on its last line that is not blank. */
function lastWritten(lines: readonly string[], row: number): number {
  let index = row;
  while (index > 0 && (lines[index] ?? '').trim() === '') index--;
  return index;
}

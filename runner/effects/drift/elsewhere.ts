/*
 * What a plan relies on besides files: a stack of the platform, an address, a tool of this machine. In: a subject. Out: what it
 * is today. What can never happen: a tool that is asked for anything but its version.
 */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';
import { asPrecise, fileFact, isVersion, keyFact, stackFact, versionIn } from '../../drift/facts.ts';
import type { Present } from '../../drift/reading.ts';
import { Fault } from '../../fault.ts';
import type { ScalingoResource } from '../../services/resources.ts';
import { accountOf } from '../../services/scalingo/account.ts';
import { errorCode } from '../durable.ts';
import { toolEnvironment } from '../environment.ts';

const stacksShape = z.object({
  stacks: z.array(z.object({ name: z.string(), deprecated_at: z.string().nullish() })),
});

/** A stack as the platform lists it (`GET /features/stacks`, developers.scalingo.com). Faults: `scalingo-*`. */
export async function readStack(
  resource: ScalingoResource,
  name: string,
  is: string | undefined,
): Promise<Present> {
  const { body } = await accountOf(resource).app({ method: 'GET', path: '/features/stacks' });
  const read = stacksShape.safeParse(body);
  if (!read.success) throw new Fault('drift-unreadable', { path: name, detail: 'stacks' });
  const found = read.data.stacks.find(stack => stack.name === name);
  if (found === undefined) return { state: 'gone' };
  const fact = stackFact(found.deprecated_at);
  const since = typeof found.deprecated_at === 'string' ? { since: { at: found.deprecated_at } } : {};
  return { state: 'found', fact, holds: is === fact, ...since };
}

/** How much of an answer is read, in characters. */
const largest = 4 * 1024 * 1024;

/** What an address answers to a GET without redirection; 404 and 410 say that it is gone. Faults: `drift-unreadable`. */
export async function readUrl(
  { url, key }: { readonly url: string; readonly key?: string },
  is: string | undefined,
): Promise<Present> {
  const refuse = (detail: string | number) => new Fault('drift-unreadable', { path: url, detail });
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(15_000) }).catch(
    (error: unknown) => {
      throw refuse(error instanceof Error ? error.name : String(error));
    },
  );
  if (response.status === 404 || response.status === 410) return { state: 'gone' };
  if (!response.ok) throw refuse(response.status);
  const text = await response.text().catch(() => {
    throw refuse('ECONNRESET');
  });
  if (text.length > largest) throw refuse('EFBIG');
  const fact = key === undefined ? fileFact(text) : keyFact(text, 'answer.json', key);
  return fact === undefined ? { state: 'gone' } : { state: 'found', fact, holds: is === fact };
}

/** The version that a tool of this machine says it has. Faults: `drift-tool-absent`, `drift-unreadable`. */
export async function readTool(name: string, is: string | undefined): Promise<Present> {
  const options = { cwd: tmpdir(), timeout: 10_000, env: toolEnvironment({ LC_ALL: 'C' }) };
  const said = await promisify(execFile)(name, ['--version'], options).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') throw new Fault('drift-tool-absent', { tool: name });
    throw new Fault('drift-unreadable', { path: `${name} --version`, detail: errorCode(error) });
  });
  const version = versionIn(said.stdout) ?? versionIn(said.stderr);
  if (version === undefined) throw new Fault('drift-unreadable', { path: `${name} --version`, detail: '?' });
  const holds = is !== undefined && isVersion(version, is);
  return { state: 'found', fact: asPrecise(version, is), holds };
}

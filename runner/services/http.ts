/*
 * Proof that a web application answers. In: an address and what is expected of it. Out: what it answered, or a fault.
 * Can never happen: a redirection followed unasked (it is what a check of forced HTTPS looks at), a wait without end, a page
 * kept in the record: only its status, its time and whether it holds what was expected.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { type Answer, get, shown, type Via } from './http/request.ts';

/** What an answer must be; what is left out is not looked at. */
export interface Expectation {
  readonly status?: number;
  /** Text that the body holds. */
  readonly contains?: string | readonly string[];
  /** Exact `Location` of a redirection. */
  readonly location?: string;
}

/** How to ask. `timeout` in ms is 10 s unless told; `host` replaces the `Host` header; `redirects` are followed at most. */
export interface ProbeOptions {
  readonly url: string;
  readonly expect?: Expectation;
  readonly host?: string;
  readonly via?: Via;
  readonly timeout?: number;
  readonly redirects?: number;
  /** How long to ask again, in ms, until the answer is the expected one; 0 (once) unless told. */
  readonly within?: number;
}

/** What an application answered, as JSON. */
export interface Probed {
  /** Address that answered, after the redirections. */
  readonly url: string;
  readonly status: number;
  readonly location: string | null;
  readonly milliseconds: number;
}

/** Asks once, or again within a time, until the answer is the expected one. Faults: `http-url-invalid`, `http-unreachable`, `http-unexpected`. */
export async function probe(options: ProbeOptions): Promise<Probed> {
  const limit = performance.now() + (options.within ?? 0);
  for (;;) {
    try {
      return await probeOnce(options);
    } catch (error) {
      const final = !(error instanceof Fault) || error.code === 'http-url-invalid';
      if (final || performance.now() + pause > limit) throw error;
      await sleep(pause);
    }
  }
}

const pause = 500;

async function probeOnce(options: ProbeOptions): Promise<Probed> {
  const answer = await follow(options);
  const difference = differenceWith(answer, options.expect ?? {});
  if (difference !== undefined) {
    throw new Fault('http-unexpected', { url: shown(answer.url), message: difference });
  }
  const { url, status, location = null, milliseconds } = answer;
  return { url, status, location, milliseconds };
}

async function follow(options: ProbeOptions): Promise<Answer> {
  const { timeout = 10_000, redirects = 0, via, host } = options;
  const asked = { timeout, ...(via && { via }) };
  let answer = await get(options.url, { ...asked, ...(host !== undefined && { host }) });
  for (let left = redirects; left > 0 && isRedirection(answer); left--) {
    // Only the first request is for the host that was told: a redirection names its own.
    answer = await get(new URL(answer.location ?? '', answer.url).href, asked);
  }
  return answer;
}

function isRedirection({ status, location }: Answer): boolean {
  return status >= 300 && status < 400 && location !== undefined;
}

/** What differs, without a word of the page itself. */
function differenceWith(answer: Answer, expected: Expectation): string | undefined {
  if (expected.status !== undefined && answer.status !== expected.status) {
    return `status ${answer.status} ≠ ${expected.status}`;
  }
  if (expected.location !== undefined && answer.location !== expected.location) {
    return `location ${answer.location ?? '∅'} ≠ ${expected.location}`;
  }
  const absent = [expected.contains ?? []].flat().find(text => !answer.body.includes(text));
  return absent === undefined ? undefined : `"${absent}" ∉ body`;
}

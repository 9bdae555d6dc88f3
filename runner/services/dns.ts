/*
 * Whether an alias (CNAME) is known, asked of those who decide and then of those whom the public asks. In: `resources.<name>`
 * of kind `dns`. Out: who answers what. Can never happen: a public resolver asked before every authoritative server gives
 * the target, since it would remember that the name is not (RFC 2308); an alias called known because one server has it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { askCname, canonical, locate, type NameServer, negativeTtl } from './dns/ask.ts';
import type { DnsResource } from './resources.ts';

/** The alias that is expected; the target is compared without case or final dot. */
export interface ExpectedCname {
  readonly host: string;
  readonly target: string;
}

/** What one server says: the target that it knows, or a code (`ENOTFOUND`: no such name; `ENODATA`: no alias there). */
export interface ServerAnswer {
  readonly server: string;
  readonly answer: string;
}

/** What all say. `agreed` tells how far the alias is known; `public` is empty while the authoritative servers do not agree. */
export interface CnameAnswers {
  readonly agreed: 'nobody' | 'authoritative' | 'everybody';
  readonly authoritative: readonly ServerAnswer[];
  readonly public: readonly ServerAnswer[];
}

/** Asks once. Fault: `dns-server-unknown`, also without a server to ask: what nobody says is not known to everybody. */
export async function cnameAnswers(resource: DnsResource, expected: ExpectedCname): Promise<CnameAnswers> {
  for (const kind of ['authoritative', 'public'] as const) {
    if (resource[kind].length === 0)
      throw new Fault('dns-server-unknown', { server: resource.name, code: kind });
  }
  const [deciding, serving] = await Promise.all([locate(resource.authoritative), locate(resource.public)]);
  const authoritative = await askAll(deciding, expected.host);
  if (!allGive(authoritative, expected.target)) return { agreed: 'nobody', authoritative, public: [] };
  const answers = await askAll(serving, expected.host);
  const agreed = allGive(answers, expected.target) ? 'everybody' : 'authoritative';
  return { agreed, authoritative, public: answers };
}

function askAll(servers: readonly NameServer[], host: string): Promise<ServerAnswer[]> {
  return Promise.all(
    servers.map(async server => ({ server: server.name, answer: await askCname(server, host) })),
  );
}

function allGive(answers: readonly ServerAnswer[], target: string): boolean {
  return answers.every(({ answer }) => answer === canonical(target));
}

/** How long to wait, in seconds, and how often to ask (5 by default). */
export interface Patience {
  readonly within: number;
  readonly every?: number;
}

/**
 * Waits until all servers give the target, and says on stdout who answers what whenever that changes. Faults:
 * `dns-authoritative-differs`, `dns-public-differs` when `within` is over; `dns-server-unknown`.
 */
export async function waitForCname(
  resource: DnsResource,
  expected: ExpectedCname & Patience,
): Promise<CnameAnswers> {
  const deadline = performance.now() + expected.within * 1000;
  let shown = '';
  for (;;) {
    const answers = await cnameAnswers(resource, expected);
    const text = describe(answers);
    if (text !== shown) console.log(`${expected.host}: ${text}`);
    shown = text;
    if (answers.agreed === 'everybody') return answers;
    const left = deadline - performance.now();
    if (left <= 0) throw await notYet(resource, expected, answers);
    await sleep(Math.min((expected.every ?? 5) * 1000, left));
  }
}

async function notYet(
  resource: DnsResource,
  expected: ExpectedCname & Patience,
  answers: CnameAnswers,
): Promise<Fault> {
  const { host, target, within } = expected;
  const params = { host, target, within, answers: describe(answers) };
  if (answers.agreed === 'nobody') return new Fault('dns-authoritative-differs', params);
  const [first] = await locate(resource.authoritative.slice(0, 1));
  const memory = first === undefined ? undefined : await negativeTtl(first, host);
  return new Fault('dns-public-differs', { ...params, memory: memory ?? '?' });
}

function describe({ authoritative, public: others }: CnameAnswers): string {
  return [...authoritative, ...others].map(({ server, answer }) => `${server} → ${answer}`).join(', ');
}

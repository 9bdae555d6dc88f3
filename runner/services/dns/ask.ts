import { Resolver, resolve4 } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Fault } from '../../fault.ts';
import { systemCode } from '../system-error.ts';

/** A name server that can be asked: how it was configured, and where it is. */
export interface NameServer {
  readonly name: string;
  readonly address: string;
}

/**
 * Where name servers are: `setServers` of `node:dns` takes addresses only, so that names are resolved first, by the system.
 * Fault: `dns-server-unknown`.
 */
export function locate(servers: readonly string[]): Promise<NameServer[]> {
  return Promise.all(servers.map(async name => ({ name, address: await addressOf(name) })));
}

async function addressOf(name: string): Promise<string> {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(name) ?? [];
  const host = bracketed ?? plain ?? name;
  const found = isIP(host) === 0 ? await firstAddress(host) : host;
  const written = isIP(found) === 6 && port !== undefined ? `[${found}]` : found;
  return port === undefined ? written : `${written}:${port}`;
}

async function firstAddress(host: string): Promise<string> {
  const addresses = await resolve4(host).catch((error: unknown) => {
    throw new Fault('dns-server-unknown', { server: host, code: codeOf(error) });
  });
  return addresses[0] ?? host;
}

/** What a server says of the alias of a name: its target, or the code of `node:dns` (`ENOTFOUND`, `ENODATA`, `ETIMEOUT`…). */
export async function askCname({ address }: NameServer, host: string): Promise<string> {
  try {
    return (await ask(address).resolveCname(host)).map(canonical).join(' ');
  } catch (error) {
    return codeOf(error);
  }
}

/**
 * Seconds for which a resolver may remember that `host` is not: the lesser of the TTL and the minimum of the zone's SOA
 * (RFC 2308 §5); node gives the minimum only. Undefined when the server does not say.
 */
export async function negativeTtl({ address }: NameServer, host: string): Promise<number | undefined> {
  for (let zone = canonical(host); zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const authority = await ask(address)
      .resolveSoa(zone)
      .catch(() => undefined);
    if (authority !== undefined) return authority.minttl;
  }
  return undefined;
}

// A resolver that is used again would answer from its own memory.
function ask(address: string): Resolver {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([address]);
  return resolver;
}

/** A name in lower case, without a final dot. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function codeOf(error: unknown): string {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return code;
}

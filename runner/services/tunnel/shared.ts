/**
 * Tunnels that a process opens once and keeps: each use of a database would otherwise pay for a handshake. One that is gone
 * is opened again.
 */
import type { ScalingoResource } from '../resources.ts';
import { declareSecret } from '../secret.ts';
import type { Tunnel } from '../tunnel.ts';

const open = new Map<string, Promise<Tunnel>>();

/** The same address by way of the platform's gateway; its password becomes a secret. Faults: those of `openTunnel`. */
export async function addressThrough(platform: ScalingoResource, url: string): Promise<string> {
  const tunnel = await shared(platform, url);
  // Loaded only here: most runs reach nothing through a gateway.
  const { throughTunnel } = await import('../tunnel.ts');
  return throughTunnel(url, tunnel);
}

function shared(platform: ScalingoResource, url: string): Promise<Tunnel> {
  const { host, port } = platform.gateway;
  const key = JSON.stringify([host, port, URL.canParse(url) ? new URL(url).host : '']);
  const known = open.get(key);
  if (known !== undefined) return known;
  const opening = openOne(platform, url);
  open.set(key, opening);
  const forget = () => {
    if (open.get(key) === opening) open.delete(key);
  };
  opening.then(tunnel => tunnel.closed.then(forget), forget);
  return opening;
}

async function openOne({ name, gateway }: ScalingoResource, url: string): Promise<Tunnel> {
  const { openTunnel, targetOf } = await import('../tunnel.ts');
  const target = targetOf(url);
  const password = decodeURIComponent(new URL(url).password);
  if (password !== '') declareSecret(name, password);
  return openTunnel({ ...gateway, target });
}

/** Closes the tunnels of this process, which would otherwise keep it alive. */
export async function closeTunnels(): Promise<void> {
  const tunnels = await Promise.allSettled(open.values());
  await Promise.all(tunnels.map(one => (one.status === 'fulfilled' ? one.value.close() : undefined)));
}

import {
  type AlwaysdataFault,
  type AlwaysdataSettings,
  alwaysdataListener,
} from '../../../runner/sandbox/alwaysdata/listener.ts';
import { createAccount, type FirstDomain } from '../../../runner/sandbox/alwaysdata/model.ts';
import { publishedRecords } from '../../../runner/sandbox/alwaysdata/zone.ts';
import { startDns } from '../../../runner/sandbox/dns/dns.ts';
import { listenHttp } from '../../../runner/sandbox/sockets.ts';

export const token = 'ad-0123456789abcdef';
export const account = 'apilos';

const domains: readonly FirstDomain[] = [
  {
    name: 'apilos.beta.gouv.fr',
    records: [
      { type: 'CNAME', name: 'siap', value: 'apilos-siap.osc-fr1.scalingo.io', isUserDefined: true },
      { type: 'A', name: 'ancien', value: '192.0.2.20', isUserDefined: true },
      { type: 'AAAA', name: 'ancien', value: '2001:db8::20', isUserDefined: true },
      { type: 'A', name: 'site', value: '192.0.2.30', isUserDefined: false },
      { type: 'MX', name: '', value: 'mx1.alwaysdata.com', isUserDefined: false },
    ],
  },
  { name: 'beta.gouv.fr', records: [] },
];

/** An account with its API and its name servers. `calls` are the requests that arrived; `fault` is what goes wrong. */
export async function startAccount(settings: Partial<AlwaysdataSettings> = {}) {
  const scene = { calls: [] as string[], fault: undefined as AlwaysdataFault | undefined };
  const dns = await startDns({
    zones: domains.map(({ name }) => ({ name, nameServers: ['dns1'], negativeTtl: 60, records: [] })),
  });
  const model = createAccount(domains, (domain, records) =>
    dns.publish(domain.name, publishedRecords(domain, records)),
  );
  const listener = alwaysdataListener(model, { token, account, fault: () => scene.fault, ...settings });
  const http = await listenHttp((request, response) => {
    scene.calls.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  const stop = () => Promise.all([http.close(), dns.close()]);
  return { scene, model, dns, api: `${http.url}/v1`, stop };
}

export type TestAccount = Awaited<ReturnType<typeof startAccount>>;

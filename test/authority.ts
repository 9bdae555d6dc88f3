import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const configuration = (folder: string): string => `[req]
distinguished_name = dn
prompt = no
x509_extensions = ca
[dn]
CN = Throwaway
[ca]
basicConstraints = critical, CA:TRUE
[stamping]
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = service
[service]
serial = ${folder}/serial
signer_cert = ${folder}/tsa.pem
certs = ${folder}/ca.pem
signer_key = ${folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`;

/** A time stamp authority of its own: `openssl ts -reply` behind HTTP on the loopback, with a throwaway CA. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-tsa-'));
  /** How the next requests are answered; `stamp` unless a test says otherwise. */
  manner: 'stamp' | 'refuse' | 'nonsense' | 'replay' | 'hang' | 'stall' | 'flood' | 'redirect' = 'stamp';
  asked = 0;
  /** Bytes that were written of answers without end. */
  poured = 0;
  #server: Server | undefined;
  #last: Buffer | undefined;

  /** Makes the keys and starts to listen on a free port. */
  async start(): Promise<this> {
    this.#make();
    this.#server = createServer((request, response) => {
      read(request)
        .then(query => {
          this.asked++;
          if (this.manner === 'hang') return;
          if (this.manner === 'refuse') return response.writeHead(503).end();
          if (this.manner === 'redirect') return response.writeHead(307, { location: this.url }).end();
          if (this.manner === 'stall') return response.writeHead(200).write('half of');
          if (this.manner === 'flood') return this.#flood(response);
          const answer = this.manner === 'nonsense' ? Buffer.from('no token') : this.#answer(query);
          return response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer);
        })
        .catch(() => response.destroy());
    });
    await new Promise<void>(ready => this.#server?.listen(0, '127.0.0.1', ready));
    return this;
  }

  /** Where it listens. */
  get url(): string {
    const address = this.#server?.address();
    if (typeof address !== 'object' || address === null) throw new Error('the authority does not listen');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** The certificates by which its tokens are believed. */
  get ca(): string {
    return join(this.folder, 'ca.pem');
  }

  /** Stops listening and forgets the keys. */
  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise(closed => this.#server?.close(closed) ?? closed(undefined));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #make(): void {
    const at = (name: string) => join(this.folder, name);
    writeFileSync(at('openssl.cnf'), configuration(this.folder));
    writeFileSync(at('serial'), '01\n');
    const config = ['-config', at('openssl.cnf')];
    const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', ...config);
    openssl(
      'req',
      '-new',
      ...key,
      '-keyout',
      at('tsa.key'),
      '-out',
      at('tsa.csr'),
      '-subj',
      '/CN=Stamps',
      ...config,
    );
    const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
    const extensions = ['-extfile', at('openssl.cnf'), '-extensions', 'stamping'];
    openssl('x509', '-req', '-in', at('tsa.csr'), ...signed, ...extensions, '-out', at('tsa.pem'));
  }

  /** Writes without end, at the pace of whoever reads. */
  #flood(response: ServerResponse): void {
    const pour = (): void => {
      let hasRoom = !response.destroyed;
      while (hasRoom) {
        hasRoom = response.write(Buffer.alloc(65_536));
        this.poured += 65_536;
      }
    };
    response.on('drain', pour).writeHead(200);
    pour();
  }

  #answer(query: Buffer): Buffer {
    if (this.manner === 'replay' && this.#last !== undefined) return this.#last;
    const file = join(this.folder, `query-${this.asked}`);
    const config = ['-config', join(this.folder, 'openssl.cnf'), '-section', 'service'];
    writeFileSync(file, query);
    spawnSync('openssl', ['ts', '-reply', '-queryfile', file, ...config, '-out', `${file}.tsr`]);
    this.#last = readFileSync(`${file}.tsr`);
    return this.#last;
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

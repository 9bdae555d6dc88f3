import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { credential, region } from './server.ts';

/** One raw request: what the SDK would not send, so that each guard of the server can be met alone. */
export interface RawRequest {
  readonly method?: string;
  /** Path and query, already percent-encoded; the query must be sorted. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** `x-amz-content-sha256`; by default the true hash of the body. */
  readonly payload?: string;
  readonly date?: Date;
  readonly region?: string;
  readonly secret?: string;
  readonly accessKeyId?: string;
  /** Frames the body from the seed signature, for the signed streaming forms. */
  readonly frame?: (signing: { key: Buffer; date: string; scope: string; seed: string }) => Buffer;
  /** Headers sent and not signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();

export function signingKey(secret: string, day: string, zone: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, day), zone), 's3'), 'aws4_request');
}

/** Signs with SigV4 and sends; gives `status code` of the error document, or `status body`. */
export async function sendRaw(url: string, raw: RawRequest): Promise<string> {
  const { method = 'GET', target, headers = {}, body = '' } = raw;
  const date = (raw.date ?? new Date()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const [path = '', query = ''] = target.split('?');
  const all: Record<string, string> = {
    ...headers,
    host: new URL(url).host,
    'x-amz-content-sha256': raw.payload ?? sha256(body),
    'x-amz-date': date,
  };
  const names = Object.keys(all).sort();
  const canonicalHeaders = names.map(name => `${name}:${all[name]}\n`).join('');
  const canonicalQuery = query
    .split('&')
    .map(pair => (pair === '' || pair.includes('=') ? pair : `${pair}=`))
    .join('&');
  const canonical = [
    method,
    path,
    canonicalQuery,
    canonicalHeaders,
    names.join(';'),
    all['x-amz-content-sha256'],
  ];
  const scope = `${date.slice(0, 8)}/${raw.region ?? region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical.join('\n'))].join('\n');
  const key = signingKey(raw.secret ?? credential.secretAccessKey, date.slice(0, 8), raw.region ?? region);
  const seed = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${raw.accessKeyId ?? credential.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${seed}`;
  const framed = raw.frame === undefined ? body : raw.frame({ key, date, scope, seed });
  return await sendPlain(url, {
    method,
    target,
    headers: { ...all, ...raw.unsigned, authorization },
    body: framed,
  });
}

/** Sends as it is; the target is not normalised. */
export function sendPlain(
  url: string,
  { method = 'GET', target, headers = {}, body = '' }: RawRequest,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = httpRequest({ hostname, port, method, path: target, headers, agent: false }, response => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString();
        resolve(`${response.statusCode} ${/<Code>(.*?)<\/Code>/.exec(answer)?.[1] ?? answer}`);
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

import { createHash, createHmac } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decodeChunks } from '../../../runner/sandbox/s3/chunked.ts';
import { parseXml } from '../../../runner/sandbox/s3/xml.ts';
import { credential, refusal, region, startServer, type TestServer } from './server.ts';
import { type RawRequest, sendPlain, sendRaw, signingKey } from './signer.ts';

const Bucket = 'protocole';
let server: TestServer;
let clock: Date | undefined;
let fault: { status: number; code: string } | undefined;

beforeAll(async () => {
  server = await startServer({
    now: () => clock ?? new Date(),
    fault: (operation, bucket, key) =>
      `${operation} ${bucket} ${key}` === `GetObject ${Bucket} k` ? fault : undefined,
  });
  await server.client().send(new CreateBucketCommand({ Bucket }));
  await server.client().send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'content' }));
});

afterAll(() => server.stop());
afterEach(() => {
  clock = undefined;
  fault = undefined;
});

const send = (raw: RawRequest) => sendRaw(server.url(), raw);
const put = (raw: Partial<RawRequest>) => send({ method: 'PUT', target: `/${Bucket}/raw`, ...raw });
const stored = () => send({ target: `/${Bucket}/raw` });
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);

describe('signatures in the header', () => {
  test('each wrong part has its own error', async () => {
    const target = `/${Bucket}/k`;
    expect(await send({ target })).toBe('200 content');
    expect(await send({ target, secret: 'wrong' })).toBe('403 SignatureDoesNotMatch');
    expect(await send({ target, accessKeyId: 'SCWUNKNOWN' })).toBe('403 InvalidAccessKeyId');
    expect(await send({ target, region: 'nl-ams' })).toBe('400 AuthorizationHeaderMalformed');
    expect(await send({ target, unsigned: { 'x-amz-acl': 'public-read' } })).toBe('403 AccessDenied');
    expect(await send({ target, date: inMinutes(-14) })).toBe('200 content');
    expect(await send({ target, date: inMinutes(-16) })).toBe('403 RequestTimeTooSkewed');
    expect(await send({ target, date: inMinutes(16) })).toBe('403 RequestTimeTooSkewed');
    expect(await sendPlain(server.url(), { target, headers: { authorization: 'AWS a:b' } })).toBe(
      '400 AuthorizationHeaderMalformed',
    );
  });

  test('the SDK is refused with a wrong secret, and nothing is stored', async () => {
    const stranger = server.client({ credentials: { ...credential, secretAccessKey: 'wrong' } });
    const attempt = stranger.send(new PutObjectCommand({ Bucket, Key: 'stranger', Body: 'x' }));
    expect(await refusal(attempt)).toBe('SignatureDoesNotMatch 403');
    const head = server.client().send(new HeadObjectCommand({ Bucket, Key: 'stranger' }));
    expect(await refusal(head)).toBe('NotFound 404');
  });
});

describe('presigned URLs', () => {
  const presign = (command: GetObjectCommand | PutObjectCommand, expiresIn = 60) =>
    getSignedUrl(server.client({ requestChecksumCalculation: 'WHEN_REQUIRED' }), command, { expiresIn });
  const fetched = async (url: string, init = {}) => {
    const response = await fetch(url, init);
    const body = await response.text();
    return `${response.status} ${/<Code>(.*?)<\/Code>/.exec(body)?.[1] ?? body}`;
  };

  test('read and write while they last', async () => {
    const url = await presign(new GetObjectCommand({ Bucket, Key: 'k', ResponseContentType: 'text/plain' }));
    expect(await fetched(url)).toBe('200 content');
    expect(await fetched(url, { method: 'DELETE' })).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(url.replace('text%2Fplain', 'text%2Fhtml'))).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(url.replace(/X-Amz-Expires=60/, 'X-Amz-Expires=61'))).toBe(
      '403 SignatureDoesNotMatch',
    );
    expect(await fetched(url.replace(/X-Amz-Expires=60/, 'X-Amz-Expires=604801'))).toBe(
      '400 AuthorizationQueryParametersError',
    );
    clock = new Date(Date.now() + 62_000);
    expect(await fetched(url)).toBe('403 AccessDenied');
    clock = undefined;
    const upload = await presign(
      new PutObjectCommand({
        Bucket,
        Key: 'é //posted',
        ACL: 'public-read',
        Metadata: { a: 'b', place: 'Orléans €' },
      }),
    );
    expect(await fetched(upload, { method: 'PUT', body: 'sent' })).toBe('200 ');
    const head = await server.client().send(new HeadObjectCommand({ Bucket, Key: 'é //posted' }));
    const asHeader = Buffer.from('Orléans €').toString('latin1');
    expect(head.Metadata).toEqual({ a: 'b', place: asHeader });
    const named = new GetObjectCommand({
      Bucket,
      Key: 'k',
      ResponseContentDisposition: 'inline; filename="€.pdf"',
    });
    expect(await fetched(await presign(named))).toBe('200 content');
    const broken = new GetObjectCommand({ Bucket, Key: 'k', ResponseContentType: 'a\r\nx: y' });
    expect(await fetched(await presign(broken))).toBe('400 InvalidArgument');
    expect(await fetched(`${server.url()}/${Bucket}/%C3%A9%20//posted`)).toBe('200 sent');
  });
});

describe('what is said of a body', () => {
  const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');

  test.each([
    ['a true hash', {}, '200 '],
    ['a false hash', { payload: 'a'.repeat(64) }, '400 XAmzContentSHA256Mismatch'],
    ['no hash', { payload: 'UNSIGNED-PAYLOAD' }, '200 '],
    ['no valid hash', { payload: 'sha' }, '400 InvalidArgument'],
    ['a true MD5', { headers: { 'content-md5': digest('md5', 'body') } }, '200 '],
    ['a false MD5', { headers: { 'content-md5': digest('md5', 'other') } }, '400 BadDigest'],
    ['no valid MD5', { headers: { 'content-md5': 'AAAA' } }, '400 InvalidDigest'],
    ['a true SHA1', { headers: { 'x-amz-checksum-sha1': digest('sha1', 'body') } }, '200 '],
    ['a false SHA1', { headers: { 'x-amz-checksum-sha1': digest('sha1', 'x') } }, '400 BadDigest'],
    ['a false SHA256', { headers: { 'x-amz-checksum-sha256': digest('sha256', 'x') } }, '400 BadDigest'],
    ['a false CRC32', { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } }, '400 BadDigest'],
    ['a false CRC32C', { headers: { 'x-amz-checksum-crc32c': 'AAAAAA==' } }, '400 BadDigest'],
    ['no valid CRC32', { headers: { 'x-amz-checksum-crc32': 'A' } }, '400 InvalidRequest'],
    [
      'two checksums',
      { headers: { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' } },
      '400 InvalidRequest',
    ],
    [
      'the CRC64NVME of the standard',
      { body: '123456789', headers: { 'x-amz-checksum-crc64nvme': 'rosUhgp5mIg=' } },
      '200 ',
    ],
    ['a false CRC64NVME', { headers: { 'x-amz-checksum-crc64nvme': 'rosUhgp5mIg=' } }, '400 BadDigest'],
    ['no length', { headers: { 'transfer-encoding': 'chunked' } }, '411 MissingContentLength'],
  ])('%s', async (_, raw: Partial<RawRequest>, expected) => {
    await put({ body: 'before' });
    expect(await put({ body: 'body', ...raw })).toBe(expected);
    expect(await stored()).toBe(`200 ${expected === '200 ' ? (raw.body ?? 'body') : 'before'}`);
  });
});

describe('aws-chunked bodies', () => {
  const sha = (data: string) => createHash('sha256').update(data).digest('hex');
  type Signing = { key: Buffer; date: string; scope: string; seed: string };
  const sign = ({ key, date, scope }: Signing, previous: string, kind: string, rest: string[]) =>
    createHmac('sha256', key)
      .update([`AWS4-HMAC-SHA256-${kind}`, date, scope, previous, ...rest].join('\n'))
      .digest('hex');
  const signedFrame = (chunks: string[], trailer?: string) => (signing: Signing) => {
    let previous = signing.seed;
    const frames = [...chunks, ''].map(chunk => {
      previous = sign(signing, previous, 'PAYLOAD', [sha(''), sha(chunk)]);
      return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`;
    });
    if (trailer === undefined) return Buffer.from(`${frames.join('')}\r\n`);
    const last = sign(signing, previous, 'TRAILER', [sha(`${trailer}\n`)]);
    return Buffer.from(`${frames.join('')}${trailer}\r\nx-amz-trailer-signature:${last}\r\n\r\n`);
  };
  const signed = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const headers = { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '9' };
  const withTrailer = { ...headers, 'x-amz-trailer': 'x-amz-checksum-crc32' };

  test('signed chunks are decoded and verified', async () => {
    const frame = signedFrame(['1234', '56789']);
    expect(await put({ payload: signed, headers, frame })).toBe('200 ');
    expect(await stored()).toBe('200 123456789');
    const forged = (signing: Signing) => Buffer.from(frame(signing).toString().replace('56789', '56780'));
    expect(await put({ payload: signed, headers, frame: forged })).toBe('403 SignatureDoesNotMatch');
    const bare = () => Buffer.from('9\r\n123456789\r\n0\r\n\r\n');
    expect(await put({ payload: signed, headers, frame: bare })).toBe('403 SignatureDoesNotMatch');
    const short = (signing: Signing) => frame(signing).subarray(0, 200);
    expect(await put({ payload: signed, headers, frame: short })).toBe('400 IncompleteBody');
    expect(await put({ payload: signed, headers, frame: signedFrame(['12345678']) })).toBe(
      '400 IncompleteBody',
    );
  });

  test('signed trailers are verified', async () => {
    const payload = `${signed}-TRAILER`;
    const frame = signedFrame(['123456789'], 'x-amz-checksum-crc32:y/Q5Jg==');
    expect(await put({ payload, headers: withTrailer, frame })).toBe('200 ');
    const forged = (signing: Signing) => Buffer.from(frame(signing).toString().replace('y/Q5', 'z/Q5'));
    expect(await put({ payload, headers: withTrailer, frame: forged })).toBe('403 SignatureDoesNotMatch');
  });

  test.each([
    ['a true trailer', '9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n', '200 '],
    ['a false trailer', '9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', '400 BadDigest'],
    ['no trailer', '9\r\n123456789\r\n0\r\n\r\n', '400 MalformedTrailerError'],
    ['no framing', '123456789', '400 IncompleteBody'],
    ['a chunk that is too long', '8\r\n123456789\r\n0\r\n\r\n', '400 IncompleteBody'],
  ])('unsigned, with %s', async (_, body, expected) => {
    const raw = { payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', headers: withTrailer, body };
    expect(await put(raw)).toBe(expected);
  });

  test('the published example of AWS is accepted, however its bytes arrive', async () => {
    const signatures = [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ];
    const chunks = ['a'.repeat(65_536), 'a'.repeat(1024), ''];
    const framed = Buffer.from(
      chunks
        .map((chunk, i) => `${chunk.length.toString(16)};chunk-signature=${signatures[i]}\r\n${chunk}\r\n`)
        .join(''),
    );
    const signing = {
      key: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '20130524', 'us-east-1'),
      date: '20130524T000000Z',
      scope: '20130524/us-east-1/s3/aws4_request',
      seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    };
    for (const step of [1000, 65_620, 1_000_000]) {
      async function* pieces() {
        for (let start = 0; start < framed.length; start += step) yield framed.subarray(start, start + step);
      }
      let size = 0;
      for await (const bytes of decodeChunks(pieces(), { signing, trailer: false })) size += bytes.length;
      expect(size).toBe(66_560);
    }
  });
});

describe('the rest of HTTP', () => {
  test('what is not implemented is never a success', async () => {
    for (const target of [
      `/${Bucket}?lifecycle=`,
      `/${Bucket}?policy=`,
      `/${Bucket}/k?torrent=`,
      `/${Bucket}/k?partNumber=1`,
      `/${Bucket}/k?prefix=x`,
      `/${Bucket}?unknown=1`,
      `/${Bucket}?list-type=3`,
    ]) {
      expect([target, await send({ target })]).toEqual([target, '501 NotImplemented']);
    }
    expect(await send({ method: 'POST', target: `/${Bucket}` })).toBe('501 NotImplemented');
    expect(await send({ method: 'PATCH', target: `/${Bucket}/k` })).toBe('501 NotImplemented');
    for (const name of ['x-amz-object-lock-mode', 'x-amz-expected-bucket-owner', 'x-amz-grant-read']) {
      expect([name, await put({ headers: { [name]: 'x' } })]).toEqual([name, '501 NotImplemented']);
    }
    const conditional = { method: 'DELETE', target: `/${Bucket}/k`, headers: { 'if-match': '"x"' } };
    expect(await send(conditional)).toBe('501 NotImplemented');
    const body = '<Delete><Object><Key>k</Key><ETag>x</ETag></Object></Delete>';
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const many = { method: 'POST', target: `/${Bucket}?delete=`, body, headers };
    expect(await send(many)).toBe('501 NotImplemented');
    expect(await send({ target: `/${Bucket}/k` })).toBe('200 content');
  });

  test('malformed documents and paths', async () => {
    const versioning = (body: string) => send({ method: 'PUT', target: `/${Bucket}?versioning=`, body });
    for (const body of [
      '',
      'x',
      '<a/>',
      '<VersioningConfiguration>',
      '<!DOCTYPE a><VersioningConfiguration/>',
    ]) {
      expect([body, await versioning(body)]).toEqual([body, '400 MalformedXML']);
    }
    expect(await sendPlain(server.url(), { target: `/${Bucket}/%ff` })).toBe('400 InvalidURI');
    expect(await send({ method: 'POST', target: `/${Bucket}?delete=`, body: '<Delete/>' })).toBe(
      '400 InvalidRequest',
    );
    expect(parseXml('<a><b>x</b></a>', 'a')).toEqual({ b: 'x' });
  });

  test('an error names the request and the resource; that of a HEAD has no body', async () => {
    const response = await fetch(`${server.url()}/${Bucket}/closed?x=1`);
    const id = response.headers.get('x-amz-request-id');
    expect(await response.text()).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><Resource>/${Bucket}/closed</Resource><RequestId>${id}</RequestId></Error>`,
    );
    expect(await send({ method: 'HEAD', target: `/${Bucket}/absent` })).toBe('404 ');
  });

  test('a refused upload of many bytes still gets its answer', async () => {
    const body = Buffer.alloc(20_000_000);
    expect(await put({ body, secret: 'wrong' })).toBe('403 SignatureDoesNotMatch');
    const length = { 'content-length': String(body.length) };
    expect(await put({ body, headers: { ...length, expect: '100-continue' } })).toBe('200 ');
  });

  test('a fault hook answers in the place of the operation that it names', async () => {
    fault = { status: 503, code: 'SlowDown' };
    const got = server.client().send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await refusal(got)).toBe('SlowDown 503');
    expect(await refusal(server.client().send(new HeadObjectCommand({ Bucket, Key: 'k' })))).toBe('resolved');
  });

  test('the region of the SDK must be that of the server', async () => {
    const elsewhere = server.client({ region: 'nl-ams' });
    expect(region).toBe('fr-par');
    expect(await refusal(elsewhere.send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBe(
      'AuthorizationHeaderMalformed 400',
    );
  });
});

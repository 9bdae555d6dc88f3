// The aws-chunked framing of bodies ("Signature Calculations for … Multiple Chunks", Amazon S3 API reference).
// In: framed bytes as they come. Out: the payload's bytes as they come; trailers when they have all been read.
// Never: framing stored as content, or a whole chunk in memory.
import { createHash, type Hash } from 'node:crypto';
import { S3Error } from './error.ts';
import { type ChunkSigning, sameSignature, signText } from './signature.ts';

const emptyHash = createHash('sha256').digest('hex');
const longestLine = 8192;

/** How a body is framed. `signing` is given when each chunk is signed. */
export interface ChunkedFraming {
  readonly signing: ChunkSigning | undefined;
  readonly trailer: boolean;
}

/** Unframes a body and gives its trailers (lower-case names); throws when framing or a chunk's signature is wrong. */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  framing: ChunkedFraming,
): AsyncGenerator<Buffer, ReadonlyMap<string, string>> {
  const reader = new FrameReader(source);
  const chain = framing.signing === undefined ? undefined : new SignatureChain(framing.signing);
  for (;;) {
    const { size, signature } = readChunkHeader(await reader.line());
    const hash = chain && createHash('sha256');
    yield* readChunk(reader, size, hash);
    if (size > 0) await reader.lineEnd();
    if (hash !== undefined) chain?.checkChunk(hash.digest('hex'), signature);
    if (size === 0) return await readTrailers(reader, framing.trailer ? chain : undefined);
  }
}

async function* readChunk(reader: FrameReader, size: number, hash: Hash | undefined): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; ) {
    const bytes = await reader.some(left);
    hash?.update(bytes);
    left -= bytes.length;
    yield bytes;
  }
}

function readChunkHeader(line: string): { size: number; signature: string } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (match === null)
    throw new S3Error('IncompleteBody', { message: 'The aws-chunked framing is malformed' });
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] ?? '' };
}

async function readTrailers(
  reader: FrameReader,
  chain: SignatureChain | undefined,
): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>();
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new S3Error('MalformedTrailerError');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    // Some clients separate the signed trailers from their signature by an empty line less: it comes last anyway.
    if (trailers.has('x-amz-trailer-signature')) break;
  }
  chain?.checkTrailers(trailers);
  await reader.drain();
  return trailers;
}

/** Each signature covers the one before it, so chunks can be neither changed nor reordered nor left out. */
class SignatureChain {
  readonly #signing: ChunkSigning;
  #previous: string;

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#previous = signing.seed;
  }

  checkChunk(hash: string, signature: string): void {
    this.#check(['AWS4-HMAC-SHA256-PAYLOAD', ...this.#context(), emptyHash, hash], signature);
  }

  checkTrailers(trailers: ReadonlyMap<string, string>): void {
    const signed = [...trailers].filter(([name]) => name !== 'x-amz-trailer-signature');
    const text = signed.map(([name, value]) => `${name}:${value}\n`).join('');
    const hash = createHash('sha256').update(text).digest('hex');
    const signature = trailers.get('x-amz-trailer-signature') ?? '';
    this.#check(['AWS4-HMAC-SHA256-TRAILER', ...this.#context(), hash], signature);
  }

  #context(): string[] {
    return [this.#signing.date, this.#signing.scope, this.#previous];
  }

  #check(lines: readonly string[], signature: string): void {
    const expected = signText(this.#signing.key, lines.join('\n'));
    if (!sameSignature(expected, signature)) throw new S3Error('SignatureDoesNotMatch');
    this.#previous = expected;
  }
}

class FrameReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** One line without its end; '' at the end of the body, where the last empty line may be missing. */
  async line(): Promise<string> {
    let end = this.#rest.indexOf('\n');
    while (end < 0) {
      if (this.#rest.length > longestLine) throw new S3Error('IncompleteBody');
      if (!(await this.#more())) {
        if (this.#rest.length > 0) throw new S3Error('IncompleteBody');
        return '';
      }
      end = this.#rest.indexOf('\n');
    }
    const text = this.#rest.toString('latin1', 0, end).replace(/\r$/, '');
    this.#rest = this.#rest.subarray(end + 1);
    return text;
  }

  async lineEnd(): Promise<void> {
    if ((await this.line()) !== '') throw new S3Error('IncompleteBody');
  }

  /** At least one byte and at most `limit`. */
  async some(limit: number): Promise<Buffer> {
    while (this.#rest.length === 0) if (!(await this.#more())) throw new S3Error('IncompleteBody');
    const bytes = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async drain(): Promise<void> {
    do this.#rest = Buffer.alloc(0);
    while (await this.#more());
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done === true) return false;
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    return true;
  }
}

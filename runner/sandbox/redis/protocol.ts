/** A reply in RESP: text is simple, `bulk` is binary-safe, `null` says that there is nothing. */
export type Reply =
  | { readonly simple: string }
  | { readonly error: string }
  | { readonly bulk: string }
  | { readonly map: Readonly<Record<string, string | number>> }
  | number
  | null;

/** A reply's bytes in version 2 or 3 of the protocol (redis.io, "Redis serialization protocol specification"). */
export function encodeReply(reply: Reply, version: 2 | 3): string {
  if (reply === null) return version === 3 ? '_\r\n' : '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if ('simple' in reply) return `+${reply.simple}\r\n`;
  if ('error' in reply) return `-${reply.error}\r\n`;
  if ('bulk' in reply) return encodeBulk(reply.bulk);
  const entries = Object.entries(reply.map);
  const head = version === 3 ? `%${entries.length}` : `*${entries.length * 2}`;
  const body = entries.map(([name, value]) => {
    return encodeBulk(name) + (typeof value === 'number' ? `:${value}\r\n` : encodeBulk(value));
  });
  return `${head}\r\n${body.join('')}`;
}

/** Strings hold one byte per character (latin1), so that values survive whatever their encoding. */
function encodeBulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** Cuts a stream into commands: `push` takes bytes and returns the commands that are whole, or throws on what is none. */
export function commandReader(): (bytes: Buffer) => string[][] {
  let waiting = '';
  return bytes => {
    waiting += bytes.toString('latin1');
    if (waiting.length > largest) throw new Error('too big');
    const commands: string[][] = [];
    for (let read = readCommand(waiting); read !== undefined; read = readCommand(waiting)) {
      if (read.words.length > 0) commands.push(read.words);
      waiting = waiting.slice(read.length);
    }
    return commands;
  };
}

const largest = 16 * 1024 * 1024;

type Read = { readonly words: string[]; readonly length: number };

function readCommand(text: string): Read | undefined {
  const end = text.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = text.slice(0, end);
  // Inline commands are what a person types in `nc`.
  if (!line.startsWith('*')) return { words: line.split(' ').filter(Boolean), length: end + 2 };
  const words: string[] = [];
  let position = end + 2;
  for (let left = countOf(line); left > 0; left--) {
    const head = text.indexOf('\r\n', position);
    if (head === -1) return undefined;
    const start = head + 2;
    const stop = start + countOf(text.slice(position, head));
    if (text.length < stop + 2) return undefined;
    words.push(text.slice(start, stop));
    position = stop + 2;
  }
  return { words, length: position };
}

/** The number after `*` or `$`. */
function countOf(line: string): number {
  if (!/^[*$]\d{1,9}$/.test(line)) throw new Error('protocol error');
  return Number(line.slice(1));
}

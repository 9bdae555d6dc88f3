import type { Reply } from './protocol.ts';
import { databases, type Keyspace } from './store.ts';

/** A connection's own state. */
export interface Client {
  authenticated: boolean;
  database: number;
  version: 2 | 3;
}

/** What commands act on. `password` is the only user's (`default`); `port` is for INFO. */
export interface Server {
  readonly password: string;
  readonly keyspaces: readonly Keyspace[];
}

/** What INFO and HELLO say: it never passes for Redis itself. */
export const product = 'sandbox, Redis-compatible';

const ok: Reply = { simple: 'OK' };
const wrongType: Reply = {
  error: 'WRONGTYPE Operation against a key holding the wrong kind of value',
};
const wrongPassword: Reply = { error: 'WRONGPASS invalid username-password pair or user is disabled.' };
const syntax: Reply = { error: 'ERR syntax error' };

/** Runs a command and replies as Redis 7 does; without authentication only AUTH, HELLO and QUIT are heard. */
export function runCommand(server: Server, client: Client, words: readonly string[]): Reply {
  const [word = '', ...args] = words;
  const name = word.toUpperCase();
  if (name === 'AUTH') return authenticate(server, client, args);
  if (name === 'HELLO') return hello(server, client, args);
  if (name === 'QUIT') return ok;
  if (!client.authenticated) return { error: 'NOAUTH Authentication required.' };
  if (name === 'SELECT') return select(client, args);
  const keyspace = server.keyspaces[client.database];
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (keyspace === undefined || command === undefined) return { error: `ERR unknown command '${word}'` };
  if (args.length < command.least) {
    return { error: `ERR wrong number of arguments for '${word.toLowerCase()}' command` };
  }
  return command.run(keyspace, args);
}

function authenticate(server: Server, client: Client, args: readonly string[]): Reply {
  const [user, password] = args.length === 1 ? ['default', args[0]] : args;
  // Scalingo's addresses name the user after the application; Redis there has one user only.
  client.authenticated = user !== undefined && password === inBytes(server.password);
  return client.authenticated ? ok : wrongPassword;
}

/** Words are read one character per byte. */
function inBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function hello(server: Server, client: Client, [version = '2', ...options]: readonly string[]): Reply {
  if (version !== '2' && version !== '3') return { error: 'NOPROTO unsupported protocol version' };
  const at = options.findIndex(option => option.toUpperCase() === 'AUTH');
  if (at !== -1 && authenticate(server, client, options.slice(at + 1, at + 3)) !== ok) return wrongPassword;
  if (!client.authenticated)
    return { error: 'NOAUTH HELLO must be called with the client already authenticated' };
  client.version = version === '3' ? 3 : 2;
  const identity = { server: 'redis', version: '7.2.0', proto: client.version, id: 1 };
  return { map: { ...identity, mode: 'standalone', role: 'master', product } };
}

function select(client: Client, [index = '']: readonly string[]): Reply {
  if (!/^\d+$/.test(index) || Number(index) >= databases) return { error: 'ERR DB index is out of range' };
  client.database = Number(index);
  return ok;
}

type Command = {
  readonly least: number;
  run(keyspace: Keyspace, args: readonly string[]): Reply;
};

const commands: Readonly<Record<string, Command>> = {
  PING: { least: 0, run: (_, [text]) => (text === undefined ? { simple: 'PONG' } : { bulk: text }) },
  ECHO: { least: 1, run: (_, [text = '']) => ({ bulk: text }) },
  CLIENT: { least: 1, run: () => ok },
  INFO: { least: 0, run: () => ({ bulk: `# Server\r\nredis_version:7.2.0\r\nproduct:${product}\r\n` }) },
  DBSIZE: { least: 0, run: keyspace => keyspace.entries.size },
  SET: { least: 2, run: set },
  GET: { least: 1, run: get },
  DEL: {
    least: 1,
    run: (keyspace, keys) => keys.filter(key => keyspace.get(key) && keyspace.entries.delete(key)).length,
  },
  EXISTS: { least: 1, run: (keyspace, keys) => keys.filter(key => keyspace.get(key)).length },
  TTL: { least: 1, run: (keyspace, [key = '']) => seconds(keyspace.lifetime(key)) },
  PTTL: { least: 1, run: (keyspace, [key = '']) => keyspace.lifetime(key) },
  INCR: { least: 1, run: increment },
  LPUSH: { least: 2, run: push },
  RPOP: { least: 1, run: pop },
  LLEN: { least: 1, run: (keyspace, [key = '']) => onList(keyspace, key, list => list.length) },
};

function seconds(lifetime: number): number {
  return lifetime < 0 ? lifetime : Math.round(lifetime / 1000);
}

function set(keyspace: Keyspace, [key = '', value = '', ...options]: readonly string[]): Reply {
  const words = options.map(option => option.toUpperCase());
  let lifetime: number | undefined;
  for (const unit of ['EX', 'PX']) {
    const at = words.indexOf(unit);
    if (at === -1) continue;
    lifetime = Number(words[at + 1]) * (unit === 'EX' ? 1000 : 1);
    if (!Number.isSafeInteger(lifetime) || lifetime <= 0)
      return { error: "ERR invalid expire time in 'set' command" };
    words.splice(at, 2);
  }
  if (words.some(word => word !== 'NX')) return syntax;
  if (words.includes('NX') && keyspace.get(key) !== undefined) return null;
  keyspace.set(key, value, lifetime);
  return ok;
}

function get(keyspace: Keyspace, [key = '']: readonly string[]): Reply {
  const value = keyspace.get(key)?.value;
  if (value === undefined) return null;
  return typeof value === 'string' ? { bulk: value } : wrongType;
}

function increment(keyspace: Keyspace, [key = '']: readonly string[]): Reply {
  const found = keyspace.get(key);
  const value = found === undefined ? '0' : found.value;
  if (typeof value !== 'string') return wrongType;
  if (!/^-?\d{1,15}$/.test(value)) return { error: 'ERR value is not an integer or out of range' };
  const next = Number(value) + 1;
  keyspace.entries.set(key, { ...found, value: `${next}` });
  return next;
}

function push(keyspace: Keyspace, [key = '', ...values]: readonly string[]): Reply {
  return onList(keyspace, key, list => {
    list.unshift(...values.toReversed());
    keyspace.entries.set(key, { ...keyspace.get(key), value: list });
    return list.length;
  });
}

function pop(keyspace: Keyspace, [key = '']: readonly string[]): Reply {
  return onList(keyspace, key, list => {
    const last = list.pop();
    if (list.length === 0) keyspace.entries.delete(key);
    return last === undefined ? null : { bulk: last };
  });
}

function onList(keyspace: Keyspace, key: string, use: (list: string[]) => Reply): Reply {
  const value = keyspace.get(key)?.value ?? [];
  return typeof value === 'string' ? wrongType : use(value);
}

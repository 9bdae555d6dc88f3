/** Where things lie in a bundle, the run's folder. */
export const LAYOUT = {
  journal: 'journal.jsonl',
  source: 'source',
  outputs: 'outputs',
  evidence: 'evidence',
  timestamps: 'timestamps',
  markdown: 'transcript.md',
  html: 'transcript.html',
  json: 'transcript.json',
  statement: 'statement.json',
  seals: 'seals',
  allowedSigners: 'allowed_signers',
  verifyScript: 'verify.sh',
  lock: 'lock',
  reserve: 'reserve',
  addenda: 'addenda',
  addendum: 'addendum.md',
} as const;

/** The SSHSIG namespace of every seal: a signature made for anything else never passes for one. */
export const NAMESPACE = 'transcript@reprise';

const principalShape = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

/**
 * Whether an id can be a principal: it names a file under `seals/`, and in an `allowed_signers` file `*`, `?`, `!` and `,`
 * would be patterns (ssh-keygen(1), ALLOWED SIGNERS).
 */
export function isPrincipal(id: string): boolean {
  return principalShape.test(id);
}

/** The path of a signer's seal in the bundle. */
export function sealPath(principal: string): string {
  return `${LAYOUT.seals}/${principal}.sig`;
}

/** Whose seal lies at a path; nothing for a path that is no seal's. */
export function principalOf(path: string): string | undefined {
  const principal = /^seals\/([^/]+)\.sig$/.exec(path)?.[1];
  return principal !== undefined && isPrincipal(principal) ? principal : undefined;
}

/** Bytes that files which no statement lists may have at most; `verify.sh` counts them in blocks of 512. */
export const MOST_BYTES = { lock: 4096, allowedSigners: 65_536, reserve: 1_048_576, seal: 65_536 } as const;

/** How many bytes a file may have that no statement lists, beside the statement itself; nothing for a file that one lists. */
export function mostBytes(path: string): number | undefined {
  switch (path) {
    case LAYOUT.lock:
      return MOST_BYTES.lock;
    case LAYOUT.allowedSigners:
      return MOST_BYTES.allowedSigners;
    case LAYOUT.reserve:
      return MOST_BYTES.reserve;
    default:
      return principalOf(path) === undefined ? undefined : MOST_BYTES.seal;
  }
}

/** Whether the statement does not list a file: itself, what is made from it, the lock, the reserve, and addenda, which state themselves. */
export function isUnlisted(path: string): boolean {
  return path === LAYOUT.statement || mostBytes(path) !== undefined || addendumOf(path) !== undefined;
}

/** The number of the last addendum that a bundle can have. */
export const MOST_ADDENDA = 999;

/** The folder of an addendum in the bundle; numbers count from 1. */
export function addendumFolder(number: number): string {
  return `${LAYOUT.addenda}/${String(number).padStart(3, '0')}`;
}

/** Where an addendum is made, before it is sealed and gets its number. */
export const PENDING = `${LAYOUT.addenda}/pending`;

/** The addendum in which a path of the bundle lies: its number, or `pending`. */
export function addendumOf(path: string): number | 'pending' | undefined {
  const [, name] = /^addenda\/(\d{3}|pending)\/./.exec(path) ?? [];
  if (name === undefined || name === 'pending') return name;
  return name === '000' ? undefined : Number(name);
}

const publicKeyShape = /^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/;

/** The line of an `allowed_signers` file that trusts a key for seals alone; nothing when the key is not one plain key. */
export function allowedSignersLine(principal: string, publicKey: string): string | undefined {
  if (!isPrincipal(principal) || !publicKeyShape.test(publicKey)) return undefined;
  return `${principal} namespaces="${NAMESPACE}" ${publicKey}\n`;
}

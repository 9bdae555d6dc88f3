/** Where things lie in a bundle, the run's folder. */
export const LAYOUT = {
  journal: 'journal.jsonl',
  source: 'source',
  outputs: 'outputs',
  evidence: 'evidence',
  markdown: 'transcript.md',
  html: 'transcript.html',
  json: 'transcript.json',
  statement: 'statement.json',
  seals: 'seals',
  allowedSigners: 'allowed_signers',
  verifyScript: 'verify.sh',
  lock: 'lock',
  reserve: 'reserve',
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

/** Whether the statement does not list a file: the statement itself, what is made from it, the lock and the reserve. */
export function isUnlisted(path: string): boolean {
  const known: readonly string[] = [LAYOUT.statement, LAYOUT.allowedSigners, LAYOUT.lock, LAYOUT.reserve];
  return known.includes(path) || principalOf(path) !== undefined;
}

const publicKeyShape = /^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/;

/** The line of an `allowed_signers` file that trusts a key for seals alone; nothing when the key is not one plain key. */
export function allowedSignersLine(principal: string, publicKey: string): string | undefined {
  if (!isPrincipal(principal) || !publicKeyShape.test(publicKey)) return undefined;
  return `${principal} namespaces="${NAMESPACE}" ${publicKey}\n`;
}

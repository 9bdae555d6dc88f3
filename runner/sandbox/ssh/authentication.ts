import { timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext } from 'ssh2';

/** The only user of Scalingo's gateway, for tunnels and for git alike. */
export const gatewayUser = 'git';

/** Accepts `git` with one of `authorizedKeys` (lines of OpenSSH public keys), proven by a signature; refuses all else. */
export function authenticate(context: AuthContext, authorizedKeys: readonly string[]): void {
  if (context.method !== 'publickey' || context.username !== gatewayUser) {
    context.reject(['publickey']);
    return;
  }
  const { key, signature, blob, hashAlgo } = context;
  const known = authorizedKeys
    .map(line => ssh2.utils.parseKey(line))
    .find(parsed => {
      return !(parsed instanceof Error) && isSame(parsed.getPublicSSH(), key.data);
    });
  if (known === undefined || known instanceof Error) {
    context.reject(['publickey']);
  } else if (signature === undefined || blob === undefined) {
    // A first message without signature only asks whether the key would do (RFC 4252, section 7).
    context.accept();
  } else if (known.verify(blob, signature, hashAlgo) === true) {
    context.accept();
  } else {
    context.reject(['publickey']);
  }
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

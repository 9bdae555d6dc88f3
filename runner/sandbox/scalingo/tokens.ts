import { createHmac, timingSafeEqual } from 'node:crypto';
import { unauthorized } from './api-error.ts';
import type { Model } from './model.ts';

/** A JWT is valid one hour, in seconds (Scalingo, "Authentication"). */
export const jwtLifetime = 3600;

/** Makes a JWT for a holder: the account, or one add-on whose databases it opens. */
export function issueJwt({ state, rules }: Model, holder: string): string {
  const iat = Math.floor(rules.now() / 1000);
  const claims = { iss: 'Scalingo', iat, exp: iat + rules.tokenLifetime, sub: holder, jti: rules.random(8) };
  const signed = [{ typ: 'JWT', alg: 'HS256' }, claims].map(encode).join('.');
  return `${signed}.${signature(state.signingKey, signed)}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(key: string, signed: string): string {
  return createHmac('sha256', key).update(signed).digest('base64url');
}

/** Who the bearer of a JWT is; throws 401 when it is absent, forged or expired. */
export function bearer({ state, rules }: Model, authorization: string | undefined): string {
  const [, header = '', payload = '', proof = ''] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization ?? '') ?? [];
  const expected = Buffer.from(signature(state.signingKey, `${header}.${payload}`));
  const given = Buffer.from(proof);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized('Authentication failed');
  }
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  if (typeof claims !== 'object' || claims === null || !('exp' in claims) || !('sub' in claims)) {
    throw unauthorized('Authentication failed');
  }
  if (Number(claims.exp) * 1000 <= rules.now())
    throw unauthorized('Authentication failed, token has expired');
  return String(claims.sub);
}

/** The API token in HTTP Basic, with an empty user; throws 401. */
export function exchangeToken(model: Model, authorization: string | undefined): string {
  const credentials = /^Basic ([\w+/=-]+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const [user, ...token] = Buffer.from(credentials, 'base64').toString().split(':');
  if (user !== '' || token.join(':') !== model.state.token) throw unauthorized('Authentication failed');
  return issueJwt(model, model.state.account.id);
}

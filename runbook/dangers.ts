/*
 * What is wrong with the value of a variable of APiLos. In: a name, its value, the profile. Out: a problem, or nothing.
 * Can never happen: a value in what comes out. Pure.
 */
import { isProtected } from 'reprise/guard';
import type { Problem, Profile } from './profile.ts';

/** The problem of a value that is about to be sent; nothing when it is fit. */
export function dangerOf(name: string, value: string, profile: Profile): Problem | undefined {
  if (name === 'CERBERE_AUTH' && profile.application === 'standalone') return 'standalone';
  if (value === '') return 'missing';
  if (value.length > 8192 || /[\u0000-\u001f\u007f]/.test(value)) return 'unfit';
  if (name === 'ENVIRONMENT') return environmentDanger(value, profile);
  if (name === 'ALLOWED_HOSTS') return hostsDanger(profile);
  if (name === 'APPLICATION_DOMAIN_URL' && profile.domain === '') return 'missing';
  if (name === 'AWS_STORAGE_BUCKET_NAME' && isLive(value, profile)) return 'production';
  if (/^(DB_READONLY|DATABASE_URL)$/.test(name)) return dsnDanger(name, value, profile);
  if (/^(AWS_S3_ENDPOINT_URL|CERBERE_AUTH|SIAP_CLIENT_HOST)$/.test(name))
    return addressDanger(value, profile);
  return keyDanger(name, value, profile);
}

function environmentDanger(value: string, { mode }: Profile): Problem | undefined {
  if (/^(development|test)$/i.test(value)) return 'development';
  return mode === 'drill' && /^(siap-)?production$/i.test(value) ? 'production' : undefined;
}

function hostsDanger(profile: Profile): Problem | undefined {
  if (profile.hosts.some(host => /^\*|^\.|[\s,]/.test(host))) return 'host-any';
  if (!profile.hosts.includes(profile.domain)) return 'domain-not-allowed';
  return profile.hosts.some(host => isLive(host, profile)) ? 'production' : undefined;
}

function isLive(value: string, { mode, protected: names = [] }: Profile): boolean {
  return isProtected({ mode, protected: names }, value);
}

function dsnDanger(name: string, value: string, { mode, shared }: Profile): Problem | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const whole = url?.username && url.password && url.hostname && url.pathname.length > 1;
  if (!url || !whole || !/^postgres(ql)?:$/.test(url.protocol)) return 'not-a-dsn';
  if (mode === 'real' && isLocal(url)) return 'insecure';
  const owner =
    shared !== undefined && URL.canParse(shared.databaseUrl) ? new URL(shared.databaseUrl) : undefined;
  return name === 'DB_READONLY' && owner?.username === url.username ? 'same-user' : undefined;
}

function addressDanger(value: string, { mode }: Profile): Problem | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (mode === 'drill') return url === undefined ? 'insecure' : undefined;
  return url?.protocol === 'https:' && !isLocal(url) ? undefined : 'insecure';
}

function isLocal({ hostname }: URL): boolean {
  return /^(localhost|127\..*|\[::1\]|.*\.localhost)$/.test(hostname);
}

function keyDanger(name: string, value: string, { keys }: Profile): Problem | undefined {
  if (!/^(SECRET_KEY|JWT_SIGN_KEY|SIAP_CLIENT_JWT_SIGN_KEY)$/.test(name)) return undefined;
  if (value.length < 32) return 'short-key';
  return Object.values(keys).filter(key => key === value).length > 1 ? 'same-key' : undefined;
}

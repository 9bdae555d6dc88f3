/*
 * The variables of an APiLos application, made from the `.env.template` of the version that is deployed. In: the template's
 * text and a profile. Out: the variables, the names that are left out with the reason, and the problems.
 * Can never happen: a value copied from the template, a name of the template that is passed over in silence, a value in
 * `leftOut` or `problems`. Pure; it reads and sends nothing itself. The facts are those of APiLos's `core/settings.py`.
 */
import { isOwnedVariable } from 'reprise/guard';
import { dangerOf } from './dangers.ts';
import type { Problem, Profile, Reason } from './profile.ts';

/** A name that the template has. `commented` is true for `# NAME=…`; `line` counts from 1. */
export interface TemplateEntry {
  readonly name: string;
  readonly value: string;
  readonly commented: boolean;
  readonly line: number;
}

/** What is to be sent, and what is not. Names can be recorded; `variables` cannot. */
export interface Variables {
  readonly variables: Readonly<Record<string, string>>;
  readonly leftOut: readonly { readonly name: string; readonly reason: Reason }[];
  readonly problems: readonly { readonly name: string; readonly problem: Problem }[];
}

/** Keys of services of other people; optional, and never set in a drill. */
const outside =
  /^(SENDINBLUE_API_KEY|SENTRY_URL|INSEE_API_.*|CLAMAV_SERVICE_.*|ECOLO_DATABASE_URL|AWS_ECOLOWEB_BUCKET_NAME)$/;
/** Where the SIAP's API is: needed when it is called, which a drill does not do. */
const siapClient = /^SIAP_CLIENT_(HOST|PATH)$/;
const database = /^DB_(USER|NAME|HOST|PASSWORD|PORT)$/;
const developer = /^(MOCK_CERBERE_USER_ID|SHELL_PLUS.*|TEST_DOT_ENV_FILE|GITHUB_TOKEN)$/;
/** Names that `core/settings.py` reads with a default of its own, though the template has none of them. */
const settings =
  /^(CRON_ENABLED|NO_SIAP_MENU|CELERY_ALWAYS_EAGER|DATA_UPLOAD_MAX_NUMBER_FIELDS|DEFAULT_FROM_EMAIL|DEFENDER_BEHIND_REVERSE_PROXY|APILOS_MAX_DROPDOWN_COUNT|SIAP_ASSISTANCE_URL|SIAP_CLIENT_LOG_API_CALLS|TRIGRAM_SIMILARITY_THRESHOLD|DEBUG_SEARCH_SCORING)$/;
/** Names whose example would work somewhere else, or be known to everybody. */
const own =
  /^(SECRET_KEY|JWT_SIGN_KEY|SIAP_CLIENT_JWT_SIGN_KEY|DB_READONLY|AWS_(ACCESS|SECRET)_.*|AWS_STORAGE_.*)$/;

/** Reads a template: `NAME=value`, `# NAME=value`, quotes and spaces around the value taken off; prose is passed over. */
export function parseTemplate(text: string): { entries: TemplateEntry[]; unreadable: number[] } {
  const entries: TemplateEntry[] = [];
  const unreadable: number[] = [];
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    const found = /^\s*(#\s*)?(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(content);
    const [, comment, name = '', value = ''] = found ?? [];
    const plain = value.replace(/^(['"])(.*)\1$/, '$2');
    if (found) entries.push({ name, value: plain, commented: comment !== undefined, line: index + 1 });
    else if (!/^\s*(#|$)/.test(content)) unreadable.push(index + 1);
  }
  return { entries, unreadable };
}

/** Decides of every name of the template. */
export function buildVariables(template: string, profile: Profile): Variables {
  const { entries, unreadable } = parseTemplate(template);
  const given = profile.given ?? {};
  const set = decided(profile);
  const names = new Set(entries.map(({ name }) => name));
  const leftOut: { name: string; reason: Reason }[] = [];
  const found = unreadable.map(line => ({ name: `ligne ${line}`, problem: 'unreadable' as Problem }));
  const refuse = (name: string, problem: Problem) => void found.push({ name, problem });
  for (const [name, value] of Object.entries(given)) {
    const problem = refusalOf(name, names, set, profile);
    if (problem === undefined) set[name] = value;
    else refuse(name, problem);
  }
  for (const name of names) {
    const reason = Object.hasOwn(set, name) ? undefined : reasonOf(name, profile);
    if (reason !== undefined) leftOut.push({ name, reason });
    else if (!Object.hasOwn(set, name) && !Object.hasOwn(given, name))
      refuse(name, siapClient.test(name) ? 'missing' : 'unknown');
  }
  for (const [name, value] of Object.entries(set)) {
    const example = entries.some(entry => entry.name === name && entry.value === value);
    const problem = own.test(name) && example && value !== '' ? 'example' : dangerOf(name, value, profile);
    if (problem !== undefined) refuse(name, problem);
  }
  return { variables: set, leftOut: sorted(leftOut), problems: sorted(found) };
}

function sorted<T extends { readonly name: string }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Only its mode and what is given matter to whether a name is known. */
const nameless: Omit<Profile, 'mode'> = {
  application: 'siap',
  environment: '',
  domain: '',
  hosts: [],
  readOnlyUrl: '',
  storage: { endpoint: '', region: '', bucket: '', accessKeyId: '', secretAccessKey: '' },
  keys: { secretKey: '', jwtSign: '', siapClientJwtSign: '' },
};

/** Names of a template of which nothing here says what to do, in its order; none of them can be left to a later step. */
export function unknownNames(
  template: string,
  { mode, given = {} }: Pick<Profile, 'mode' | 'given'>,
): string[] {
  const profile = { ...nameless, mode, given };
  const known = new Set([...Object.keys(decided(profile)), ...Object.keys(given)]);
  const names = new Set(parseTemplate(template).entries.map(({ name }) => name));
  const isUnknown = (name: string) => !known.has(name) && !siapClient.test(name) && !reasonOf(name, profile);
  return [...names].filter(isUnknown);
}

/** What is always set, whatever the template says of it. */
function decided(profile: Profile): Record<string, string> {
  const { mode, storage, keys, shared, application, cerbere = '' } = profile;
  // A drill's name lives a day: browsers must not remember it for a year.
  const hsts = mode === 'drill' ? '0' : '31536000';
  return {
    SECRET_KEY: keys.secretKey,
    ENVIRONMENT: profile.environment,
    DEBUG: 'False',
    LOGLEVEL: 'INFO',
    ALLOWED_HOSTS: profile.hosts.join(','),
    APPLICATION_DOMAIN_URL: `https://${profile.domain}`,
    SECURE_HSTS_SECONDS: hsts,
    // The zone holds names of others.
    SECURE_HSTS_INCLUDE_SUBDOMAINS: 'False',
    SECURE_HSTS_PRELOAD: 'False',
    DB_READONLY: profile.readOnlyUrl,
    ...storageVariables(storage),
    USE_MOCKED_SIAP_CLIENT: mode === 'drill' ? 'True' : 'False',
    JWT_SIGN_KEY: keys.jwtSign,
    JWT_ALGORITHM: 'HS256',
    SIAP_CLIENT_JWT_SIGN_KEY: keys.siapClientJwtSign,
    SIAP_CLIENT_ALGORITHM: 'HS256',
    ...(application === 'siap' || cerbere !== '' ? { CERBERE_AUTH: cerbere } : {}),
    ...(shared === undefined ? {} : { DATABASE_URL: shared.databaseUrl, REDIS_URL: shared.redisUrl }),
  };
}

/** The variables that lead to a bucket, its objects private. */
export function storageVariables(storage: Profile['storage']): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: storage.accessKeyId,
    AWS_SECRET_ACCESS_KEY: storage.secretAccessKey,
    AWS_STORAGE_BUCKET_NAME: storage.bucket,
    AWS_DEFAULT_ACL: 'private',
    AWS_S3_REGION_NAME: storage.region,
    AWS_S3_ENDPOINT_URL: storage.endpoint,
  };
}

function reasonOf(name: string, { mode, application, given = {} }: Profile): Reason | undefined {
  if (Object.hasOwn(given, name)) return undefined;
  if (isOwnedVariable(name)) return 'addon';
  if (database.test(name)) return 'database-url';
  if (developer.test(name)) return 'development';
  if (name === 'LIBREOFFICE_EXEC') return 'platform';
  if (name === 'SECURE_SSL_REDIRECT') return 'unread';
  if (name === 'CERBERE_AUTH' && application === 'standalone') return 'standalone';
  if (outside.test(name)) return mode === 'drill' ? 'drill' : 'optional';
  if (settings.test(name)) return 'optional';
  return siapClient.test(name) && mode === 'drill' ? 'drill' : undefined;
}

/** Why a given value is refused; a name that is new to us is taken when the template has it. */
function refusalOf(
  name: string,
  names: ReadonlySet<string>,
  set: Readonly<Record<string, string>>,
  { mode }: Profile,
): Problem | undefined {
  const real = outside.test(name) || siapClient.test(name);
  if (real) return mode === 'drill' ? 'drill-key' : undefined;
  const held = isOwnedVariable(name) || database.test(name) || developer.test(name);
  if (held || Object.hasOwn(set, name) || ['LIBREOFFICE_EXEC', 'CERBERE_AUTH'].includes(name)) return 'owned';
  return names.has(name) || settings.test(name) ? undefined : 'stray';
}

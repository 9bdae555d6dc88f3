/** What the application reads of its environment when it starts; later changes need a restart. */
export interface Settings {
  readonly environment: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly storage: Storage | undefined;
  readonly allowedHosts: readonly string[];
  readonly cerbere: string | undefined;
  readonly revision: string;
}

/** Where files are kept; without it the application keeps them on its own, short-lived, disk. */
export interface Storage {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings without a default, in the order in which APiLos's own settings meet them. */
const mandatory = ['SECRET_KEY', 'DATABASE_URL', 'DB_READONLY'];

/** Reads the environment as APiLos's settings do; an array tells, as Django would, why it cannot start. */
export function readSettings(env: Environment): Settings | readonly string[] {
  const problems = mandatory
    .filter(name => !env[name])
    .map(name => `UndefinedValueError: ${name} not found. Declare it as envvar or define a default value.`);
  for (const name of ['DATABASE_URL', 'DB_READONLY']) {
    const value = env[name];
    if (value && !/^postgres(ql)?:\/\/./.test(value))
      problems.push(`ValueError: ${name} is no PostgreSQL address`);
  }
  const environment = env.ENVIRONMENT || 'development';
  // The programmes that development needs are not installed on the platform.
  if (environment === 'development')
    problems.push("ModuleNotFoundError: No module named 'django_extensions'");
  const storage = readStorage(env);
  if (storage === null) problems.push('UndefinedValueError: an AWS_ variable is missing');
  if (problems.length > 0 || storage === null) return problems;
  return {
    environment,
    databaseUrl: env.DATABASE_URL ?? '',
    redisUrl: env.REDIS_URL || undefined,
    storage,
    allowedHosts: [...(env.ALLOWED_HOSTS ?? '').split(','), 'localhost']
      .map(host => host.trim())
      .filter(Boolean),
    cerbere: env.CERBERE_AUTH || undefined,
    revision: env.CONTAINER_VERSION ?? '',
  };
}

/** Undefined without a key (files are then local); null where the rest is missing. */
function readStorage(env: Environment): Storage | undefined | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId) return undefined;
  const { AWS_STORAGE_BUCKET_NAME: bucket, AWS_S3_ENDPOINT_URL: endpoint } = env;
  if (!secretAccessKey || !bucket || !endpoint) return null;
  return { accessKeyId, secretAccessKey, bucket, endpoint, region: env.AWS_S3_REGION_NAME || 'fr-par' };
}

/** Whether a `Host` header is among `ALLOWED_HOSTS`: a leading dot stands for any subdomain, `*` for all (Django's rule). */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  const host = (header ?? '').toLowerCase().replace(/:\d+$/, '');
  return allowed.some(rule => {
    const pattern = rule.toLowerCase();
    if (pattern === '*' || pattern === host) return host !== '';
    return pattern.startsWith('.') && (host.endsWith(pattern) || host === pattern.slice(1));
  });
}

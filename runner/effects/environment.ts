/** Which variables of the run process its children get: cells, and the programmes of this machine that it runs itself. */

/**
 * A bash whose input is a socket, as a pipe of Node's is, reads `~/.bashrc` before its command, unless this says that it is not
 * the first shell (bash manual, “Bash Startup Files”; `run_startup_files` of its sources).
 */
export const notFirst = { SHLVL: '1' } as const;

/** What would change how a cell runs, or reach a database or a bucket that the plan does not name. */
const WITHHELD = [
  /^(BASH_ENV|ENV|SHELLOPTS|BASHOPTS|BASH_FUNC_.*|CDPATH|IFS|PS4|POSIXLY_CORRECT|BASH_XTRACEFD)$/,
  /^(NODE_OPTIONS|NODE_REPORT_.*|NODE_CHANNEL_.*|NODE_UNIQUE_ID|NODE_V8_COVERAGE|VITEST.*)$/,
  // What would print keys of connections, or what is sent over them.
  /^(NODE_DEBUG|NODE_DEBUG_NATIVE|SSLKEYLOGFILE)$/,
  /^(LD_PRELOAD|LD_AUDIT|DYLD_.*)$/,
  /^PG(HOST|HOSTADDR|PORT|DATABASE|USER|PASSWORD|PASSFILE|SERVICE|SERVICEFILE|OPTIONS)$/,
  /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|DEFAULT_PROFILE)$/,
  /^(ZX_.*|FORCE_COLOR|REPRISE_.*|INPUT_.*|ITEM_.*|RESOURCE_.*)$/,
];

/**
 * The variables that a child may have: without those in `WITHHELD`, and without any whose value holds a secret, since a
 * secret reaches a cell only as a file or through `secrets`.
 */
export function childEnvironment(
  environment: NodeJS.ProcessEnv,
  holdsSecret: (text: string) => boolean,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || WITHHELD.some(pattern => pattern.test(name)) || holdsSecret(value)) continue;
    kept[name] = value;
  }
  return { ...kept, ...notFirst };
}

/** What a programme needs to find itself, its user's files, and the words that it uses. */
const NEEDED = [
  /^(PATH|LD_LIBRARY_PATH|HOME|USER|LOGNAME|SHELL|TERM|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|XDG_[A-Z_]+)$/,
  /^(SSH_AUTH_SOCK|SSH_SK_PROVIDER)$/,
  /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/,
];

/**
 * The variables of a programme that is run on our own account (`ssh-keygen`, `git`, …), which has no business with secrets,
 * known to a masker or not yet: those in `NEEDED`, those that `more` allows, and those of `set`.
 */
export function toolEnvironment(
  set: Readonly<Record<string, string>> = {},
  more: RegExp = /^$/,
): Record<string, string> {
  const needed = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && [...NEEDED, more].some(pattern => pattern.test(name)) ? [[name, value]] : [],
  );
  return { ...Object.fromEntries(needed), ...notFirst, ...set };
}

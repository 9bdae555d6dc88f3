/** Which variables of the run process a cell gets. */

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
  return kept;
}

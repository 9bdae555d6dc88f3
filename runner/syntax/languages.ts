/*
 * Which words after a code fence mean code that could run. The list is wide on purpose: a fence that looks executable and
 * is neither run nor marked `example` is an error, never prose.
 */

/** A language that runs. */
export type RunnableLanguage = 'ts' | 'sh' | 'sql';

const kin: Readonly<Record<RunnableLanguage, readonly string[]>> = {
  sh: ['sh', 'bash', 'shell', 'zsh', 'dash', 'ksh', 'ash', 'fish', 'shellscript', 'shell-script'],
  ts: ['ts', 'typescript', 'mts', 'cts', 'tsx', 'js', 'javascript', 'mjs', 'cjs', 'jsx', 'node', 'zx'],
  sql: ['sql', 'psql', 'pgsql', 'postgresql', 'postgres', 'plpgsql'],
};

/** Languages of scripts that a reader would expect to run, and that no cell is written in. */
const foreign = [
  ...['python', 'python3', 'py', 'ruby', 'rb', 'perl', 'pl', 'php', 'lua', 'awk', 'sed', 'r', 'groovy'],
  ...['powershell', 'pwsh', 'ps1', 'bat', 'batch', 'cmd', 'dos', 'nushell', 'nu', 'tcl', 'applescript'],
  ...['mysql', 'tsql', 'plsql', 'sqlite', 'mongodb', 'cypher', 'redis', 'go', 'golang', 'deno', 'bun'],
];

/** The word alone: Pandoc writes `{.bash}`, and some write `{bash}`. */
function bareWord(word: string): string {
  return /^\{?\.?([A-Za-z-]*\d?)/.exec(word)?.[1]?.toLowerCase() ?? '';
}

/** Whether the word after a fence names a language of scripts that cannot run here. */
export function isForeignLanguage(word: string): boolean {
  return foreign.includes(bareWord(word));
}

/** The language in which the word after a fence would run, whatever its spelling; undefined for prose (`json`, none). */
export function runnableLanguage(word: string): RunnableLanguage | undefined {
  const bare = bareWord(word);
  if (kin.sh.includes(bare)) return 'sh';
  if (kin.ts.includes(bare)) return 'ts';
  return kin.sql.includes(bare) ? 'sql' : undefined;
}

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

/** The language in which the word after a fence would run, whatever its spelling; undefined for prose (`json`, none). */
export function runnableLanguage(word: string): RunnableLanguage | undefined {
  const bare = /^[A-Za-z-]*/.exec(word)?.[0].toLowerCase() ?? '';
  if (kin.sh.includes(bare)) return 'sh';
  if (kin.ts.includes(bare)) return 'ts';
  return kin.sql.includes(bare) ? 'sql' : undefined;
}

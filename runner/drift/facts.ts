/*
 * What can be said of a source in a few characters, so that it can stand in the document and be compared. In: the text of a
 * file, or what a service answered. Out: a fact, which is a text of one line without quotes or braces.
 * What can never happen: a fact that holds a value of a template, since only names are taken; two contents that differ and
 * have the same fact, but for chance in 48 bits.
 */
import { createHash } from 'node:crypto';
import { parse } from 'yaml';

/** What is said of what has no schedule, and of an artifact that nothing keeps. */
export const NONE = 'none';

/** What is said of an artifact that can be downloaded. */
export const KEPT = 'kept';

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 12);
}

/** The fact of a text: itself when it can be written between quotes in a directive, else a part of its SHA-256. */
export function factOf(text: string): string {
  return /^[^"'{}<>\\\p{C}]{1,80}$/u.test(text) && text.trim() === text ? text : `sha256:${digest(text)}`;
}

/** The fact of a whole file: twelve digits of its SHA-256. Line endings count as one. */
export function fileFact(text: string): string {
  return `sha256:${digest(text.replaceAll('\r\n', '\n'))}`;
}

/** The names that a file of settings has, those of commented lines included when in capitals, in alphabetical order. */
export function namesIn(text: string): readonly string[] {
  const name = /^[ \t]*(?:export[ \t]+)?(?:([A-Za-z_]\w*)|#[ \t]*([A-Z_][A-Z0-9_]*))[ \t]*=/gm;
  const found = text.matchAll(name);
  return [...new Set([...found].map(match => match[1] ?? match[2] ?? ''))].sort();
}

/** The fact of a set of names: how many there are, and twelve digits of the SHA-256 of their list. */
export function namesFact(names: readonly string[]): string {
  return `${names.length}:${digest(names.join('\n'))}`;
}

/** What a structured text is read as, by the name of its file: JSON or YAML; undefined when it cannot be read. */
function structureOf(text: string, name: string): unknown {
  try {
    return /\.ya?ml$/.test(name) ? parse(text, { maxAliasCount: 50 }) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

/** The fact of the value at a key, its parts joined by dots (`stack`, `engines.node`); undefined when there is none. */
export function keyFact(text: string, name: string, key: string): string | undefined {
  const value = key.split('.').reduce(member, structureOf(text, name));
  if (value === undefined) return undefined;
  return factOf(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The fact of a workflow of GitHub Actions: its cron lines, or `none` (docs.github.com, "Workflow syntax", `on.schedule`). */
export function scheduleFact(text: string): string {
  const schedule = member(member(structureOf(text, 'workflow.yml'), 'on'), 'schedule');
  const lines = Array.isArray(schedule) ? schedule.map(each => member(each, 'cron')) : [];
  const crons = lines.filter(line => typeof line === 'string');
  return crons.length === 0 ? NONE : factOf(crons.join(' + '));
}

/** The values of `${{ env.NAME }}` in a text, by what the workflow, the job and the step set, the innermost first. */
function withEnvironment(text: string, scopes: readonly unknown[]): string {
  return text.replaceAll(/\$\{\{\s*env\.(\w+)\s*\}\}/g, (written, name: string) => {
    const values = scopes.map(scope => member(member(scope, 'env'), name));
    const value = values.find(each => typeof each === 'string' || typeof each === 'number');
    return value === undefined ? written : String(value);
  });
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The artifacts that a workflow uploads, by name; `artifact` is the name that `actions/upload-artifact` gives by default. */
export function uploadsOf(text: string): readonly string[] {
  const workflow = structureOf(text, 'workflow.yml');
  return listOf(member(workflow, 'jobs')).flatMap(job =>
    listOf(member(job, 'steps'))
      .filter(step => String(member(step, 'uses')).startsWith('actions/upload-artifact@'))
      .map(step => {
        const name = String(member(member(step, 'with'), 'name') ?? 'artifact');
        return withEnvironment(name, [step, job, workflow]);
      }),
  );
}

/** The fact of a stack of Scalingo, from what the platform lists: `offered`, or since when it is deprecated. */
export function stackFact(deprecatedAt: string | null | undefined): string {
  return typeof deprecatedAt === 'string' ? `deprecated ${deprecatedAt.slice(0, 10)}` : 'offered';
}

/** The first version number of what a tool says of itself: `15.18` of `pg_restore (PostgreSQL) 15.18`. */
export function versionIn(text: string): string | undefined {
  return /(?<![\w.])v?(\d+(?:\.\d+)*)/.exec(text)?.[1];
}

/** Whether a version is the recorded one, as far as that goes: `15` is that of `15.18`. */
export function isVersion(found: string, recorded: string): boolean {
  return found === recorded || found.startsWith(`${recorded}.`);
}

/** As much of a version as was recorded of it; the major part where nothing was, since a plan seldom relies on more. */
export function asPrecise(version: string, recorded: string | undefined): string {
  const parts = recorded === undefined ? 1 : recorded.split('.').length;
  return version.split('.').slice(0, parts).join('.');
}

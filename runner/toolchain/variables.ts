/*
 * Variables of Reprise that a sh cell reads and that nobody gives it. In: a runbook. Out: a finding at each such name, with the
 * nearest of those given. Can never happen: a name reported that the cell assigns, or for which it has a default.
 */
import { codeLocator } from '../model/code.ts';
import { variableName } from '../model/names.ts';
import type { Runbook } from '../model/runbook.ts';
import { settingNames } from '../model/setting-names.ts';
import type { Findings } from '../syntax/findings.ts';
import { closest } from './closest.ts';
import { itemNames } from './project.ts';
import { type CodeStep, stepsIn } from './steps.ts';

/** Reads the names in every sh cell. One of Reprise's own prefixes is an error: the environment never holds it. */
export function checkVariables(runbook: Runbook, findings: Findings): void {
  const items = itemNames(runbook.root);
  const common = [...fixed, ...inputNames(runbook), ...secretNames(runbook), ...resourceNames(runbook)];
  const cells = cellPrefixes(runbook);
  for (const step of stepsIn(runbook, 'sh')) {
    const given = [
      ...common,
      ...(items.get(step.id) ?? []).map(name => variableName('item', name)),
      ...exportNames(runbook, step),
    ];
    const { text } = step.code;
    if (readsFile(text)) continue;
    const locate = codeLocator(step.code, findings.lines);
    for (const { name, ...span } of readNames(text)) {
      const isReserved = reserved.test(name);
      if (!isReserved && !cells.some(prefix => name.startsWith(prefix))) continue;
      if (isGiven(name, given) || isAssigned(name, text)) continue;
      const params = { name, known: closest(name, given).join(', ') };
      findings[isReserved ? 'error' : 'warning']('unknown-variable', locate(span), params);
    }
  }
}

/** What `effects/environment.ts` keeps from a cell, so that only Reprise gives it. */
const reserved = /^(?:INPUT|ITEM|RESOURCE|REPRISE)_/;

const fixed = ['REPRISE_OUTPUT', 'REPRISE_EXECUTION'];

function inputNames({ front }: Runbook): readonly string[] {
  return [...front.inputs.keys()].map(name => variableName('input', name));
}

function secretNames({ front }: Runbook): readonly string[] {
  return [...front.secrets.keys()].map(name => `${variableName(name)}_FILE`);
}

/** What the address of a database is taken apart into. */
const databaseParts = ['host', 'port', 'database', 'user', 'url'];

function resourceNames({ front }: Runbook): readonly string[] {
  return [...front.resources.values()].flatMap(({ name, kind }) => {
    const { required, optional } = settingNames(kind, {});
    const parts = kind === 'postgres' ? databaseParts : [];
    const keys = new Set(['kind', ...required, ...optional, ...parts]);
    return [...keys].map(key => variableName('resource', name, key));
  });
}

/** Exports of the cells above a step; an undo is performed when all cells may have been, a probe before any. */
function exportNames({ steps }: Runbook, step: CodeStep): readonly string[] {
  return [...steps.values()].flatMap(other => {
    const isEarlier = step.kind === 'undo' || other.place.start.offset < step.place.start.offset;
    if (other.kind !== 'cell' || !isEarlier || step.kind === 'probe') return [];
    return other.exports.map(({ name }) => variableName(other.id, name));
  });
}

function cellPrefixes({ steps }: Runbook): readonly string[] {
  return [...steps.values()].flatMap(({ kind, id }) => (kind === 'cell' ? [`${variableName(id)}_`] : []));
}

/** A secret or a long value is given as a file. */
function isGiven(name: string, given: readonly string[]): boolean {
  return given.includes(name) || given.includes(name.replace(/_FILE$/, ''));
}

/** A file that is read into the shell, or a text that is, may assign any name. */
function readsFile(code: string): boolean {
  return /(?:^|[;&|(])\s*(?:source|\.|eval)\s/m.test(code);
}

function isAssigned(name: string, code: string): boolean {
  const builtins =
    'for|select|read|mapfile|readarray|getopts|local|declare|typeset|export|readonly|printf\\s+-v';
  return new RegExp(`(?<![\\w$])${name}\\+?=|\\b(?:${builtins})\\b[^\\n;|&]*(?<![\\w$\\{])${name}\\b`).test(
    code,
  );
}

/** `$NAME`, and `${NAME…}` without a default, outside comments; each with its offsets. */
function readNames(code: string): readonly { name: string; start: number; end: number }[] {
  const bare = code.replaceAll(/(?<=^|\s)#.*/gm, comment => ' '.repeat(comment.length));
  const form = /(?<!\\)\$(?:([A-Z]\w*)|\{[#!]?([A-Z]\w*)(?!\w|(?:\[[^\]]*\])?:?[-=+]))/g;
  return [...bare.matchAll(form)].map(match => {
    const name = match[1] ?? match[2] ?? '';
    const end = match.index + match[0].length;
    return { name, start: end - name.length, end };
  });
}

/*
 * The files that the cells of a runbook import, and those that these import in turn, as far as they are there: for checks, which
 * say elsewhere what is missing. In: a runbook. Out: paths and texts. Nothing is evaluated, and nothing thrown.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { importedPaths } from '../model/imports.ts';
import type { Runbook } from '../model/runbook.ts';
import { parseCell } from '../syntax/cell.ts';
import { specifiersIn } from './sources.ts';

/** A file that is there; `path` is absolute. */
export interface ImportedFile {
  readonly path: string;
  readonly text: string;
}

/** The files that a runbook is made of besides itself, by absolute path, each before those that it imports. */
export function importedFiles(runbook: Runbook): ReadonlyMap<string, ImportedFile> {
  const folder = dirname(resolve(runbook.file));
  const paths = [...runbook.steps.values()].flatMap(importedPaths);
  return followFiles(paths.map(path => resolve(folder, path)));
}

/** The files at these absolute paths and all that they import, that are there. */
export function followFiles(first: readonly string[]): ReadonlyMap<string, ImportedFile> {
  const found = new Map<string, ImportedFile>();
  const seen = new Set(first);
  for (const path of seen) {
    const text = readText(path);
    if (text === undefined) continue;
    found.set(path, { path, text });
    if (!/\.[cm]?[jt]s$/.test(path)) continue;
    for (const specifier of specifiersIn(parseCell(text).module, text))
      if (/^\.\.?\//.test(specifier)) seen.add(resolve(dirname(path), specifier));
  }
  return found;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

import { json } from '../../journal/guard.ts';
import type { CellExport, Json } from '../../model/runbook.ts';

/** The value that a person typed for an export, or `undefined` when it is not of the declared type. */
export function parseExport(declared: CellExport, text: string): Json | undefined {
  if (declared.type === 'string') return text;
  try {
    const value: Json = JSON.parse(text);
    return isOfType(declared, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is what an export declares. */
export function isOfType(declared: CellExport, value: Json | undefined): value is Json {
  return json(value) && (declared.type === 'json' || typeof value === declared.type);
}

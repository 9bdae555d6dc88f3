/*
 * What APiLos's database says of the files in its bucket. In: rows of `namedFiles` and the keys of the bucket. Out: which
 * files are there, there under a key that lost its `//`, or missing. Pure; it reads nothing itself.
 */

/** First folders of the keys that APiLos writes; a backup's own folders are told from them. */
export const families = ['conventions', 'programmes', 'lots', 'spf', 'exports', 'media'] as const;

/**
 * Every file that a row names, with the keys that it may have: APiLos writes uploads as `dirpath/uuid_filename`
 * (`UploadedFile.filepath`), and older code as `dirpath/filename`.
 */
export const namedFiles = `
  select array[dirpath || '/' || uuid || '_' || filename, dirpath || '/' || filename] as keys
  from upload_uploadedfile where coalesce(dirpath, '') <> '' and filename is not null
  union all
  select array['conventions/' || uuid || '/convention_docs/' || nom_fichier_signe] as keys
  from conventions_convention where coalesce(nom_fichier_signe, '') <> ''`;

/** Named files sorted by what the bucket has: `flattened` and `missing` list the first key that the database means. */
export interface Reconciled {
  readonly present: number;
  readonly flattened: readonly string[];
  readonly missing: readonly string[];
}

/** Looks for each named file in the bucket, under its own keys, then with each `//` made `/`. */
export function reconcile(rows: readonly Record<string, unknown>[], keys: ReadonlySet<string>): Reconciled {
  const flattened: string[] = [];
  const missing: string[] = [];
  for (const row of rows) {
    const wanted = Array.isArray(row.keys) ? row.keys.map(String) : [];
    if (wanted.some(key => keys.has(key))) continue;
    const isFlattened = wanted.some(key => keys.has(key.replace(/\/{2,}/g, '/')));
    (isFlattened ? flattened : missing).push(wanted[0] ?? '');
  }
  return { present: rows.length - flattened.length - missing.length, flattened, missing };
}

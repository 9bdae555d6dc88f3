/** What would be copied into the bundle, or written when a run opens, must hold no secret: it can no longer be masked. */
import { Fault } from '../fault.ts';
import type { Json } from '../model/runbook.ts';
import { createMasker } from './masker.ts';
import type { CollectedFile } from './sources.ts';

/** What a run is opened with. */
export interface Opening {
  readonly files: readonly CollectedFile[];
  readonly inputs: Readonly<Record<string, Json>>;
  /** The declared secrets of the target, in clear. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Throws the fault `secret-in-source` or `secret-in-input`, which names the place and the secret, never its value. */
export function refuseWrittenSecrets({ files, inputs, secrets }: Opening): void {
  const masker = createMasker();
  for (const [name, value] of Object.entries(secrets)) masker.add(name, value);
  for (const { path, content } of files) {
    const secret = masker.find(content) ?? masker.find(path);
    if (secret !== undefined) throw new Fault('secret-in-source', { file: masker.mask(path), secret });
  }
  for (const [input, value] of Object.entries(inputs)) {
    const secret = masker.find(typeof value === 'string' ? value : JSON.stringify(value));
    if (secret !== undefined) throw new Fault('secret-in-input', { input, secret });
  }
}

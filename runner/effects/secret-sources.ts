/** What would be copied into the bundle, or written when a run opens, must hold no secret: it can no longer be masked. */
import { Fault } from '../fault.ts';
import type { Json } from '../model/runbook.ts';
import type { Instance, Plan } from '../plan/plan.ts';
import type { Masker } from './masker.ts';
import { parseAnswers } from './operator/answers-file.ts';
import type { CollectedFile } from './sources.ts';

/** What a run is opened with. */
export interface Opening {
  readonly files: readonly CollectedFile[];
  readonly inputs: Readonly<Record<string, Json>>;
}

/** Throws the fault `secret-in-source` or `secret-in-input`, which names the place and the secret, never its value. */
export function refuseWrittenSecrets({ files, inputs }: Opening, masker: Masker): void {
  for (const { path, content } of files) {
    const secret = masker.find(content) ?? masker.find(path);
    if (secret !== undefined) throw new Fault('secret-in-source', { file: masker.mask(path), secret });
  }
  for (const [input, value] of Object.entries(inputs)) {
    const secret = masker.find(typeof value === 'string' ? value : JSON.stringify(value));
    if (secret !== undefined) throw new Fault('secret-in-input', { input, secret });
  }
}

/**
 * Throws the fault `secret-in-answers` for an answers file that gives the value of a secret export: nobody else knows that
 * value yet, so that no masker could find it in the copy.
 */
export function refuseSecretAnswers({ instances, undos }: Plan, files: readonly CollectedFile[]): void {
  for (const { path, content } of files.filter(({ role }) => role === 'answers')) {
    const { steps } = parseAnswers(content.toString(), path);
    for (const instance of [...instances, ...undos]) {
      const given = Object.hasOwn(steps, instance.id) ? (steps[instance.id]?.exports ?? {}) : {};
      const told = secretExports(instance).find(name => Object.hasOwn(given, name));
      if (told !== undefined)
        throw new Fault('secret-in-answers', { file: path, step: instance.id, export: told });
    }
  }
}

function secretExports({ step }: Instance): string[] {
  return 'exports' in step ? step.exports.filter(({ secret }) => secret).map(({ name }) => name) : [];
}

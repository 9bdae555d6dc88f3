/*
 * What the steps under way have printed so far, against the sum that their outcome gives of it. The sum is made of the very
 * bytes that are written down, so that one that does not fit was written by nobody's run.
 */
import { hash } from 'node:crypto';
import type { Entry, OutputSummary } from './event.ts';

/** The output in a journal that has not come to its sum yet. */
export class RecordedOutput {
  readonly #texts = new Map<string, string[]>();

  /** Takes an entry in; false for an outcome whose sum is not that of the output before it. */
  takes(entry: Entry): boolean {
    switch (entry.type) {
      case 'step-intended':
        this.#texts.set(entry.step, []);
        return true;
      case 'output-written':
        this.#texts.get(entry.step)?.push(entry.text);
        return true;
      case 'step-finished':
        return this.#fits(entry.step, entry.output, entry.polls !== undefined);
      case 'step-doubted':
        return entry.output === undefined || this.#fits(entry.step, entry.output, false);
      default:
        return true;
    }
  }

  /** What did not fit into the journal is a file with a digest of its own; of polls, only the last one is summed. */
  #fits(step: string, { bytes, sha256, file }: OutputSummary, isLast: boolean): boolean {
    const written = Buffer.from((this.#texts.get(step) ?? []).join(''));
    this.#texts.delete(step);
    if (file !== undefined) return true;
    if (written.length < bytes || (!isLast && written.length > bytes)) return false;
    return hash('sha256', written.subarray(written.length - bytes)) === sha256;
  }
}

import { readFile, rename, writeFile } from 'node:fs/promises';
import { type State, stateSchema } from './state.ts';

/** The state in `file`; undefined where there is none. Throws if it holds something else. */
export async function readState(file: string): Promise<State | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : stateSchema.parse(JSON.parse(text));
}

/** Writes the state whole or not at all, one write after another; what did not change is not written again. */
export function stateWriter(file: string, state: State): () => Promise<void> {
  let last = '';
  let queue = Promise.resolve();
  const write = async () => {
    const text = JSON.stringify(state);
    if (text === last) return;
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
    last = text;
  };
  return () => {
    const done = queue.then(write);
    queue = done.catch(() => undefined);
    return done;
  };
}

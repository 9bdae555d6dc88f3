import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bundle } from '../../runner/effects/bundle.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import { type Stages, stages } from '../../runner/stages.ts';
import { verifyBundle } from '../../runner/verify.ts';
import { copyBundle, editing, makeBundle, makeSigner, trust, workFolder } from '../verify/reference.ts';

let folder: string;
let bruno: Signer;
let reference: Bundle;
beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  reference = await makeBundle(folder, bruno);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stages that render and replay once: here source and journal never change. */
function lazily(): Stages {
  let rendered: ReturnType<Stages['render']> | undefined;
  let replayed: ReturnType<Stages['replay']> | undefined;
  return {
    ...stages,
    render: record => {
      rendered ??= stages.render(record);
      return rendered;
    },
    replay: record => {
      replayed ??= stages.replay(record);
      return replayed;
    },
  };
}

/** What `verify.sh` says and ends with. */
function runScript(bundle: Bundle, allowedSigners: string): Promise<{ status: number; said: string }> {
  return new Promise(resolve => {
    execFile('dash', [editing(bundle).at('verify.sh'), allowedSigners], (error, said) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, said });
    });
  });
}

const LANES = 4;

test.each<[string, string, number]>([
  ['statement.json', 'statement', 4],
  ['seals/bruno.sig', 'seal', 1],
])(
  'a bit of every byte of %s, seen by Reprise and by verify.sh',
  { timeout: 600_000 },
  async (path, layer, stride) => {
    const bytes = Buffer.from(editing(reference).read(path));
    const allowedSigners = trust(folder, bruno);
    const missed: unknown[] = [];
    const walk = async (lane: number): Promise<void> => {
      const copy = copyBundle(folder, reference);
      const judging = lazily();
      for (let index = lane; index < bytes.length; index += LANES) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(index) ^ (1 << (index % 8)), index);
        editing(copy).write(path, flipped);
        const { verdict, findings } = await verifyBundle(copy.directory, { allowedSigners }, judging);
        if (verdict !== 'tampered' || findings[0]?.layer !== layer) missed.push({ index, findings });
        if ((index - lane) % (LANES * stride) !== 0) continue;
        const { status, said } = await runScript(copy, allowedSigners);
        if (status !== 5 || !said.includes(path)) missed.push({ index, status, said });
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, lane) => walk(lane)));
    expect(missed).toEqual([]);
  },
);

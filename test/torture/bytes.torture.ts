import { spawnSync } from 'node:child_process';
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

test.each([
  ['statement.json', 'statement'],
  ['seals/bruno.sig', 'seal'],
])(
  'a bit of every byte of %s, seen by Reprise and by verify.sh',
  { timeout: 300_000 },
  async (path, layer) => {
    const copy = copyBundle(folder, reference);
    const bytes = Buffer.from(editing(copy).read(path));
    const allowedSigners = trust(folder, bruno);
    const script = editing(copy).at('verify.sh');
    const judging = lazily();
    const missed: unknown[] = [];
    for (let index = 0; index < bytes.length; index++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(index) ^ (1 << (index % 8)), index);
      editing(copy).write(path, flipped);
      const { verdict, findings } = await verifyBundle(copy.directory, { allowedSigners }, judging);
      const { status, stdout } = spawnSync('dash', [script, allowedSigners], { encoding: 'utf8' });
      const isNamed = findings[0]?.layer === layer && stdout.includes(path);
      if (verdict !== 'tampered' || status !== 5 || !isNamed)
        missed.push({ index, verdict, findings, status, stdout });
    }
    expect(missed).toEqual([]);
  },
);

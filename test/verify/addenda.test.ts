import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addToSealed } from '../../runner/addendum.ts';
import { type Bundle, listBundle, readDocument } from '../../runner/effects/bundle.ts';
import { evidenceStore } from '../../runner/effects/evidence.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import type { Event, Person } from '../../runner/journal/event.ts';
import { addendumOf, sealPath } from '../../runner/seal/layout.ts';
import { FINDINGS, type Verdict } from '../../runner/seal/verdict.ts';
import { runRecordOf } from '../../runner/seal.ts';
import { stages } from '../../runner/stages.ts';
import { verifyBundle } from '../../runner/verify.ts';
import { copyBundle, editing, makeBundle, makeSigner, trust, workFolder } from './reference.ts';

let folder: string;
let bruno: Signer;
let chloe: Signer;
let bare: Bundle;
let reference: Bundle;
beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  chloe = await makeSigner(folder, 'chloe');
  bare = await makeBundle(folder, bruno);
  reference = copyBundle(folder, bare);
  await add(reference, note('Première note'));
  await add(reference, note('Rectificatif', 5), chloe, { id: 'chloe', role: 'observateur' });
  await add(reference, note('Troisième note'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const masker = createMasker();
const by: Person = { id: 'bruno', role: 'pilote' };

const note =
  (text: string, corrects?: number) =>
  (person: Person): readonly Event[] => [
    { type: 'note-added', text, by: person, ...(corrects === undefined ? {} : { corrects }) },
  ];

async function add(
  bundle: Bundle,
  events: (person: Person) => readonly Event[],
  signer = bruno,
  person = by,
): Promise<void> {
  const record = runRecordOf(bundle);
  const added = async (): Promise<readonly Event[]> => events(person);
  await addToSealed(bundle, {
    person,
    voice: 'typed',
    signer,
    runner: '0.1.0',
    record,
    masker,
    events: added,
  });
}

/** The verdict of Reprise, and what `verify.sh` says and ends with, under dash. */
async function judge(bundle: Bundle, allowedSigners?: string): Promise<[Verdict, string, number | null]> {
  const options = allowedSigners === undefined ? {} : { allowedSigners };
  const verdict = await verifyBundle(bundle.directory, options);
  const args = [
    join(bundle.directory, 'verify.sh'),
    ...(allowedSigners === undefined ? [] : [allowedSigners]),
  ];
  const { stdout, stderr, status } = spawnSync('dash', args, { encoding: 'utf8' });
  return [verdict, stdout + stderr.replaceAll(/^Good.*\n/gm, ''), status];
}

const both = (): string => trust(folder, bruno, chloe);
const codesOf = ({ findings }: Verdict): string[] =>
  findings.map(({ layer, code, addendum }) => [addendum ?? '', layer, code].join(' ').trim());

describe('a bundle with addenda', () => {
  test('is verified, and the verdict says how many and by whom', async () => {
    const [verdict, said, status] = await judge(reference, both());
    expect([verdict.verdict, verdict.findings, status]).toEqual(['verified', [], 0]);
    expect(
      verdict.addenda?.map(({ number, by: who, notes, evidence, signers }) => [
        number,
        who,
        notes,
        evidence,
        signers[0]?.status,
      ]),
    ).toEqual([
      [1, 'bruno', 1, 0, 'verified'],
      [2, 'chloe', 1, 0, 'verified'],
      [3, 'bruno', 1, 0, 'verified'],
    ]);
    expect(said).toContain('addenda/002/: chloe');
  });

  test('keeps what was sealed byte for byte', () => {
    const { digests } = listBundle(reference);
    const sealed = new Map([...digests].filter(([path]) => addendumOf(path) === undefined));
    expect(sealed).toEqual(listBundle(bare).digests);
  });

  test('is read by people as it was written', () => {
    const text =
      readDocument(reference, 'addenda/002/addendum.md')?.toString().replaceAll('\u00a0', ' ') ?? '';
    expect(text).toContain('# Addendum n° 2 — Essai');
    expect(text).toContain('Rectificatif de l’entrée n° 5');
    expect(text).toContain('chloe');
  });

  test('holds attached files, known by their digest', async () => {
    const copy = copyBundle(folder, reference);
    const photo = join(folder, 'écran (1).png');
    writeFileSync(photo, 'une image');
    const record = runRecordOf(copy);
    const events = async (place: Bundle): Promise<readonly Event[]> => [
      { type: 'evidence-attached', ...(await evidenceStore(place, createMasker()).keep(photo)), by },
    ];
    await addToSealed(copy, {
      person: by,
      voice: 'typed',
      signer: bruno,
      runner: '0.1.0',
      record,
      masker,
      events,
    });
    const [verdict, , status] = await judge(copy, both());
    expect([verdict.verdict, verdict.addenda?.at(-1)?.evidence, status]).toEqual(['verified', 1, 0]);
    const file = readdirSync(join(copy.directory, 'addenda/004/evidence'))[0] ?? '';
    editing(copy).edit(`addenda/004/evidence/${file}`, text => `${text} `);
    const [altered, said, ended] = await judge(copy, both());
    expect([codesOf(altered), ended]).toEqual([
      ['4 evidence file-altered', '4 statement subject-altered'],
      5,
    ]);
    expect(said).toContain('addenda/004/');
  });

  test('by a key that the list does not know is not vouched for', async () => {
    const [verdict, , status] = await judge(reference, trust(folder, bruno));
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'intact-signer-unverified',
      ['2 seal signer-unknown'],
      6,
    ]);
  });

  test('by an ephemeral key proves nothing', async () => {
    const copy = copyBundle(folder, bare);
    await add(copy, note('x'), await makeSigner(folder, 'bruno', true));
    const [verdict, , status] = await judge(copy, both());
    expect([verdict.verdict, status]).toEqual(['not-probative', 7]);
  });

  test('of another version of the renderer is not comparable', async () => {
    const copy = copyBundle(folder, bare);
    const other = { ...stages, renderer: '0', renderAddendum: () => 'autre\n' };
    const events = async (): Promise<readonly Event[]> => note('x')(by);
    const record = runRecordOf(copy);
    await addToSealed(
      copy,
      { person: by, voice: 'typed', signer: bruno, runner: '0', record, masker, events },
      other,
    );
    const [verdict, , status] = await judge(copy, both());
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'not-comparable',
      ['1 transcript not-comparable'],
      0,
    ]);
  });
});

type Edit = ReturnType<typeof editing>;
const swap = (edit: Edit, one: string, other: string): void => {
  renameSync(edit.at(`addenda/${one}`), edit.at('addenda/x'));
  renameSync(edit.at(`addenda/${other}`), edit.at(`addenda/${one}`));
  renameSync(edit.at('addenda/x'), edit.at(`addenda/${other}`));
};

const tamperings: readonly (readonly [string, (edit: Edit) => void, readonly string[], number?])[] = [
  [
    'a note changed',
    edit => edit.edit('addenda/001/journal.jsonl', text => text.replace('Première', 'Derniere')),
    ['1 journal bad-chain', '1 statement subject-altered'],
  ],
  [
    'the statement changed',
    edit => edit.edit('addenda/001/statement.json', text => text.replace('"by":"bruno"', '"by":"chloe"')),
    [
      '1 statement statement-altered',
      '1 statement statement-disagrees',
      '1 seal seal-bad',
      '2 journal addendum-out-of-order',
    ],
  ],
  [
    'what people read changed',
    edit => edit.edit('addenda/001/addendum.md', text => text.replace('Première', 'Dernière')),
    ['1 statement subject-altered', '1 transcript transcript-altered'],
  ],
  ['a file more', edit => edit.write('addenda/001/lock', ''), ['1 statement subject-unlisted']],
  ['the seal taken away', edit => edit.remove('addenda/001/seals/bruno.sig'), ['1 seal seal-missing'], 8],
  ['the first one taken out', edit => edit.remove('addenda/001'), ['bundle addendum-missing']],
  ['the middle one taken out', edit => edit.remove('addenda/002'), ['bundle addendum-missing']],
  [
    'the middle one taken out, and the last one moved up',
    edit => {
      edit.remove('addenda/002');
      renameSync(edit.at('addenda/003'), edit.at('addenda/002'));
    },
    ['2 journal addendum-out-of-order'],
  ],
  [
    'two in another order',
    edit => swap(edit, '001', '002'),
    ['1 journal addendum-out-of-order', '2 journal addendum-out-of-order', '3 journal addendum-out-of-order'],
  ],
  [
    'one repeated',
    edit => cpSync(edit.at('addenda/003'), edit.at('addenda/004'), { recursive: true }),
    ['4 journal addendum-out-of-order'],
  ],
  [
    'a folder that is no addendum',
    edit => {
      mkdirSync(edit.at('addenda/000'));
      edit.write('addenda/000/x', '');
    },
    ['statement subject-unlisted'],
  ],
  [
    'the statement of the run taken away',
    edit => edit.remove('statement.json'),
    ['statement statement-missing', '1 statement addendum-unfounded'],
    5,
  ],
  [
    'one that was begun and not sealed',
    edit => {
      mkdirSync(edit.at('addenda/pending'));
      edit.write('addenda/pending/journal.jsonl', '');
    },
    ['bundle addendum-pending'],
    8,
  ],
];

describe('one tampering of an addendum, named by its layer', () => {
  test.each(tamperings.map(each => [each[0], each] as const))(
    '%s',
    async (_name, [, mutate, codes, ended = 5]) => {
      const copy = copyBundle(folder, reference);
      mutate(editing(copy));
      const [verdict, , status] = await judge(copy, both());
      const weight = FINDINGS[verdict.findings[0]?.code ?? 'clock-went-back'];
      expect([codesOf(verdict), status]).toEqual([codes, ended]);
      expect(verdict.verdict).toBe(
        codes.includes('1 statement addendum-unfounded') || weight === 'tampered' ? 'tampered' : 'incomplete',
      );
    },
  );

  test('the addendum of another run', async () => {
    const copy = copyBundle(folder, bare);
    const other = await makeBundle(folder, chloe);
    await add(other, note('ailleurs'));
    cpSync(join(other.directory, 'addenda'), join(copy.directory, 'addenda'), { recursive: true });
    const [verdict, , status] = await judge(copy, both());
    expect([codesOf(verdict), status]).toEqual([['1 journal addendum-elsewhere'], 5]);
  });

  test('somebody who holds no role, with a key of the list', async () => {
    const copy = copyBundle(folder, bare);
    const eve = await makeSigner(folder, 'eve');
    await add(copy, note('x'), eve, { id: 'eve' });
    const verdict = await verifyBundle(copy.directory, { allowedSigners: trust(folder, bruno, eve) });
    expect([verdict.verdict, codesOf(verdict)]).toEqual(['tampered', ['1 journal addendum-by-stranger']]);
  });

  test('an event that an addendum cannot hold, and a correction of what comes later', async () => {
    for (const event of [{ type: 'run-paused', by, cause: 'asked' }, ...note('x', 99)(by)] as const) {
      const copy = copyBundle(folder, bare);
      await add(copy, () => [event]);
      expect(codesOf((await judge(copy, both()))[0])).toEqual(['1 journal addendum-illegal']);
    }
  });

  test('such an event that another version wrote is not comparable, and accuses nobody', async () => {
    const copy = copyBundle(folder, bare);
    await add(copy, () => [{ type: 'run-paused', by, cause: 'asked' }]);
    const options = { allowedSigners: both(), runner: '0.2.0' };
    const verdict = await verifyBundle(copy.directory, options);
    expect([verdict.verdict, codesOf(verdict)]).toEqual([
      'not-comparable',
      ['1 replay replay-not-comparable'],
    ]);
  });

  test('the last one taken out shows nothing, as the documentation says', async () => {
    const copy = copyBundle(folder, reference);
    editing(copy).remove('addenda/003');
    const [verdict, , status] = await judge(copy, both());
    expect([verdict.verdict, verdict.addenda?.length, status]).toEqual(['verified', 2, 0]);
  });
});

describe('adding', () => {
  test('to a run that is not sealed is refused, and leaves nothing', async () => {
    const copy = copyBundle(folder, bare);
    editing(copy).remove('statement.json');
    await expect(add(copy, note('x'))).rejects.toMatchObject({ code: 'not-sealed' });
    expect(readdirSync(copy.directory)).not.toContain('addenda');
  });

  test('after one that cannot be gone on from is refused', async () => {
    const copy = copyBundle(folder, reference);
    editing(copy).remove('addenda/002');
    await expect(add(copy, note('x'))).rejects.toMatchObject({
      code: 'addendum-unsound',
      params: { number: 2 },
    });
  });

  test('that fails leaves no addendum, and what a crash left is cleared', async () => {
    const copy = copyBundle(folder, bare);
    const mute: Signer = { ...bruno, sign: () => Promise.reject(new Error('no agent')) };
    await expect(add(copy, note('x'), mute)).rejects.toThrow('no agent');
    expect((await judge(copy, both()))[0].verdict).toBe('verified');
    mkdirSync(editing(copy).at('addenda/pending'), { recursive: true });
    editing(copy).write('addenda/pending/journal.jsonl', '{');
    await add(copy, note('x'));
    const [verdict] = await judge(copy, both());
    expect([verdict.verdict, verdict.addenda?.length]).toEqual(['verified', 1]);
    expect(editing(copy).read(`addenda/001/${sealPath('bruno')}`)).toContain('SSH SIGNATURE');
  });
});

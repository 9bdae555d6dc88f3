import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../runner/effects/bundle.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import { canonicalJson } from '../../runner/journal/canonical.ts';
import { readJournal } from '../../runner/journal/chain.ts';
import { sealPath } from '../../runner/seal/layout.ts';
import { judgeSeals } from '../../runner/seal/seals.ts';
import type { Verdict } from '../../runner/seal/verdict.ts';
import { sealBundle } from '../../runner/seal.ts';
import { stages } from '../../runner/stages.ts';
import { verifyBundle } from '../../runner/verify.ts';
import {
  copyBundle,
  editing,
  makeBundle,
  makeClosedBundle,
  makeSigner,
  rechain,
  type Timed,
  trust,
  workFolder,
} from './reference.ts';

let folder: string;
let bruno: Signer;
let stranger: Signer;
let reference: Bundle;
beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  stranger = await makeSigner(folder, 'bruno');
  reference = await makeBundle(folder, bruno);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The verdict of Reprise and the exit status of `verify.sh` under dash. */
async function verifyBoth(bundle: Bundle, allowedSigners?: string): Promise<[Verdict, number | null]> {
  const verdict = await verifyBundle(
    bundle.directory,
    allowedSigners === undefined ? {} : { allowedSigners },
  );
  const args = [editing(bundle).at('verify.sh'), ...(allowedSigners === undefined ? [] : [allowedSigners])];
  return [verdict, spawnSync('dash', args).status];
}

// Each once: how many of the three transcripts show a change of the journal is the renderer's business.
const codesOf = (verdict: Verdict): string[] => [
  ...new Set(verdict.findings.map(({ layer, code }) => `${layer} ${code}`)),
];

describe('an untouched bundle', () => {
  test('is verified with the list from outside', async () => {
    const [verdict, status] = await verifyBoth(reference, trust(folder, bruno));
    expect(verdict).toEqual({
      verdict: 'verified',
      run: '20260101-000000-abcdef',
      lang: 'fr',
      findings: [],
      signers: [{ principal: 'bruno', key: expect.stringMatching(/^SHA256:/), status: 'verified' }],
    });
    expect(status).toBe(0);
  });

  test('without the list it is intact, and its signer not vouched for', async () => {
    const [verdict, status] = await verifyBoth(reference);
    expect([verdict.verdict, codesOf(verdict)]).toEqual([
      'intact-signer-unverified',
      ['seal signer-not-vouched'],
    ]);
    expect(status).toBe(6);
  });

  test('with a list of other people it is intact, and its signer unknown', async () => {
    const [verdict, status] = await verifyBoth(reference, trust(folder, stranger));
    expect([verdict.verdict, codesOf(verdict), verdict.signers[0]?.status]).toEqual([
      'intact-signer-unverified',
      ['seal signer-unknown', 'seal required-seal-missing'],
      'unverified',
    ]);
    expect(status).toBe(6);
  });
});

type Edit = ReturnType<typeof editing>;
interface Vector {
  readonly name: string;
  readonly mutate: (edit: Edit) => void;
  /** Every finding of Reprise, in order. */
  readonly codes: readonly string[];
  /** What `verify.sh` ends with, where it is not 5. */
  readonly script?: number;
}

const journalAltered = 'statement subject-altered';
const changing = (from: string, to: string) => (events: readonly Timed[]) =>
  events.map(event => JSON.parse(JSON.stringify(event).replace(from, to)));

const vectors: readonly Vector[] = [
  {
    name: 'journal: one character of a text',
    mutate: edit => edit.edit('journal.jsonl', text => text.replace('bonjour', 'bonsoir')),
    codes: ['journal bad-chain', journalAltered],
  },
  {
    name: 'journal: one character of the last line, which no other line covers',
    mutate: edit =>
      edit.edit('journal.jsonl', text =>
        text
          .replace('"outcome":"passed","prev', '"outcome":"failed","prev')
          .replace(/"outcome":"passed"(?=[^\n]*\n$)/, '"outcome":"failed"'),
      ),
    codes: ['journal journal-illegal', journalAltered],
  },
  {
    name: 'journal: a line deleted',
    mutate: edit => edit.lines(lines => lines.toSpliced(3, 1)),
    codes: ['journal bad-sequence', journalAltered],
  },
  {
    name: 'journal: two lines swapped',
    mutate: edit => edit.lines(([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest]),
    codes: ['journal bad-sequence', journalAltered],
  },
  {
    name: 'journal: a line duplicated',
    mutate: edit => edit.lines(([a = '', ...rest]) => [a, a, ...rest]),
    codes: ['journal bad-sequence', journalAltered],
  },
  {
    name: 'journal: whole lines cut off the end',
    mutate: edit => edit.lines(lines => lines.slice(0, -2)),
    codes: ['journal run-not-closed', journalAltered],
  },
  {
    name: 'journal: the last byte torn off',
    mutate: edit => edit.edit('journal.jsonl', text => text.slice(0, -1)),
    codes: ['journal torn-tail', journalAltered],
  },
  {
    name: 'journal: written in another way',
    mutate: edit => edit.edit('journal.jsonl', text => text.replace('"pid":42', '"pid":42.0')),
    codes: ['journal not-canonical', journalAltered],
  },
  {
    name: 'journal: an output changed and everything chained again',
    mutate: edit => edit.lines(lines => rechain(lines, changing('"text":"bonjour', '"text":"bonsoir'))),
    codes: [journalAltered, 'statement statement-disagrees', 'transcript transcript-altered'],
  },
  {
    name: 'journal: a step that the plan does not have, chained',
    mutate: edit => edit.lines(lines => rechain(lines, changing('"step":"saluer"', '"step":"autre"'))),
    codes: ['journal journal-illegal', journalAltered],
  },
  {
    name: 'journal: emptied',
    mutate: edit => edit.write('journal.jsonl', ''),
    codes: ['journal run-not-opened', journalAltered],
  },
  {
    name: 'journal: removed',
    mutate: edit => edit.remove('journal.jsonl'),
    codes: ['journal run-not-opened', 'statement subject-missing'],
  },
  {
    name: 'journal: a link to the same bytes elsewhere',
    mutate: edit => {
      edit.write('../journal', edit.read('journal.jsonl'));
      edit.remove('journal.jsonl');
      symlinkSync('../journal', edit.at('journal.jsonl'));
    },
    codes: ['bundle not-a-file', 'journal run-not-opened', 'statement subject-missing'],
  },
  {
    name: 'source: one character',
    mutate: edit => edit.edit('source/plan é.md', text => text.replace('Dire', 'Lire')),
    codes: ['source file-altered', 'statement subject-altered'],
  },
  {
    name: 'source: removed',
    mutate: edit => edit.remove('source/plan é.md'),
    codes: ['source file-missing', 'statement subject-missing'],
  },
  {
    name: 'evidence: one byte more',
    mutate: edit => edit.edit('evidence/photo', text => `${text} `),
    codes: ['evidence file-altered', 'statement subject-altered'],
  },
  {
    name: 'evidence: removed',
    mutate: edit => edit.remove('evidence/photo'),
    codes: ['evidence file-missing', 'statement subject-missing'],
  },
  {
    name: 'output: one character',
    mutate: edit => edit.edit('outputs/saluer-1.log', text => text.replace('b', 'B')),
    codes: ['output file-altered', 'statement subject-altered'],
  },
  {
    name: 'transcript.md: the source in it changed',
    mutate: edit => edit.edit('transcript.md', text => text.replace('Dire', 'Lire')),
    codes: ['statement subject-altered', 'transcript source-not-restored', 'transcript transcript-altered'],
  },
  {
    name: 'transcript.md: a record in it changed',
    mutate: edit => edit.edit('transcript.md', text => text.replace(/^> (.+)$/m, '> autre chose')),
    codes: ['statement subject-altered', 'transcript transcript-altered'],
  },
  {
    name: 'transcript.html: one character',
    mutate: edit => edit.edit('transcript.html', text => text.replace('<title>', '<title>_')),
    codes: ['statement subject-altered', 'transcript transcript-altered'],
  },
  {
    name: 'transcript.json: removed',
    mutate: edit => edit.remove('transcript.json'),
    codes: ['statement subject-missing', 'transcript file-missing'],
  },
  {
    name: 'statement: the outcome',
    mutate: edit => edit.edit('statement.json', text => text.replace('"passed"', '"failed"')),
    codes: [
      'statement statement-altered',
      'statement statement-disagrees',
      'seal seal-bad',
      'seal required-seal-missing',
    ],
  },
  {
    name: 'statement: a required signer left out',
    mutate: edit =>
      edit.edit('statement.json', text =>
        text.replace(/"requiredSigners":\[.*?\}\]/, '"requiredSigners":[]'),
      ),
    codes: ['statement statement-altered', 'statement statement-disagrees', 'seal seal-bad'],
  },
  {
    name: 'statement: a subject left out',
    mutate: edit =>
      edit.edit('statement.json', text =>
        text.replace(/,\{"digest":\{"sha256":"[0-9a-f]*"\},"name":"outputs\/[^}]*\}/, ''),
      ),
    codes: ['statement statement-altered', 'seal seal-bad', 'seal required-seal-missing'],
  },
  {
    name: 'statement: the same, laid out for reading',
    mutate: edit => edit.edit('statement.json', text => `${JSON.stringify(JSON.parse(text), null, 2)}\n`),
    codes: ['statement statement-unreadable'],
  },
  {
    name: 'statement: removed',
    mutate: edit => edit.remove('statement.json'),
    codes: ['statement statement-missing'],
    script: 8,
  },
  {
    name: 'seal: one character',
    mutate: edit =>
      edit.edit('seals/bruno.sig', text =>
        text.replace(
          /\n(.{20})(.)/,
          (_, start: string, last: string) => `\n${start}${last === 'A' ? 'B' : 'A'}`,
        ),
      ),
    codes: ['seal seal-unreadable', 'seal required-seal-missing'],
  },
  {
    name: 'seal: no seal at all',
    mutate: edit => edit.remove('seals/bruno.sig'),
    codes: ['seal seal-missing', 'seal required-seal-missing'],
    script: 8,
  },
  {
    name: 'a file more',
    mutate: edit => edit.write('evidence/ajout.txt', ''),
    codes: ['statement subject-unlisted'],
  },
  {
    name: 'a file more among the seals',
    mutate: edit => {
      mkdirSync(edit.at('seals/more'));
      edit.write('seals/more/x.sig', '');
    },
    codes: ['statement subject-unlisted'],
  },
  {
    name: 'a link in place of a file, with the same content',
    mutate: edit => {
      edit.write('../photo', edit.read('evidence/photo'));
      edit.remove('evidence/photo');
      symlinkSync('../../photo', edit.at('evidence/photo'));
    },
    codes: ['bundle not-a-file', 'evidence file-missing', 'statement subject-missing'],
  },
  {
    name: 'verify.sh: made to say yes',
    mutate: edit => edit.write('verify.sh', 'exit 0\n'),
    codes: ['statement subject-altered'],
    script: 0,
  },
];

// The name of the evidence file begins with a digest, which would make the vectors hard to read.
function byShortName(edit: Edit, evidence: string): Edit {
  const name = (path: string): string => path.replace('evidence/photo', evidence);
  return {
    ...edit,
    at: path => edit.at(name(path)),
    read: path => edit.read(name(path)),
    write: (path, content) => edit.write(name(path), content),
    edit: (path, change) => edit.edit(name(path), change),
    remove: path => edit.remove(name(path)),
  };
}

describe('one tampering, named by its layer', () => {
  test.each(vectors.map(vector => [vector.name, vector] as const))(
    '%s',
    async (_name, { mutate, codes, script = 5 }) => {
      const copy = copyBundle(folder, reference);
      const evidence =
        /evidence\/[0-9a-f]{12}-photo\.png/.exec(editing(copy).read('journal.jsonl'))?.[0] ?? '';
      mutate(byShortName(editing(copy), evidence));
      const [verdict, status] = await verifyBoth(copy, trust(folder, bruno));
      expect(codesOf(verdict)).toEqual(codes);
      expect(verdict.verdict).toBe(script === 8 ? 'incomplete' : 'tampered');
      expect(status).toBe(script);
    },
  );

  test('any byte of the statement or the seal', async () => {
    for (const name of ['statement.json', 'seals/bruno.sig']) {
      const bytes = Buffer.from(editing(reference).read(name));
      for (let index = 7; index < bytes.length; index += Math.ceil(bytes.length / 12)) {
        const copy = copyBundle(folder, reference);
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
        editing(copy).write(name, changed);
        const [verdict, status] = await verifyBoth(copy, trust(folder, bruno));
        expect(codesOf(verdict)[0], `${name} byte ${index}`).toMatch(/^(statement|seal) /);
        expect([verdict.verdict, status], `${name} byte ${index}`).toEqual(['tampered', 5]);
      }
    }
  });
});

describe('someone else’s hand', () => {
  test('a stranger’s seal under the signer’s name', async () => {
    const copy = copyBundle(folder, reference);
    const seal = await stranger.sign(Buffer.from(editing(copy).read('statement.json')));
    editing(copy).write(sealPath('bruno'), seal);
    for (const list of [undefined, trust(folder, bruno)]) {
      const [verdict, status] = await verifyBoth(copy, list);
      expect([verdict.verdict, codesOf(verdict), status]).toEqual([
        'tampered',
        ['seal seal-key-differs', 'seal required-seal-missing'],
        5,
      ]);
    }
  });

  test('everything made again and signed by a stranger: only the list from outside tells', async () => {
    const forged = await makeBundle(folder, stranger);
    const [alone, script] = await verifyBoth(forged);
    expect([alone.verdict, script]).toEqual(['intact-signer-unverified', 6]);
    const [judged, judgedScript] = await verifyBoth(forged, trust(folder, bruno));
    expect([judged.verdict, codesOf(judged)]).toEqual([
      'intact-signer-unverified',
      ['seal signer-unknown', 'seal required-seal-missing'],
    ]);
    expect(judgedScript).toBe(6);
  });

  test('another’s seal does not stand for the signer’s', async () => {
    const copy = copyBundle(folder, reference);
    const chloe = await makeSigner(folder, 'chloe');
    const seal = await chloe.sign(Buffer.from(editing(copy).read('statement.json')));
    editing(copy).write(sealPath('chloe'), seal);
    editing(copy).remove(sealPath('bruno'));
    const [verdict, status] = await verifyBoth(copy, trust(folder, bruno, chloe));
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'incomplete',
      ['seal seal-missing', 'seal required-seal-missing'],
      8,
    ]);
  });

  test('a co-signature by the key of the signer, or of another, does not count, whatever the list says', async () => {
    const copy = copyBundle(folder, reference);
    const statement = Buffer.from(editing(copy).read('statement.json'));
    const seal = await bruno.sign(statement);
    editing(copy).write(sealPath('chloe'), seal);
    const both = trust(folder, bruno, { ...bruno, principal: 'chloe' });
    const [verdict, status] = await verifyBoth(copy, both);
    expect([verdict.verdict, codesOf(verdict), status]).toEqual(['verified', ['seal seal-key-shared'], 0]);
    // Where the role of the second one must sign, it is still missing.
    const needed = {
      signer: 'bruno',
      ephemeral: false,
      requiredSigners: [{ role: 'observateur', holders: ['chloe'] }],
    };
    const good = { key: 'SHA256:k', recorded: 'good', trusted: 'good' } as const;
    const judged = judgeSeals(
      [
        { principal: 'chloe', ...good },
        { principal: 'bruno', ...good },
      ],
      needed,
    );
    expect(judged.findings.map(({ code }) => code)).toEqual(['seal-key-shared', 'required-seal-missing']);
  });

  test('a co-signature by a stranger changes nothing', async () => {
    const copy = copyBundle(folder, reference);
    const mallory = await makeSigner(folder, 'mallory');
    editing(copy).write(
      sealPath('mallory'),
      await mallory.sign(Buffer.from(editing(copy).read('statement.json'))),
    );
    const [verdict, status] = await verifyBoth(copy, trust(folder, bruno));
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'verified',
      ['seal cosigner-not-vouched'],
      0,
    ]);
    editing(copy).edit('allowed_signers', text => `${text}bruno ${mallory.publicKey}\n`);
    expect((await verifyBundle(copy.directory)).verdict).toBe('intact-signer-unverified');
  });
});

describe('what a bundle can be besides', () => {
  test('a run that another person resumed is signed by that person, whose key the journal recorded', async () => {
    const dina = await makeSigner(folder, 'dina');
    const bundle = await makeClosedBundle(folder, bruno, dina);
    await expect(sealBundle(bundle, bruno)).rejects.toMatchObject({ code: 'signer-not-recorded' });
    const { predicate } = await sealBundle(bundle, dina);
    expect(predicate.signer).toBe('dina');
    const [verdict, status] = await verifyBoth(bundle, trust(folder, dina));
    expect([codesOf(verdict), status]).toEqual([['seal required-seal-missing'], 8]);
  });

  test('a run that crashed while it wrote is incomplete, and nobody is accused', async () => {
    const bundle = await makeClosedBundle(folder, bruno);
    editing(bundle).edit('journal.jsonl', text => text.slice(0, -10));
    const verdict = await verifyBundle(bundle.directory);
    expect([verdict.verdict, codesOf(verdict)]).toEqual([
      'incomplete',
      ['journal torn-tail', 'statement statement-missing'],
    ]);
  });

  test('a seal that fails leaves no statement, so that the run is known to be unsealed', async () => {
    const bundle = await makeClosedBundle(folder, bruno);
    const broken: Signer = { ...bruno, sign: () => Promise.reject(new Error('no agent')) };
    await expect(sealBundle(bundle, broken)).rejects.toThrow('no agent');
    expect((await verifyBundle(bundle.directory)).verdict).toBe('incomplete');
  });

  test('a sandbox’s ephemeral key proves nothing, whoever lists it', async () => {
    const ephemeral = await makeSigner(folder, 'bruno', true);
    const bundle = await makeBundle(folder, ephemeral);
    for (const list of [undefined, trust(folder, ephemeral)]) {
      const [verdict, status] = await verifyBoth(bundle, list);
      expect([verdict.verdict, verdict.signers[0]?.status, status]).toEqual([
        'not-probative',
        'ephemeral',
        7,
      ]);
    }
  });

  test('a run that is closed and not sealed yet is incomplete, and sealing twice gives the same files', async () => {
    const bundle = await makeClosedBundle(folder, bruno);
    expect(codesOf(await verifyBundle(bundle.directory))).toEqual(['statement statement-missing']);
    await sealBundle(bundle, bruno);
    const first = editing(bundle).read('statement.json');
    await sealBundle(bundle, bruno);
    expect(editing(bundle).read('statement.json')).toBe(first);
    expect((await verifyBundle(bundle.directory, { allowedSigners: trust(folder, bruno) })).verdict).toBe(
      'verified',
    );
  });

  test('another version of the renderer is not comparable, and never altered', async () => {
    const bundle = await makeClosedBundle(folder, bruno);
    await sealBundle(bundle, bruno, {
      ...stages,
      renderer: '0',
      render: record => ({ ...stages.render(record), html: 'autre' }),
    });
    const verdict = await verifyBundle(bundle.directory, { allowedSigners: trust(folder, bruno) });
    expect([verdict.verdict, verdict.findings]).toEqual([
      'not-comparable',
      [{ layer: 'transcript', code: 'not-comparable', params: { renderer: '0', own: stages.renderer } }],
    ]);
  });

  test.each([
    [
      'the renderer',
      { renderer: '0' },
      {},
      ['replay replay-not-comparable', 'transcript not-comparable'],
      '0.1.0 / 0',
    ],
    ['the runner', {}, { runner: '0.2.0' }, ['replay replay-not-comparable'], `0.1.0 / ${stages.renderer}`],
  ])(
    'a journal that %s of another version allowed is not comparable, and never altered',
    async (_name, theirs, own, codes, made) => {
      const bundle = await makeClosedBundle(folder, bruno);
      editing(bundle).lines(lines =>
        rechain(lines, events => events.filter(event => event.type !== 'item-confirmed')),
      );
      const credulous = (record: Parameters<typeof stages.replay>[0]) => ({
        ...stages.replay(record),
        illegality: undefined,
      });
      await sealBundle(bundle, bruno, { ...stages, ...theirs, replay: credulous });
      const options = { allowedSigners: trust(folder, bruno), ...own };
      const verdict = await verifyBundle(bundle.directory, options);
      expect([verdict.verdict, codesOf(verdict), verdict.findings[0]?.params.made]).toEqual([
        'not-comparable',
        codes,
        made,
      ]);
      const failing: typeof stages = {
        ...stages,
        replay: () => {
          throw new Error('no such step');
        },
      };
      const failed = await verifyBundle(bundle.directory, options, failing);
      expect([failed.verdict, codesOf(failed)[0]]).toEqual([
        'not-comparable',
        'replay replay-not-comparable',
      ]);
    },
  );

  test('the statement is an in-toto Statement v1 in canonical JSON, and its subjects are all that was there', async () => {
    const text = editing(reference).read('statement.json');
    const statement = JSON.parse(text);
    expect(`${canonicalJson(statement)}\n`).toBe(text);
    expect(statement._type).toBe('https://in-toto.io/Statement/v1');
    expect(
      statement.subject.map((subject: { name: string }) => subject.name.replace(/[0-9a-f]{12}-/, '')),
    ).toEqual([
      'evidence/photo.png',
      'journal.jsonl',
      'outputs/saluer-1.log',
      'source/plan é.md',
      'transcript.html',
      'transcript.json',
      'transcript.md',
      'verify.sh',
    ]);
    const { head, ...predicate } = statement.predicate;
    expect(predicate).toEqual({
      run: '20260101-000000-abcdef',
      title: 'Essai',
      mode: 'drill',
      target: 'sandbox',
      openedAt: '2026-01-01T00:00:01.000Z',
      closedAt: '2026-01-01T00:00:12.000Z',
      outcome: 'passed',
      entries: 12,
      operator: 'bruno',
      signer: 'bruno',
      requiredSigners: [{ role: 'pilote', holders: ['bruno'] }],
      ephemeral: false,
      clock: 'declared',
      runner: '0.1.0',
      renderer: stages.renderer,
    });
    expect(head).toBe(readJournal(Buffer.from(editing(reference).read('journal.jsonl'))).head);
  });

  test('verify.sh is short', () => {
    expect(editing(reference).read('verify.sh').trimEnd().split('\n').length).toBeLessThanOrEqual(130);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../runner/effects/bundle.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import type { Event, Person } from '../../runner/journal/event.ts';
import { resumeRun } from '../../runner/resume.ts';
import { sealPath } from '../../runner/seal/layout.ts';
import { readStatement, type Statement, writeStatement } from '../../runner/seal/statement.ts';
import type { Verdict } from '../../runner/seal/verdict.ts';
import { sealBundle } from '../../runner/seal.ts';
import { type Stages, stages } from '../../runner/stages.ts';
import { verifyBundle } from '../../runner/verify.ts';
import {
  copyBundle,
  editing,
  makeBundle,
  makeSigner,
  rechain,
  type Timed,
  trust,
  workFolder,
} from './reference.ts';

let folder: string;
let bruno: Signer;
let reference: Bundle;
beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  reference = await makeBundle(folder, bruno);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The stages of somebody who took the guard out. */
const credulous: Stages = {
  ...stages,
  replay: record => ({ ...stages.replay(record), illegality: undefined }),
};

type Forge = (events: readonly Timed[]) => readonly Timed[];

/** The reference bundle with another journal, chained, rendered and signed again by its own signer. */
async function forged(forge: Forge): Promise<Bundle> {
  const copy = copyBundle(folder, reference);
  editing(copy).lines(lines => rechain(lines, forge));
  await sealBundle(copy, bruno, credulous);
  return copy;
}

const dropping =
  (type: Timed['type']): Forge =>
  events =>
    events.filter(event => event.type !== type);

/** Members put into the events of one type; what is no event any more would not be chained. */
const altering =
  (type: Timed['type'], members: object): Forge =>
  events =>
    events.map(event => (event.type === type ? Object.assign({}, event, members) : event));

const inserting =
  (at: number, event: Event): Forge =>
  events =>
    events.toSpliced(at, 0, { ...event, at: events[at]?.at ?? '' });

const twice =
  (type: Timed['type']): Forge =>
  events =>
    events.flatMap((event): readonly Timed[] => (event.type === type ? [event, event] : [event]));

const by = { id: 'bruno', role: 'pilote' };
const chloe = { id: 'chloe', role: 'observateur' };
const eve = { id: 'eve' };
const resumedBy = (operator: Person): Event => ({
  type: 'run-resumed',
  operator,
  voice: 'typed',
  host: 'ici',
  runner: '0.1.0',
});

const forgeries: readonly (readonly [string, Forge, number, string, string])[] = [
  ['an outcome without its intent', dropping('step-intended'), 4, 'step-started saluer', 'no-intent'],
  [
    'another code than the source’s',
    altering('step-intended', { code: 'c'.repeat(64) }),
    4,
    'step-intended saluer',
    'code-differs',
  ],
  [
    'another digest of the files',
    altering('run-opened', { digest: 'd'.repeat(64) }),
    1,
    'run-opened',
    'opening-differs',
  ],
  [
    'a failure that nobody decided on',
    altering('step-finished', { outcome: 'failed' }),
    8,
    'manual-presented regarder',
    'not-offered',
  ],
  [
    'another outcome of the run',
    altering('run-closed', { outcome: 'abandoned' }),
    12,
    'run-closed',
    'close-differs',
  ],
  ['a section that was not entered', dropping('section-entered'), 2, 'step-intended saluer', 'not-offered'],
  [
    'a manual step before the cell that it comes after',
    events =>
      [...events.slice(0, 3), ...events.slice(7, 11), ...events.slice(3, 7), ...events.slice(11)].map(
        (event, index) => ({ ...event, at: events[index]?.at ?? event.at }),
      ),
    4,
    'manual-presented regarder',
    'not-offered',
  ],
  ['an item that nobody confirmed', dropping('item-confirmed'), 10, 'step-confirmed regarder', 'not-offered'],
  [
    'an operator who holds no role',
    events => altering('run-closed', { by: eve })(altering('run-opened', { operator: eve })(events)),
    1,
    'run-opened',
    'wrong-person',
  ],
  [
    'an item confirmed by somebody who holds no role',
    altering('item-confirmed', { by: eve }),
    9,
    'item-confirmed regarder',
    'wrong-person',
  ],
  [
    'an item confirmed by another holder than the operator',
    altering('item-confirmed', { by: chloe }),
    9,
    'item-confirmed regarder',
    'wrong-person',
  ],
  [
    'an operator in a role that is not theirs',
    altering('step-confirmed', { by: { id: 'bruno', role: 'observateur' } }),
    11,
    'step-confirmed regarder',
    'wrong-person',
  ],
  [
    'a confirmation for somebody whom the runbook does not know',
    altering('step-confirmed', { by: { ...by, declaredFor: 'eve' } }),
    11,
    'step-confirmed regarder',
    'wrong-person',
  ],
  [
    'evidence of somebody whom the runbook does not know',
    altering('evidence-attached', { by: eve }),
    10,
    'evidence-attached regarder',
    'wrong-person',
  ],
  [
    'a note of somebody whom the runbook does not know',
    inserting(7, { type: 'note-added', text: 'tout va bien', by: eve }),
    8,
    'note-added',
    'wrong-person',
  ],
  [
    'a note that corrects a later entry',
    inserting(7, { type: 'note-added', text: 'tout va bien', by, corrects: 9 }),
    8,
    'note-added',
    'nothing-to-correct',
  ],
  [
    'a resumption by another person, whom nobody handed the run to',
    inserting(7, resumedBy(chloe)),
    8,
    'run-resumed',
    'wrong-person',
  ],
  [
    'a handover in the middle of a step',
    inserting(5, { type: 'run-handed-over', from: by, to: chloe, voice: 'typed' }),
    7,
    'output-written saluer',
    'out-of-place',
  ],
  [
    'a skip without a reason',
    inserting(3, { type: 'step-skipped', step: 'saluer', cause: 'operator', reason: ' ', by }),
    4,
    'step-skipped saluer',
    'no-reason',
  ],
  [
    'a skip by nobody',
    inserting(3, { type: 'step-skipped', step: 'saluer', cause: 'operator', reason: 'inutile' }),
    4,
    'step-skipped saluer',
    'no-reason',
  ],
  [
    'work by hand without a reason',
    inserting(3, { type: 'step-done-by-hand', step: 'saluer', by, voice: 'typed', reason: '', exports: {} }),
    4,
    'step-done-by-hand saluer',
    'no-reason',
  ],
  ['a step that finished twice', twice('step-finished'), 8, 'step-finished saluer', 'no-intent'],
  [
    'an attempt that jumps',
    altering('step-intended', { attempt: 2 }),
    4,
    'step-intended saluer',
    'not-offered',
  ],
  ['an item confirmed twice', twice('item-confirmed'), 10, 'item-confirmed regarder', 'not-offered'],
  [
    'a name that was typed for no target',
    altering('step-intended', { by, typedName: 'base' }),
    4,
    'step-intended saluer',
    'not-confirmed',
  ],
  [
    'another sum of the output than that of what was printed',
    altering('step-finished', { output: { bytes: 8, lines: 1, sha256: 'e'.repeat(64) } }),
    7,
    'step-finished saluer',
    'output-differs',
  ],
];

describe('a journal that no run can write, by the signer’s own key', () => {
  test.each(forgeries)('%s', async (_name, forge, line, entry, reason) => {
    const bundle = await forged(forge);
    const options = { allowedSigners: trust(folder, bruno) };
    const verdict = await verifyBundle(bundle.directory, options);
    expect([verdict.verdict, verdict.findings]).toEqual([
      'tampered',
      [{ layer: 'journal', code: 'journal-illegal', params: { line, entry, reason } }],
    ]);
    // Nothing else tells it: without the guard the same bundle is verified.
    expect((await verifyBundle(bundle.directory, options, credulous)).verdict).toBe('verified');
    await expect(sealBundle(bundle, bruno)).rejects.toMatchObject({
      code: 'journal-illegal',
      params: { line, entry, problem: reason },
    });
  });

  test('is not gone on with either, and nothing is written to it', async () => {
    const copy = copyBundle(folder, reference);
    editing(copy).remove('statement.json');
    editing(copy).lines(lines => rechain(lines, dropping('step-intended')).slice(0, 5));
    const before = editing(copy).read('journal.jsonl');
    const resumed = resumeRun({
      path: copy.directory,
      helm: () => Promise.reject(new Error('nobody is asked')),
      runner: '0.1.0',
      acceptChanges: false,
      undo: false,
    });
    await expect(resumed).rejects.toMatchObject({ code: 'journal-illegal', params: { line: 4 } });
    expect(editing(copy).read('journal.jsonl')).toBe(before);
  });

  test('a clock that went back is noted once, and accuses nobody', async () => {
    const back = '2025-12-31T00:00:00.000Z';
    const bundle = await forged(events =>
      events.map((event, index) => (index === 4 || index === 6 ? { ...event, at: back } : event)),
    );
    const verdict = await verifyBundle(bundle.directory, { allowedSigners: trust(folder, bruno) });
    expect([verdict.verdict, verdict.findings]).toEqual([
      'verified',
      [{ layer: 'journal', code: 'clock-went-back', params: { line: 5, more: 1 } }],
    ]);
  });

  test('one that could have been stays possible, as the documentation says', async () => {
    const bundle = await forged(altering('output-written', { text: 'bonsoir\n' }));
    const verdict = await verifyBundle(bundle.directory, { allowedSigners: trust(folder, bruno) });
    expect([verdict.verdict, verdict.findings]).toEqual(['verified', []]);
  });
});

/** What Reprise finds, and what `verify.sh` says and ends with. */
async function judge(bundle: Bundle): Promise<[Verdict, string, number | null]> {
  const allowedSigners = trust(folder, bruno);
  const verdict = await verifyBundle(bundle.directory, { allowedSigners });
  const script = spawnSync('dash', [editing(bundle).at('verify.sh'), allowedSigners], { encoding: 'utf8' });
  return [verdict, script.stdout, script.status];
}

const codesOf = ({ findings }: Verdict): string[] => findings.map(({ layer, code }) => `${layer} ${code}`);

async function restated(copy: Bundle, change: (statement: Statement) => Statement): Promise<void> {
  const statement = readStatement(Buffer.from(editing(copy).read('statement.json')));
  if (statement === undefined) throw new Error('the reference has a statement');
  const text = writeStatement(change(statement));
  editing(copy).write('statement.json', text);
  editing(copy).write(sealPath('bruno'), await bruno.sign(Buffer.from(text)));
}

const added: readonly (readonly [string, string, string | undefined, string])[] = [
  ['a name with a line feed', 'evidence/a\nb', '', 'bundle not-a-file'],
  ['an empty folder whose name has a line feed', 'a\nb', undefined, 'bundle not-a-file'],
  ['a name with an escape', 'evidence/a\u001b[2Jb', '', 'bundle not-a-file'],
  ['a name with a C1 control', 'evidence/a\u009bb', '', 'bundle not-a-file'],
  ['a name that reads backwards', 'evidence/a\u202eb', '', 'bundle not-a-file'],
  ['a name with a byte order mark', 'evidence/a\ufeffb', '', 'bundle not-a-file'],
  ['a name with a soft hyphen', 'evidence/a\u00adb', '', 'bundle not-a-file'],
  ['a name with a vowel separator', 'evidence/a\u180eb', '', 'bundle not-a-file'],
  ['a name with an annotation mark', 'evidence/a\ufff9b', '', 'bundle not-a-file'],
  ['an empty folder whose name has a tag character', 'a\u{e0041}', undefined, 'bundle not-a-file'],
  ['a name with a backslash', 'evidence/a\\b', '', 'bundle not-a-file'],
  ['a seal that is nobody’s', 'seals/a b.sig', '', 'statement subject-unlisted'],
  ['another file of a known name elsewhere', 'evidence/lock', '', 'statement subject-unlisted'],
  ['much in the lock', 'lock', 'x'.repeat(5000), 'bundle unlisted-too-large'],
  ['much in the reserve', 'reserve', 'x'.repeat(1_049_000), 'bundle unlisted-too-large'],
  ['much in the recorded keys', 'allowed_signers', '#'.repeat(66_000), 'bundle unlisted-too-large'],
];

describe('what no statement names', () => {
  test.each(added)('%s', async (_name, path, content, code) => {
    const copy = copyBundle(folder, reference);
    if (content === undefined) mkdirSync(editing(copy).at(path));
    else editing(copy).write(path, content);
    const [verdict, said, status] = await judge(copy);
    expect([verdict.verdict, codesOf(verdict)[0], status]).toEqual(['tampered', code, 5]);
    expect(said).not.toMatch(/[\u001b\u009b\u202e]/);
  });

  test('a lock that a dead process left, and a reserve, are what they may be', async () => {
    const copy = copyBundle(folder, reference);
    editing(copy).write('lock', '{"pid":1,"host":"ici","since":"2026-01-01T00:00:00.000Z"}\n');
    editing(copy).write('reserve', Buffer.alloc(1_048_576));
    const [verdict, , status] = await judge(copy);
    expect([verdict.verdict, verdict.findings, status]).toEqual(['verified', [], 0]);
  });
});

test('what the script says of a hostile statement moves no cursor', async () => {
  const copy = copyBundle(folder, reference);
  const text = editing(copy)
    .read('statement.json')
    .replace('"name":"outputs/', '"name":"\u001b[2J\u009b2J\u0007outputs/');
  editing(copy).write('statement.json', text);
  editing(copy).write(sealPath('bruno'), await bruno.sign(Buffer.from(text)));
  const [verdict, said, status] = await judge(copy);
  expect([verdict.verdict, codesOf(verdict), status]).toEqual([
    'tampered',
    ['statement statement-unreadable'],
    5,
  ]);
  expect(said).toContain('[2J');
  expect(said).not.toMatch(/[\u001b\u009b\u0007]/);
});

describe('a statement', () => {
  test('that lists a file twice, signed', async () => {
    const copy = copyBundle(folder, reference);
    await restated(copy, statement => ({
      ...statement,
      subject: [...statement.subject, ...statement.subject.slice(0, 1)],
    }));
    const [verdict, said, status] = await judge(copy);
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'tampered',
      ['statement subject-repeated'],
      5,
    ]);
    expect(said).toContain('statement.json');
  });

  test('that lists a file twice with two digests, signed', async () => {
    const copy = copyBundle(folder, reference);
    await restated(copy, statement => ({
      ...statement,
      subject: statement.subject.flatMap(each => [{ ...each, digest: { sha256: 'e'.repeat(64) } }, each]),
    }));
    const [verdict, said, status] = await judge(copy);
    expect([verdict.verdict, codesOf(verdict)[0], status]).toEqual([
      'tampered',
      'statement subject-repeated',
      5,
    ]);
    expect(said).toContain('statement.json');
  });

  test.each([
    ['a digest', (text: string) => text.replace(/"sha256":"./, '"sha256":"0')],
    ['a name', (text: string) => text.replace('"outputs/', '"output_/')],
    ['the title', (text: string) => text.replace('Essai', 'Essay')],
    ['the head', (text: string) => text.replace(/"head":"./, '"head":"x')],
  ])('in which %s was changed is blamed itself, and no other file', async (_name, change) => {
    const copy = copyBundle(folder, reference);
    editing(copy).edit('statement.json', change);
    const [verdict, said, status] = await judge(copy);
    const own = /^(statement statement-|seal )/;
    expect([verdict.verdict, codesOf(verdict).filter(code => !own.test(code)), status]).toEqual([
      'tampered',
      [],
      5,
    ]);
    expect(codesOf(verdict)[0]).toMatch(/^statement statement-/);
    expect(said).toContain('TAMPERED: statement.json');
  });

  test.each<[string, (text: string) => string]>([
    ['says who signs twice', text => text.replace('"signer":', '"signer":"chloe","signer":')],
    ['has a space', text => text.replace('{', '{ ')],
    ['has no line feed', text => text.trimEnd()],
    ['has a second line', text => `${text}{}\n`],
    ['has an escape too many', text => text.replace('"title":"E', '"title":"\\u0045')],
    ['lacks a member', text => text.replace('"ephemeral":false,', '')],
    ['has a member more', text => text.replace('"signer":', '"sign":true,"signer":')],
    ['is of another kind', text => text.replace('urn:reprise:transcript:v1', 'urn:reprise:addendum:v1')],
    ['lists a file with a member more', text => text.replace('},"name"', '},"mode":1,"name"')],
    ['has another order', text => text.replace(/("entries":\d+),("ephemeral":false)/, '$2,$1')],
    ['gives another outcome', text => text.replace('"outcome":"passed"', '"outcome":"failed"')],
    ['counts other entries', text => text.replace('"entries":12', '"entries":13')],
    ['gives another title', text => text.replace('"title":"Essai"', '"title":"Essay"')],
    ['gives another mode', text => text.replace('"mode":"drill"', '"mode":"real"')],
    ['gives another end', text => text.replace(/("closedAt":"....)/, '$19')],
    ['gives another operator', text => text.replace('"operator":"bruno"', '"operator":"chloe"')],
    ['gives another run', text => text.replace(/("run":"....)-?/, '$19')],
  ])('that %s, signed by the operator, is refused by both', async (_what, change) => {
    const copy = copyBundle(folder, reference);
    const text = change(editing(copy).read('statement.json'));
    expect(text).not.toBe(editing(copy).read('statement.json'));
    editing(copy).write('statement.json', text);
    editing(copy).write(sealPath('bruno'), await bruno.sign(Buffer.from(text)));
    const [verdict, said, status] = await judge(copy);
    expect([verdict.verdict, status]).toEqual(['tampered', 5]);
    expect(codesOf(verdict)[0]).toMatch(/^statement statement-(unreadable|disagrees)$/);
    expect(said).toContain('TAMPERED: statement.json: ');
  });

  test.each<[string, (text: string) => string]>([
    ['a line feed more', text => `${text}\n`],
    ['an empty line', text => text.replace('\n', '\n\n')],
    ['lines of another length', text => text.replace(/(.{64})\n/, '$1=\n')],
    ['a line cut in two', text => text.replace(/\n(.{30})/, '\n$1\n')],
    ['carriage returns', text => text.replaceAll('\n', '\r\n')],
    ['itself a second time', text => text + text],
    ['bits that no byte has', text => text.replace(/.(=+)\n-/, 'x$1\n-')],
  ])('whose seal has %s is refused by both', async (_what, change) => {
    const copy = copyBundle(folder, reference);
    const text = change(editing(copy).read(sealPath('bruno')));
    editing(copy).write(sealPath('bruno'), text);
    const [verdict, said, status] = await judge(copy);
    expect([verdict.verdict, codesOf(verdict)[0], status]).toEqual(['tampered', 'seal seal-unreadable', 5]);
    expect(said).toContain('TAMPERED: seals/bruno.sig');
  });

  test('that claims another renderer is blamed too, though nothing else can be compared', async () => {
    const copy = copyBundle(folder, reference);
    editing(copy).edit('statement.json', text => text.replace(/"renderer":"[^"]*"/, '"renderer":"0"'));
    const [verdict, , status] = await judge(copy);
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'tampered',
      [
        'statement statement-altered',
        'transcript not-comparable',
        'seal seal-bad',
        'seal required-seal-missing',
      ],
      5,
    ]);
  });

  test('whose seal was made for another one, while it is what the bundle gives: the seal is blamed', async () => {
    const copy = copyBundle(folder, reference);
    editing(copy).write(sealPath('bruno'), await bruno.sign(Buffer.from('autre chose')));
    const [verdict, , status] = await judge(copy);
    expect([verdict.verdict, codesOf(verdict), status]).toEqual([
      'tampered',
      ['seal seal-bad', 'seal required-seal-missing'],
      5,
    ]);
  });
});

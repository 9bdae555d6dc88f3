import type { Event, Fact, Reason } from '../../runner/journal/event.ts';

const sha256 = 'a'.repeat(64);
const by = { id: 'alice@example.org', role: 'operateur', declaredFor: 'bob@example.org' };
const output = { bytes: 12, lines: 1, file: 'outputs/base-1.log', sha256 };

const reasons: readonly Reason[] = [
  { code: 'exit', exit: 3 },
  { code: 'signal', signal: 'SIGKILL' },
  { code: 'error', message: 'non', stack: 'at 1' },
  { code: 'check-false', detail: 'ok = false' },
  { code: 'timeout', after: 1000 },
  { code: 'interrupted' },
  { code: 'kernel-died', exit: 1, signal: 'SIGSEGV' },
  { code: 'crashed' },
  { code: 'refused', fault: 'target-not-empty', params: { resource: 'base', relations: 3 } },
];

const facts: readonly Fact[] = [
  {
    kind: 'backup-used',
    resource: 'base',
    id: '20260101',
    takenAt: '2026-01-01T00:00:00Z',
    bytes: 10,
    sha256,
    checks: ['pg_restore'],
  },
  { kind: 'backup-rejected', resource: 'base', id: '20260102', reason: 'tronquée' },
  { kind: 'finding', severity: 'major', text: 'rôle absent' },
  { kind: 'verification', title: 'lignes', expected: '3', found: '3', ok: true },
  { kind: 'data-loaded', resource: 'base', what: 'conventions', personal: true },
  { kind: 'data-erased', resource: 'base', what: 'conventions' },
  { kind: 'access-granted', resource: 'base', who: 'alice' },
  { kind: 'requests-retried', resource: 'plateforme', refusal: '429', requests: 3, waited: 45_000 },
];

/** At least one event of each type, with every member that it may have. */
export const samples: { readonly [T in Event['type']]: readonly Extract<Event, { type: T }>[] } = {
  'run-opened': [
    {
      type: 'run-opened',
      format: 1,
      run: '20260101-000000-abcdef',
      title: 'Reprise',
      lang: 'fr',
      files: [{ path: 'plan.md', role: 'runbook', bytes: 3, sha256 }],
      digest: sha256,
      runner: '0.1.0',
      node: 'v20.19.0',
      platform: 'linux x64',
      target: 'sandbox',
      mode: 'drill',
      embedded: true,
      dry: false,
      inputs: { noms: ['é', 1, true, null, { a: 1 }] },
      operator: by,
      voice: 'scripted',
      t0: '2026-01-01T00:00:00+01:00',
      signer: { principal: 'alice@example.org', publicKey: 'ssh-ed25519 AAAA', ephemeral: true },
      commit: { id: 'abc', dirty: false },
      selection: { from: 'a', until: 'b', only: ['a'] },
      faults: ['dns-slow'],
    },
  ],
  'run-resumed': [
    {
      type: 'run-resumed',
      operator: by,
      voice: 'typed',
      host: 'h',
      runner: '0.1.0',
      signer: { principal: 'bob', publicKey: 'ssh-ed25519 BBBB', ephemeral: false },
      faults: ['redis-down', 's3-slow-down'],
    },
  ],
  'change-accepted': [{ type: 'change-accepted', by, files: [], digest: sha256, diff: '-a\n+b' }],
  'journal-recovered': [{ type: 'journal-recovered', bytes: 3, sha256 }],
  'run-paused': (['asked', 'interrupted', 'no-answer', 'failed'] as const).map(cause => ({
    type: 'run-paused',
    by,
    cause,
  })),
  'clock-marked': [{ type: 'clock-marked', mark: 'start', id: 'clock-1' }],
  'section-entered': [{ type: 'section-entered', slug: 'base', title: 'Base', depth: 2, item: 'site-a' }],
  'step-skipped': (['condition', 'operator', 'selection', 'dry'] as const).map(cause => ({
    type: 'step-skipped',
    step: 'a',
    cause,
    reason: 'sans objet',
    by,
  })),
  'step-intended': [
    {
      type: 'step-intended',
      step: 'a',
      attempt: 1,
      code: sha256,
      fingerprint: {
        resource: 'base',
        kind: 'postgres',
        name: 'apilos',
        facts: { version: 15, recovery: false, host: 'h' },
        empty: false,
        marker: '20260101-000000-abcdef',
      },
      by,
      typedName: 'apilos',
    },
  ],
  'step-started': [{ type: 'step-started', step: 'a', attempt: 1, pid: 42 }],
  'output-written': (['stdout', 'stderr'] as const).map(stream => ({
    type: 'output-written',
    step: 'a',
    attempt: 1,
    stream,
    text: 'bonjour \u0000 « é » 😀\n',
  })),
  'fact-recorded': facts.map(fact => ({ type: 'fact-recorded', step: 'a', attempt: 1, fact })),
  'step-finished': (['passed', 'failed'] as const).map(outcome => ({
    type: 'step-finished',
    step: 'a',
    attempt: 1,
    outcome,
    reason: { code: 'exit', exit: 1 },
    exports: { tables: { value: 3 }, jeton: { secret: true } },
    output,
    duration: 12.5,
    polls: { count: 2, first: 'non', last: 'oui' },
  })),
  'step-doubted': reasons.map(reason => ({ type: 'step-doubted', step: 'a', attempt: 1, reason, output })),
  'doubt-settled': [
    ...(['done', 'not-done', 'redo'] as const).map(as => ({
      type: 'doubt-settled' as const,
      step: 'a',
      as,
      by,
      reason: 'vu',
      exports: {},
    })),
    { type: 'doubt-settled', step: 'a', as: 'done', by: { check: 'b' }, reason: '', exports: {} },
  ],
  'manual-presented': [{ type: 'manual-presented', step: 'm', role: 'directeur' }],
  'item-confirmed': [{ type: 'item-confirmed', step: 'm', item: 0, by, voice: 'typed' }],
  'step-confirmed': [{ type: 'step-confirmed', step: 'm', by, voice: 'typed', remark: 'fait' }],
  'step-done-by-hand': [
    { type: 'step-done-by-hand', step: 'a', by, voice: 'typed', reason: 'r', exports: { n: { value: 'x' } } },
  ],
  'input-probed': [{ type: 'input-probed', input: 'i', step: 'p', answer: 'oui', used: true }],
  'teardown-asked': [{ type: 'teardown-asked', scope: 'end', by, voice: 'typed' }],
  'approval-asked': [
    { type: 'approval-asked', step: 'a', role: 'directeur', challenge: 'reprise-approval-1.x' },
  ],
  'approval-refused': [
    {
      type: 'approval-refused',
      step: 'a',
      by,
      voice: 'typed',
      fault: 'approval-foreign',
      params: { step: 'a' },
    },
  ],
  'step-approved': [
    {
      type: 'step-approved',
      step: 'a',
      by,
      voice: 'typed',
      challenge: 'reprise-approval-1.x',
      signed: { key: 'SHA256:x', signature: '-----BEGIN SSH SIGNATURE-----\n', signers: sha256 },
    },
    { type: 'step-approved', step: 'a', by, voice: 'scripted', challenge: 'reprise-approval-1.x' },
  ],
  'run-handed-over': [{ type: 'run-handed-over', from: by, to: { id: 'carol' }, voice: 'typed' }],
  'time-stamped': (['start', 'end'] as const).map(mark => ({
    type: 'time-stamped',
    mark,
    head: sha256,
    file: 'timestamps/start.tsr',
    bytes: 3,
    sha256,
    authority: 'https://tsa.example',
    policy: '1.2.3.4.1',
    stampedAt: '2026-01-01T00:00:00Z',
  })),
  'time-stamp-failed': [
    {
      type: 'time-stamp-failed',
      mark: 'start',
      authority: 'https://tsa.example',
      fault: 'timestamp-unreachable',
      params: { error: 'x' },
    },
  ],
  'retry-asked': [{ type: 'retry-asked', step: 'a', by }],
  'evidence-attached': [
    {
      type: 'evidence-attached',
      step: 'm',
      name: 'photo.png',
      file: 'evidence/aaaa-photo.png',
      bytes: 3,
      sha256,
      media: 'image/png',
      by,
    },
  ],
  'note-added': [{ type: 'note-added', step: 'm', text: 'note', by, corrects: 3 }],
  'run-closed': (['passed', 'passed-with-reservations', 'failed', 'abandoned'] as const).map(outcome => ({
    type: 'run-closed',
    outcome,
    by,
  })),
  'addendum-opened': [
    {
      type: 'addendum-opened',
      run: 'r1',
      number: 2,
      sealed: 'a'.repeat(64),
      previous: 'b'.repeat(64),
      by,
      voice: 'typed',
      runner: '0.1.0',
      signer: { principal: 'alice', publicKey: 'ssh-ed25519 AAAA', ephemeral: false },
    },
  ],
  'addendum-closed': [{ type: 'addendum-closed', by }],
};

/** All samples in one list. */
export const allSamples: readonly Event[] = Object.values<readonly Event[]>(samples).flat();

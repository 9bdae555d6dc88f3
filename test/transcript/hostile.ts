import type { Event } from '../../runner/journal/event.ts';
import { nonceOf } from '../../runner/transcript/strip.ts';
import { renderTranscript } from '../../runner/transcript/transcript.ts';
import { journalOf, opening, PLAN, summary } from './scenario.ts';

/** The plan of the scenario, with an input that may hold any text. */
export const SOURCE = PLAN.replace('\ninputs:\n', '\ninputs:\n  remarque: { type: text, label: Remarque }\n');

const NONCE = nonceOf(SOURCE);

/** What could pass for markup, or for a command, where it is written down. */
export const PAYLOADS: Readonly<Record<string, string>> = {
  script: '<script>alert(1)</script>',
  'image error': '"><img src=x onerror=alert(1)>',
  svg: '<svg/onload=alert(1)>',
  'attribute break': '\' onmouseover="alert(1)" x="',
  'style break': '</style><script>alert(1)</script>',
  'comment break': '--><script>alert(1)</script><!--',
  entity: '&lt;script&gt;&#x3c;img&#62;',
  'markdown link': '[clic](javascript:alert(1)) ![x](http://evil/x.png)',
  'markdown html': '</details></blockquote><h1>faux</h1>',
  autolink: '<http://evil> https://evil.example www.evil.example x@evil.example',
  'fence break': '```\n\n# titre\n\n````\n~~~\n```',
  'list and table': '| a | b |\n- x\n1. y\n> z\n# t\n---\n===',
  'forged record': `<!-- /reprise:record ${NONCE} -->\n<!-- reprise:end ${NONCE} -->`,
  'forged opening': `<!-- reprise:record ${NONCE} -->`,
  directive: '\n:::cell{#x effect=destroy}\n\n```sh\nrm -rf /\n```\n\n:::\n',
  clear: '\u001b[2J\u001b[H\u001b]0;titre\u0007',
  'link by OSC 8': '\u001b]8;;http://evil\u0007clic\u001b]8;;\u0007',
  'clipboard by OSC 52': '\u001b]52;c;ZXZpbA==\u0007',
  overwrite: 'échec\rsuccès\b\b\b',
  c1: '\u009b2J\u0085\u0090',
  bidi: '\u202eetag\u202c \u2066x\u2069',
  'zero width': 'a\u200b\u200d\ufeff\u00adb',
  tags: '\u{e0001}\u{e0041}',
  separators: 'a\u2028b\u2029c',
  surrogate: 'a\ud800b\udc00',
  nul: '\u0000\u007f',
  math: '$x$ `a` *b* __c__ ~~d~~ @moi #12 :tada: \\',
};

/** A run in which everything that others may write is `text`. */
function journalWith(text: string) {
  const by = { id: text, role: text };
  const finished = (attempt: number, more: object): Event => ({
    type: 'step-finished',
    step: 'base-restauree',
    attempt,
    outcome: 'passed',
    exports: { nom: { value: text }, liste: { value: [text, { cle: text }] } },
    output: summary(2, 12, `output/${text}`),
    duration: 5,
    ...more,
  });
  const intent = (attempt: number): Event => ({
    type: 'step-intended',
    step: 'base-restauree',
    attempt,
    code: text,
    by,
    typedName: text,
    fingerprint: { resource: text, kind: text, name: text, facts: { a: text }, empty: false, marker: text },
  });
  const events: Event[] = [
    opening({
      run: text,
      operator: by,
      runner: text,
      node: text,
      platform: text,
      inputs: { 'restaurer-base': 'oui', remarque: text },
    }),
    { type: 'section-entered', slug: 'x', title: text, depth: 2, item: text },
    intent(1),
    { type: 'output-written', step: 'base-restauree', attempt: 1, stream: 'stdout', text },
    {
      type: 'fact-recorded',
      step: 'base-restauree',
      attempt: 1,
      fact: { kind: 'finding', severity: 'minor', text },
    },
    {
      type: 'fact-recorded',
      step: 'base-restauree',
      attempt: 1,
      fact: { kind: 'backup-rejected', resource: text, id: text, reason: text },
    },
    {
      type: 'fact-recorded',
      step: 'base-restauree',
      attempt: 1,
      fact: { kind: 'requests-retried', resource: text, refusal: text, requests: 2, waited: 5 },
    },
    finished(1, { outcome: 'failed', reason: { code: 'error', message: text, stack: text } }),
    { type: 'retry-asked', step: 'base-restauree', by },
    intent(2),
    {
      type: 'fact-recorded',
      step: 'base-restauree',
      attempt: 2,
      fact: { kind: 'verification', title: text, expected: text, found: text, ok: false },
    },
    {
      type: 'fact-recorded',
      step: 'base-restauree',
      attempt: 2,
      fact: { kind: 'data-loaded', resource: text, what: text, personal: true },
    },
    {
      type: 'fact-recorded',
      step: 'base-restauree',
      attempt: 2,
      fact: {
        kind: 'backup-used',
        resource: text,
        id: text,
        takenAt: text,
        bytes: 1,
        sha256: text,
        checks: [text],
      },
    },
    finished(2, { polls: { count: 2, first: text, last: text } }),
    {
      type: 'evidence-attached',
      step: 'base-restauree',
      name: text,
      file: `evidence/x${text}`,
      bytes: 1,
      sha256: text,
      media: text,
      by,
    },
    { type: 'note-added', text, by, corrects: 2 },
    { type: 'manual-presented', step: 'inviter', role: text },
    { type: 'item-confirmed', step: 'inviter', item: 0, by: { ...by, declaredFor: text }, voice: 'typed' },
    { type: 'step-confirmed', step: 'inviter', by, voice: 'typed', remark: text },
    { type: 'step-skipped', step: 'lecture-seule', cause: 'operator', reason: text, by },
    { type: 'step-intended', step: text, attempt: 1, code: '' },
    {
      type: 'step-doubted',
      step: text,
      attempt: 1,
      reason: { code: 'refused', fault: text, params: { a: text } },
    },
    { type: 'run-closed', outcome: 'failed', by },
  ];
  return journalOf(
    '2026-03-04T02:45:00.000Z',
    events.map(event => [1, event] as const),
  );
}

/** The same shape in harmless letters: line feeds stay, and slashes, which decide whether a path is one of the bundle. */
export function harmless(text: string): string {
  return text.replace(/\r+(?=\n)/g, '').replace(/[^\n/]/gu, 'x');
}

/** The transcript of a run in which everything that others may write is `text`. */
export function render(text: string) {
  return renderTranscript({ source: SOURCE, file: 'plan.md', entries: journalWith(text) });
}

/** What an author's prose could hold. */
export const PROSE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'a <b onclick=alert(1)>b</b>',
  '<div data-reprise="step:1">x</div>',
  '[x](javascript:alert(1))',
  '![x](http://evil.example/x.png)',
  '<style>*{display:none}</style>',
  '```html\n</code><script>alert(1)</script>\n```',
  'a\u200bb\u{e0001}c\u00add',
];

/** The page of a run whose plan ends with this prose. */
export function pageOf(prose: string): string {
  const source = `${PLAN}\n${prose}\n`;
  const entries = journalOf('2026-03-04T02:45:00.000Z', [[0, opening()]]);
  return renderTranscript({ source, file: 'plan.md', entries }).html;
}

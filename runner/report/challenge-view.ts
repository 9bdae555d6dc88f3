/*
 * What a challenge asks a second person to approve, as a terminal shows it to them before they sign. It comes from somebody
 * else's screen, so every part is neutralised.
 */
import type { Lang } from '../diagnostic.ts';
import { type Challenge, readChallenge } from '../journal/challenge.ts';
import type { FrontMatter } from '../model/runbook.ts';
import { neutralise } from './neutralise.ts';
import { dateTime } from './time.ts';
import { noBreak, wordsOf } from './words.ts';

const words = {
  fr: {
    title: 'Approbation demandée',
    acts: {
      run: 'exécuter le code de cette étape',
      'by-hand': 'faire cette étape à la main',
      manual: 'commencer cette étape manuelle',
    },
    empty: 'vide',
    notEmpty: 'NON VIDE',
    rows: {
      mode: 'mode',
      run: 'exécution',
      target: 'cible',
      step: 'étape',
      act: 'il s’agit de',
      attempt: 'tentative',
      code: 'code (sha256)',
      server: 'le serveur annonce',
      operator: 'demandée par',
      role: 'au rôle',
      expiresAt: 'expire le',
    },
  },
  en: {
    title: 'Approval asked',
    acts: {
      run: 'running the code of this step',
      'by-hand': 'doing this step by hand',
      manual: 'beginning this manual step',
    },
    empty: 'empty',
    notEmpty: 'NOT EMPTY',
    rows: {
      mode: 'mode',
      run: 'run',
      target: 'target',
      step: 'step',
      act: 'this is about',
      attempt: 'attempt',
      code: 'code (sha256)',
      server: 'the server reports',
      operator: 'asked by',
      role: 'of the role',
      expiresAt: 'expires on',
    },
  },
} as const;

/** The command by which a challenge is approved; it names the language, and the person where no other holder may approve. */
export function approveCommand(line: string, { roles, lang }: Pick<FrontMatter, 'roles' | 'lang'>): string {
  const challenge = readChallenge(line);
  const holders = roles.get(challenge?.role ?? '')?.holders ?? [];
  const [only, ...others] = holders.filter(id => id !== challenge?.operator);
  const as = only === undefined || others.length > 0 ? '' : ` --as ${only}`;
  return `npx reprise approve --lang ${lang}${as} ${line}`;
}

/** A challenge as lines, each ended by a line feed. The expiry is shown in the time zone of whoever approves. */
export function viewChallenge(challenge: Challenge, timeZone: string, lang: Lang): string {
  const { title, acts, empty, notEmpty, rows } = words[lang];
  const { fingerprint } = challenge;
  const server =
    fingerprint === undefined
      ? undefined
      : `${fingerprint.name} (${fingerprint.resource}, ${fingerprint.empty ? empty : notEmpty})`;
  const shown: readonly (readonly [string, string | undefined])[] = [
    [rows.mode, wordsOf(lang).mode[challenge.mode]],
    [rows.run, challenge.run],
    [rows.target, challenge.target],
    [rows.step, `${challenge.step} — ${challenge.title}`],
    [rows.act, acts[challenge.act]],
    [rows.server, server],
    [rows.attempt, String(challenge.attempt)],
    [rows.code, challenge.code],
    [rows.operator, challenge.operator],
    [rows.role, challenge.role],
    [rows.expiresAt, dateTime(challenge.expiresAt, timeZone, lang)],
  ];
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(width)}  ${neutralise(value, 'line')}`],
  );
  return `${[noBreak(title), ...lines].join('\n')}\n`;
}

/*
 * A verdict in words. In: findings as data. Out: a few lines for a terminal: the verdict and what it means, who sealed, and
 * each finding with its layer. What comes from the bundle is neutralised, since whoever made it chose it.
 */
import type { Lang } from '../diagnostic.ts';
import type { AddendumSeen, Approved, Finding, SealedBy, Verdict } from '../seal/verdict.ts';
import { neutralise } from './neutralise.ts';
import { VERDICT_WORDS } from './verdict-words.ts';
import { fill, noBreak } from './words.ts';

const LONGEST = 200;

/** One finding: its layer, what was found, and its permanent code. */
export function describeFinding({ layer, code, params, addendum }: Finding, lang: Lang): string {
  const { layers, findings, noKey, addendum: within } = VERDICT_WORDS[lang];
  const sentence = noBreak(findings[code]).replace(/\{(\w+)\}/g, (_hole, name: string) =>
    Object.hasOwn(params, name) ? worded(name, params[name], lang) : noKey,
  );
  const place = addendum === undefined ? '' : `${fill(within, { number: addendum })}, `;
  return `${place}${layers[layer]}${lang === 'fr' ? '\u00a0' : ''}: ${sentence} [${code}]`;
}

/** A reason is a code that has words; everything else is shown as it is. */
function worded(name: string, value: string | number | undefined, lang: Lang): string {
  const [, reason] =
    Object.entries(VERDICT_WORDS[lang].illegalities).find(([code]) => name === 'reason' && code === value) ??
    [];
  return reason === undefined ? shown(value) : noBreak(reason);
}

function shown(value: string | number | undefined): string {
  const text = String(value);
  return neutralise(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text, 'line');
}

function describeSigner({ principal, key, status }: SealedBy, lang: Lang): string {
  const { layers, signers, noKey } = VERDICT_WORDS[lang];
  return `${layers.seal}${lang === 'fr' ? '\u00a0' : ''}: ${shown(principal)} (${shown(key ?? noKey)}), ${signers[status]}`;
}

function describeAddendum(seen: AddendumSeen, lang: Lang): readonly string[] {
  const { addendum, added } = VERDICT_WORDS[lang];
  const { number, notes, evidence, by, at } = seen;
  const colon = lang === 'fr' ? '\u00a0:' : ':';
  const said = noBreak(fill(added, { by: shown(by), at: shown(at), notes, evidence }));
  return [
    `  ${fill(addendum, { number })}${colon} ${said}`,
    ...seen.signers.map(signer => `    ${describeSigner(signer, lang)}`),
  ];
}

function describeApproval({ step, by, key, status }: Approved, lang: Lang): string {
  const { layers, approvals, approvedBy, noKey } = VERDICT_WORDS[lang];
  const said = { step: shown(step), by: shown(by), key: shown(key ?? noKey), status: approvals[status] };
  return `${layers.approval}${lang === 'fr' ? '\u00a0' : ''}: ${fill(approvedBy, said)}`;
}

/** What is known of the times: proven between the two stamps when both were verified, else declared. */
function clockOf({ stamps = [] }: Verdict, lang: Lang): string {
  const { clock, clockProven } = VERDICT_WORDS[lang];
  const verified = stamps.filter(({ status }) => status === 'verified');
  const from = verified.find(({ mark }) => mark === 'start');
  const to = verified.findLast(({ mark }) => mark === 'end');
  if (from === undefined || to === undefined) return clock;
  const { authority, policy } = to;
  return fill(clockProven, { from: from.at, to: to.at, authority: shown(authority), policy: shown(policy) });
}

/** The whole verdict, each line ended by a line feed. */
export function printVerdict(verdict: Verdict, lang: Lang): string {
  const words = VERDICT_WORDS[lang];
  const { name, meaning } = words.verdicts[verdict.verdict];
  const colon = lang === 'fr' ? '\u00a0:' : ':';
  const lines = [
    ...(verdict.run === undefined ? [] : [`${words.run}${colon} ${shown(verdict.run)}`]),
    noBreak(`${name}${colon} ${meaning}`),
    ...verdict.findings.map(found => `  - ${describeFinding(found, lang)}`),
    ...verdict.signers.map(signer => `  ${describeSigner(signer, lang)}`),
    ...(verdict.addenda ?? []).flatMap(seen => describeAddendum(seen, lang)),
    ...(verdict.approvals ?? []).map(approved => `  ${describeApproval(approved, lang)}`),
    ...(verdict.verdict === 'tampered' ? [] : [`  ${noBreak(clockOf(verdict, lang))}`]),
  ];
  return `${lines.join('\n')}\n`;
}

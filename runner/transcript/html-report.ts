/*
 * The thirteen sections of the procès-verbal, in the order in which French practice has them. What the journal and the
 * runbook do not say is *non renseigné*, and never left out.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import {
  sayFaults,
  sayHandover,
  sayInstant,
  sayPerson,
  saySelection,
  sayStamp,
  sayValue,
} from '../report/phrase.ts';
import { duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import type { Account } from './account.ts';
import { courseTable } from './html-course.ts';
import { cleaning, decisions, deviations, verifications } from './html-findings.ts';
import { backups, fingerprints, objectivesTable } from './html-measures.ts';
import { type Content, hash, nothing, row, sheetList, table } from './html-parts.ts';
import type { Phase } from './phases.ts';
import { missedOf, reservesOf, voiceOf } from './summary.ts';

/** A numbered section of the page. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly content: ElementContent[];
}

/** The chapters in order. */
export function chaptersOf(account: Account, phases: readonly Phase[]): Chapter[] {
  const { report } = account.words;
  return [
    { id: 'identification', title: report.identification, content: identification(account) },
    { id: 'cadre', title: report.frame, content: frame(account) },
    { id: 'participants', title: report.participants, content: participants(account) },
    { id: 'environnement', title: report.environment, content: environment(account) },
    { id: 'sauvegardes', title: report.backups, content: backups(account) },
    { id: 'deroule', title: report.course, content: courseTable(account, phases) },
    { id: 'objectifs', title: report.objectives, content: objectivesTable(account) },
    { id: 'verifications', title: report.verifications, content: verifications(account) },
    { id: 'ecarts', title: report.deviations, content: deviations(account) },
    { id: 'decisions', title: report.decisions, content: decisions(account) },
    { id: 'actions', title: report.actions, content: actions(account) },
    { id: 'nettoyage', title: report.cleaning, content: cleaning(account) },
    { id: 'conclusion', title: report.conclusion, content: conclusion(account) },
  ];
}

function listOf(items: readonly string[], { words }: Account): Content | Content[] {
  return listOr(items, words.notProvided);
}

function listOr(items: readonly string[], otherwise: string): Content | Content[] {
  if (items.length === 0) return missing(otherwise);
  return h(
    'ul',
    items.map(item => h('li', item)),
  );
}

function missing(words: string): Content {
  return h('span.muted', words);
}

function identification(account: Account): ElementContent[] {
  const { words, runbook, record } = account;
  const { opened } = record;
  const source = opened.files.find(file => file.role === 'runbook');
  const { runner, node, platform } = opened;
  const commit = opened.commit;
  const said = words.report;
  return [
    sheetList([
      [words.table.title, runbook.front.title],
      [said.run, h('code', opened.run)],
      [said.service, runbook.front.service ?? missing(words.notProvided)],
      [said.diffusion, runbook.front.classification ?? missing(words.notProvided)],
      [said.version, runbook.front.version ?? missing(words.notProvided)],
      [
        said.commit,
        commit === undefined
          ? missing(words.notProvided)
          : [hash(commit.id), commit.dirty ? ` (${said.dirty})` : ''],
      ],
      [said.sourceDigest, source === undefined ? missing(words.notProvided) : hash(source.sha256)],
      [said.digest, hash(opened.digest)],
      [said.tool, fill(said.toolText, { runner, node, platform })],
    ]),
    h('details', [
      h('summary', noBreak(said.files)),
      table(
        said.files,
        [words.table.file, words.report.type, words.table.digest],
        [
          h(
            'tbody',
            opened.files.map(file => row([h('code', file.path), said.roles[file.role], hash(file.sha256)])),
          ),
        ],
      ),
    ]),
  ];
}

function frame(account: Account): ElementContent[] {
  const { words, runbook, record, figures, lang, locale } = account;
  const said = words.report;
  const { opened, closed } = record;
  const { front } = runbook;
  const faults = sayFaults(record, lang);
  return [
    sheetList([
      [said.type, opened.dry ? words.banner.dry : words.modeLong[opened.mode]],
      [said.t0, sayInstant(opened.t0, locale)],
      [said.debex, sayInstant(opened.at, locale)],
      [said.finex, closed === undefined ? missing(words.outcome.open) : sayInstant(closed.at, locale)],
      [said.whole, duration(figures.whole.total, lang)],
      [said.place, missing(said.onPaper)],
      [said.goals, listOf(front.objectives, account)],
      [said.scope, listOf(front.scope, account)],
      [said.exclusions, listOf(front.exclusions, account)],
      [said.scenario, front.scenario ?? missing(words.notProvided)],
      [said.selection, saySelection(opened.selection, lang)],
      ...(faults === undefined ? [] : [[said.faults, faults] as const]),
      ...record.stamps.map(entry => [words.record.stamps, sayStamp(entry, locale)] as const),
    ]),
  ];
}

function participants(account: Account): ElementContent[] {
  const { words, runbook, record, locale } = account;
  const seen = peopleIn(account);
  const spokenFor = spokenForIn(account);
  const roles = [...runbook.front.roles.values()];
  const rows = roles.map(role => {
    const acted = role.holders.filter(holder => seen.has(holder));
    const by = [...new Set(role.holders.flatMap(holder => [...(spokenFor.get(holder) ?? [])]))];
    const part =
      acted.length > 0
        ? `${words.report.took}${words.colon}${acted.join(', ')}`
        : by.length > 0
          ? fill(words.report.spokenFor, { by: by.join(', ') })
          : words.report.absent;
    return row([
      role.label,
      role.holders.length === 0 ? missing(words.notProvided) : role.holders.join(', '),
      noBreak(part),
      role.mustSign ? words.report.mustSign : '',
    ]);
  });
  const holders = new Set(roles.flatMap(role => role.holders));
  const others = [...seen].filter(id => !holders.has(id)).map(id => row(['', id, words.report.took, '']));
  const heads = [words.table.role, words.table.holders, words.table.part, words.table.signature];
  const operators = [record.opened, ...record.resumptions].map(({ operator, voice }) =>
    sayPerson(operator, locale, voice),
  );
  return [
    sheetList([
      [words.report.operator, [...new Set(operators)].join(words.semicolon)],
      ...record.handovers.map(entry => [words.record.handovers, sayHandover(entry, locale)] as const),
    ]),
    rows.length + others.length === 0
      ? nothing(words.notProvided)
      : table(words.report.participants, heads, [h('tbody', [...rows, ...others])], true),
  ];
}

/** Ids of everyone who did or said something, in the order of their first appearance. */
function peopleIn({ record }: Account): Set<string> {
  const people = new Set<string>([record.opened.operator.id]);
  for (const entry of record.entries) {
    if (entry.type === 'run-resumed') people.add(entry.operator.id);
    if ('by' in entry && entry.by !== undefined && 'id' in entry.by) people.add(entry.by.id);
  }
  return people;
}

/** Who declared something for whom: by the id of the person who was absent, the ids of those who spoke. */
function spokenForIn({ record }: Account): Map<string, Set<string>> {
  const spoken = new Map<string, Set<string>>();
  for (const entry of record.entries) {
    if (!('by' in entry) || entry.by === undefined || !('id' in entry.by)) continue;
    const { id, declaredFor } = entry.by;
    if (declaredFor !== undefined) spoken.set(declaredFor, (spoken.get(declaredFor) ?? new Set()).add(id));
  }
  return spoken;
}

function environment(account: Account): ElementContent[] {
  const { words, plan, record, lang } = account;
  const { opened } = record;
  const said = words.report;
  const inputs = Object.keys(opened.inputs)
    .sort()
    .map(name => {
      const label = plan.runbook.front.inputs.get(name)?.label ?? name;
      return row([
        label === name ? h('code', name) : [noBreak(label), ' (', h('code', name), ')'],
        sayValue(opened.inputs[name] ?? null, lang),
      ]);
    });
  return [
    sheetList([
      [said.target, `${plan.target.label} (${opened.target}), ${words.modeLong[opened.mode]}`],
      [said.answers, said.voice[voiceOf(account)]],
      [
        said.signer,
        `${opened.signer.principal}${opened.signer.ephemeral ? ` — ${words.banner.ephemeral}` : ''}`,
      ],
    ]),
    ...(inputs.length === 0
      ? []
      : [table(said.inputs, [words.table.name, words.table.value], [h('tbody', inputs)])]),
    ...fingerprints(account),
  ];
}

function actions({ words }: Account): ElementContent[] {
  const heads = [words.table.action, words.table.holders, words.table.due, words.table.status];
  const empty = [0, 1, 2].map(() =>
    h(
      'tr',
      heads.map(() => h('td', '\u00a0')),
    ),
  );
  return [nothing(words.report.actionsText), table(words.report.actions, heads, [h('tbody', empty)], true)];
}

function conclusion(account: Account): ElementContent[] {
  const { words, runbook, record } = account;
  const said = words.report;
  const missed = missedOf(account);
  const signers = [...runbook.front.roles.values()].filter(role => role.mustSign);
  const rows = signers.map(role => row([role.label, role.holders.join(', '), '']));
  const outcome = words.outcome[record.closed?.outcome ?? 'open'];
  return [
    sheetList([
      [said.outcome, h('strong', outcome)],
      [said.reserves, listOr(reservesOf(account), words.report.reservesNone)],
      ...(missed.length === 0 ? [] : [[said.missed, listOr(missed, '')] as const]),
      [said.nextDrill, missing(said.onPaper)],
    ]),
    h('div.visas', [
      rows.length === 0
        ? nothing(`${said.visas}${words.colon}${words.notProvided}`)
        : table(
            said.visas,
            [words.table.role, words.table.holders, words.table.signature],
            [h('tbody', rows)],
          ),
    ]),
    h('p.small.muted', said.visaNote),
  ];
}

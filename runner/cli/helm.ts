/*
 * Who stands at the helm of a run: a person at a terminal, an answers file, or nobody. A terminal asks; without one, the
 * answers file beside the runbook answers a drill, and says so in the record; in a real run it is refused.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Lang } from '../diagnostic.ts';
import { approvalsBy } from '../effects/approval.ts';
import { watchHangUp } from '../effects/hang-up.ts';
import { type AnswersFile, parseAnswers } from '../effects/operator/answers-file.ts';
import { handedApprovals } from '../effects/operator/handed-approvals.ts';
import { Relay } from '../effects/operator/relay.ts';
import { absentOperator, scriptedOperator } from '../effects/operator/scripted.ts';
import { askHolder, askInstant, holderOf, holders, parseInstant } from '../effects/people.ts';
import { sandboxDirectory } from '../effects/sandbox-process.ts';
import { defaultSigner, ephemeralKey, keySigner } from '../effects/signer.ts';
import { Fault } from '../fault.ts';
import type { EventOf, Person } from '../journal/event.ts';
import { readText } from '../load.ts';
import type { Json, Runbook } from '../model/runbook.ts';
import type { Helm } from '../open-run.ts';
import type { Plan } from '../plan/plan.ts';
import type { Answers, Operator, Question } from '../ports.ts';
import { questionWords } from '../report/question-words.ts';
import { fill } from '../report/words.ts';
import { flagOption, type Invocation, listOption, textOption } from './arguments.ts';
import { helmWords } from './helm-words.ts';
import { isTerminal, preparationOf } from './preparation.ts';
import { createProgress } from './progress.ts';
import { createScreen } from './screen.ts';

/** Names under which the answers file of a runbook is looked for, beside it. */
const answersNames = ['reponses-exercice.yaml', 'drill-answers.yaml'];

/** A helm, and what the answers file said about the run as a whole. */
export interface Manned {
  readonly helm: Helm;
  readonly answers?: AnswersFile;
  readonly answersPath?: string;
  readonly t0: string;
}

/** Decides who operates `plan`, for the command line that was given. `opened` is there when a run is resumed. */
export async function manHelm(
  invocation: Invocation,
  plan: Plan,
  lang: Lang,
  opened?: EventOf<'run-opened'>,
): Promise<Manned> {
  const path = answersPath(invocation, plan, opened);
  const answers = path === undefined ? undefined : parseAnswers(await readText(path), path);
  const person = await personOf(
    invocation,
    plan,
    lang,
    answers ?? (opened === undefined ? undefined : { operator: opened.operator.id }),
  );
  for (const { by } of Object.values(answers?.steps ?? {}))
    if (by !== undefined) holderOf(plan.runbook.front, by);
  const helm = helmOf({ invocation, plan, lang, person, answers, path });
  const t0 = opened?.t0 ?? (await instantOf(invocation, plan, lang, answers));
  return {
    helm,
    t0,
    ...(answers === undefined ? {} : { answers }),
    ...(path === undefined ? {} : { answersPath: path }),
  };
}

function helmOf(manning: Manning): Helm {
  const { invocation, plan, lang, person, answers } = manning;
  const list = textOption(invocation, 'allowed-signers');
  const pace = answers !== undefined || flagOption(invocation, 'auto') ? 'auto' : 'step';
  const isAsked = answers === undefined && isTerminal() && !flagOption(invocation, 'json');
  const relay = isAsked ? new Relay(person, watchHangUp()) : undefined;
  return {
    person,
    voice: answers === undefined ? 'typed' : 'scripted',
    settings: { mode: plan.target.mode, pace },
    preparation: preparationOf(invocation, lang),
    operator: (known, opening, abandoned) =>
      operatorOf({ ...manning, plan: known, opening, relay, abandoned }),
    ...(relay === undefined ? {} : { relay }),
    signer: async run => await signerOf(invocation, plan, person, run),
    ...(list === undefined ? {} : { approvals: approvalsBy(resolve(list)) }),
  };
}

/** The values of inputs that the answers file of the run gives; none without such a file. */
export async function inputsAnswered(
  invocation: Invocation,
  runbook: Runbook,
  target: string,
): Promise<Readonly<Record<string, Json>>> {
  const known = runbook.front.targets.get(target);
  const path = known === undefined ? undefined : answersPath(invocation, { runbook, target: known });
  return path === undefined ? {} : (parseAnswers(await readText(path), path).inputs ?? {});
}

type Setting = Pick<Plan, 'runbook' | 'target'>;

function answersPath(
  invocation: Invocation,
  { runbook, target }: Setting,
  opened?: EventOf<'run-opened'>,
): string | undefined {
  const asked = textOption(invocation, 'answers');
  const path = asked ?? (isTerminal() ? undefined : answersBeside(runbook, opened));
  if (path !== undefined && target.mode === 'real') {
    if (asked === undefined) return undefined;
    throw new Fault('answers-in-real', { target: target.name });
  }
  return path === undefined ? undefined : resolve(path);
}

function answersBeside(runbook: Runbook, opened?: EventOf<'run-opened'>): string | undefined {
  if (opened !== undefined && opened.voice !== 'scripted') return undefined;
  const folder = dirname(runbook.file);
  return answersNames.map(name => join(folder, name)).find(path => existsSync(path));
}

async function personOf(
  invocation: Invocation,
  plan: Plan,
  lang: Lang,
  known?: { readonly operator: string },
): Promise<Person> {
  const { front } = plan.runbook;
  const id = textOption(invocation, 'as') ?? known?.operator;
  if (id !== undefined) return holderOf(front, id);
  if (isTerminal()) return await askHolder(front, helmWords[lang].who, questionWords[lang].arrows);
  throw new Fault('operator-needed', { holders: holders(front).join(', ') });
}

async function instantOf(
  invocation: Invocation,
  plan: Plan,
  lang: Lang,
  answers?: AnswersFile,
): Promise<string> {
  const { timeZone } = plan.runbook.front;
  const present = { now: new Date().toISOString(), timeZone };
  const text = textOption(invocation, 't0') ?? answers?.t0;
  if (text !== undefined) return parseInstant(text, present);
  if (!isTerminal() || answers !== undefined) return present.now;
  const { t0, t0Form } = helmWords[lang];
  return await askInstant(fill(t0, { zone: timeZone }), t0Form, present);
}

interface Manning {
  readonly invocation: Invocation;
  readonly plan: Plan;
  readonly lang: Lang;
  readonly person: Person;
  readonly answers: AnswersFile | undefined;
  readonly path: string | undefined;
}

interface Seat extends Manning {
  readonly opening: EventOf<'run-opened'>;
  /** Absent when nobody at a terminal is asked. */
  readonly relay: Relay | undefined;
  /** Called when a question was left without an answer. */
  readonly abandoned: (() => void) | undefined;
}

/** Approvals that were handed over on the command line are given first. */
function operatorOf(seat: Seat): Operator {
  return handedApprovals(listOption(seat.invocation, 'approval'), seat.person, seatedOperator(seat));
}

function seatedOperator(seat: Seat): Operator {
  const { plan, opening, lang, person, answers, path, relay, abandoned } = seat;
  const isJson = flagOption(seat.invocation, 'json');
  const isAsked = relay !== undefined;
  const progress = createProgress({ plan, opened: opening, lang, isJson, isAsked });
  if (answers !== undefined && path !== undefined)
    return scriptedOperator(answers, path, person, progress.told);
  if (relay === undefined) return absentOperator(progress.told);
  const { left, told } = progress;
  return lazyTerminal({ plan, run: opening.run, person, lang, left, told, abandoned }, relay);
}

type TerminalParts = Omit<import('../effects/operator/terminal.ts').TerminalSettings, 'write'>;

/** The terminal's module is loaded at its first question. */
function lazyTerminal(parts: TerminalParts, relay: Relay): Operator {
  const write = (text: string): void => void process.stdout.write(text);
  const screen = createScreen(parts.told, count =>
    write(`  … ${fill(helmWords[parts.lang].missed, { count })}\n`),
  );
  let terminal: Promise<Operator> | undefined;
  const open = async () =>
    (await import('../effects/operator/terminal.ts')).terminalOperator({ ...parts, write });
  return {
    ask<K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>) {
      return relay.ask<K>(question, async () => {
        terminal ??= open();
        screen.hold();
        try {
          return await (await terminal).ask<K>(question);
        } finally {
          screen.release();
        }
      });
    },
    told: entry => {
      relay.told(entry);
      screen.told(entry);
    },
  };
}

async function signerOf(invocation: Invocation, plan: Plan, person: Person, run: string) {
  const file = textOption(invocation, 'key');
  if (file !== undefined) return await keySigner(person.id, resolve(file));
  if (plan.target.embedded) return await ephemeralKey(join(sandboxDirectory(run), 'key'), person.id);
  return await defaultSigner(person.id);
}

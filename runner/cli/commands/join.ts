import { relative } from 'node:path';
import { type Bundle, openBundle, readDocument } from '../../effects/bundle.ts';
import { systemClock } from '../../effects/clock.ts';
import type { Call } from '../../effects/door.ts';
import { leaveDeadTerminal, watchHangUp } from '../../effects/hang-up.ts';
import { runnerOf } from '../../effects/lock.ts';
import type { Helm } from '../../open-run.ts';
import { type BundledRun, readBundle } from '../../replay.ts';
import { neutralise } from '../../report/neutralise.ts';
import { printStatus } from '../../report/status.ts';
import { fill } from '../../report/words.ts';
import { LAYOUT } from '../../seal/layout.ts';
import type { Session } from '../../session/session.ts';
import type { Invocation } from '../arguments.ts';
import { attend, type End } from '../attendance.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { manHelm } from '../helm.ts';
import { helmWords } from '../helm-words.ts';
import { concludeRun } from '../outcome.ts';
import { goOn } from './resume.ts';

/**
 * `reprise join`: shows what the process that carries a run on does, and answers its questions here once its own terminal is
 * gone. Somebody else than its operator, or an answers file, has that process pause at its next question, and goes on with the
 * run in its stead; so does everyone when the process has ended. Ctrl-C stops looking, never the run.
 */
export async function perform(invocation: Invocation): Promise<number> {
  const bundle = openBundle(bundleOperand(invocation));
  const run = readBundle(bundle);
  const lang = langOf(invocation, run.session.plan.runbook);
  const runner = runnerOf(bundle.directory);
  process.stdout.write(printStatus(run.session, run.entries, lang, { now: systemClock().now(), runner }));
  if (runner === undefined) return await takeUp(bundle, invocation);
  const end = await attendRun(bundle, run, invocation);
  const path = relative(process.cwd(), bundle.directory) || bundle.directory;
  const say = (text: string): void =>
    void process.stderr.write(`${neutralise(fill(text, { path }), 'line')}\n`);
  const ends: { readonly [E in End]: () => number | Promise<number> } = {
    stopped: () => takeUp(bundle, invocation),
    paused: () => concludeRun({ bundle, session: readBundle(bundle).session, sealed: false }, lang),
    waiting: () => {
      say(helmWords[lang].waiting);
      return exitCode.paused;
    },
    left: () => exitCode.success,
    replaced: () => {
      say(helmWords[lang].replaced);
      return exitCode.success;
    },
  };
  return await ends[end]();
}

async function attendRun(bundle: Bundle, run: BundledRun, invocation: Invocation): Promise<End> {
  const { session, entries, head, opened } = run;
  const { plan, operator = opened.operator } = session;
  const lang = langOf(invocation, plan.runbook);
  const { helm } = await manHelm(invocation, plan, lang, { ...opened, operator });
  // Who only looks on is not needed when nobody can see what is shown.
  void watchHangUp().happened.then(leaveDeadTerminal);
  return await attend({
    bundle,
    from: { ...head, count: entries.length },
    call: callOf(helm, session),
    operator: abandoned => helm.operator(plan, opened, abandoned),
  });
}

function callOf({ person, voice, relay }: Helm, { operator }: Session): Call {
  const as = person.id;
  if (voice === 'scripted' || operator?.id !== as) return { join: 'relieve', as };
  return { join: relay === undefined ? 'watch' : 'answer', as };
}

/** Goes on with a run that nobody carries on; one that is sealed has come to its end. */
async function takeUp(bundle: Bundle, invocation: Invocation): Promise<number> {
  const { session } = readBundle(bundle);
  const isSealed = readDocument(bundle, LAYOUT.statement) !== undefined;
  if (session.status !== 'closed' || !isSealed) return await goOn(invocation, false);
  return concludeRun({ bundle, session, sealed: true }, langOf(invocation, session.plan.runbook));
}

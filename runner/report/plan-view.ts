import type { Lang } from '../diagnostic.ts';
import type { Instance, Plan, PlanNode } from '../plan/plan.ts';
import { neutralise } from './neutralise.ts';
import { questionWords } from './question-words.ts';
import { fill, wordsOf } from './words.ts';

const words = {
  fr: {
    inputs: 'entrées',
    manual: 'manuelle',
    check: 'vérification',
    parallel: 'en parallèle',
    start: 'début de la mesure',
    stop: 'fin de la mesure',
    probes: 'sondes',
    undos: 'annulations',
  },
  en: {
    inputs: 'inputs',
    manual: 'manual',
    check: 'check',
    parallel: 'in parallel',
    start: 'start of the measure',
    stop: 'end of the measure',
    probes: 'probes',
    undos: 'undos',
  },
} as const;

/** A plan as a terminal shows it: the tree of its sections and steps, with what is skipped and why. */
export function viewPlan(plan: Plan, lang: Lang): string {
  const { runbook, target, inputs } = plan;
  const told = words[lang];
  const colon = wordsOf(lang).colon.trimEnd();
  const given = Object.entries(inputs).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`);
  const lines = [
    `${runbook.front.title}`,
    `${questionWords[lang].modes[target.mode]} · ${questionWords[lang].target} ${target.name} — ${target.label}`,
    ...(given.length === 0 ? [] : [`${told.inputs}${colon}`, ...given]),
    '',
    ...plan.nodes.flatMap(node => viewNode(node, 0, lang)),
    ...others(told.probes, plan.probes, lang),
    ...others(told.undos, plan.undos, lang),
  ];
  return `${lines.map(line => neutralise(line, 'line')).join('\n')}\n`;
}

function viewNode(node: PlanNode, indent: number, lang: Lang): string[] {
  const margin = '  '.repeat(indent);
  switch (node.kind) {
    case 'clock':
      return [`${margin}⏱ ${words[lang][node.mark]}`];
    case 'instance':
      return [`${margin}${viewInstance(node.instance, lang)}`];
    case 'section':
      return viewSection(node, indent, lang);
  }
}

function viewSection(node: Extract<PlanNode, { kind: 'section' }>, indent: number, lang: Lang): string[] {
  const inner = node.depth === 0 ? indent : indent + 1;
  const children = node.nodes.flatMap(child => viewNode(child, inner, lang));
  if (node.depth === 0) return children;
  const item = node.item === undefined ? '' : ` [${String(node.item)}]`;
  const parallel = node.parallel ? ` (${words[lang].parallel})` : '';
  return [`${'  '.repeat(indent)}${'#'.repeat(node.depth)} ${node.title}${item}${parallel}`, ...children];
}

function viewInstance(instance: Instance, lang: Lang): string {
  const { step, skip } = instance;
  const said = wordsOf(lang);
  const reason =
    skip === undefined
      ? ''
      : ` — ${said.status.skipped}${said.colon}${fill(said.record.condition, { input: skip.input, found: String(skip.found), is: String(skip.is) })}`;
  return `${skip === undefined ? '•' : '◦'} ${instance.id} [${viewKind(instance, lang)}]${step.title === step.id ? '' : ` ${step.title}`}${reason}`;
}

function viewKind({ step }: Instance, lang: Lang): string {
  switch (step.kind) {
    case 'cell':
      return [step.code.language, questionWords[lang].effects[step.effect], step.on]
        .filter(Boolean)
        .join(' ');
    case 'manual':
      return [words[lang].manual, step.role].filter(Boolean).join(' ');
    case 'check':
      return [words[lang].check, step.code.language, step.of].filter(Boolean).join(' ');
    default:
      return step.kind;
  }
}

function others(title: string, instances: readonly Instance[], lang: Lang): string[] {
  if (instances.length === 0) return [];
  return [
    '',
    `${title}${wordsOf(lang).colon.trimEnd()}`,
    ...instances.map(instance => `  ${viewInstance(instance, lang)}`),
  ];
}

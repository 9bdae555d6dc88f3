import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import { readRunbook } from '../../runner/model/build.ts';
import type { Json } from '../../runner/model/runbook.ts';
import type { PlanNode } from '../../runner/plan/plan.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';

const source = readFileSync(new URL('../model/fixtures/plan.md', import.meta.url), 'utf8');

function plan(inputs: Record<string, Json> = {}, target = 'sandbox', text = source) {
  const { runbook, diagnostics } = readRunbook(text, 'plan.md');
  if (!runbook) throw new Error(JSON.stringify(diagnostics));
  return planRunbook(runbook, { target, inputs });
}

function show(nodes: readonly PlanNode[], indent = ''): string[] {
  return nodes.flatMap(node => {
    if (node.kind === 'clock') return [`${indent}${node.id}`];
    const { skip } = node.kind === 'instance' ? node.instance : node;
    const reason = skip ? ` skipped: ${skip.input} is ${skip.found}, not ${skip.is}` : '';
    if (node.kind === 'instance')
      return [`${indent}${node.instance.id} ${JSON.stringify(node.instance.items)}${reason}`];
    const item = node.item === undefined ? '' : ` [${node.item}]`;
    return [
      `${indent}# ${node.slug}${item}${node.parallel ? ' parallel' : ''}${reason}`,
      ...show(node.nodes, `${indent}  `),
    ];
  });
}

function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
  return 'no fault';
}

test('should order sections, repeat them by item and number their steps', () => {
  expect(show(plan().nodes)).toEqual([
    '# plan-de-reprise-dessai',
    '  clock-start',
    '  # restaurer-la-base',
    '    archive-base {}',
    '    base-restauree {}',
    '    base-complete {}',
    '  # applications parallel',
    '    # chaque-application [apilos]',
    '      creer[apilos] {"application":"apilos"}',
    '      ouvrir[apilos] {"application":"apilos"}',
    '    # chaque-application [siap]',
    '      creer[siap] {"application":"siap"}',
    '      ouvrir[siap] {"application":"siap"}',
    '    # les-gens',
    '      inviter {}',
    '  # fin',
    '    clock-stop',
  ]);
});

test('should skip a section whose condition does not hold, with the reason', () => {
  const { nodes, instances, probes, undos } = plan({ 'restaurer-base': 'non', applications: 'apilos' });
  expect(show(nodes)).toEqual([
    '# plan-de-reprise-dessai',
    '  clock-start',
    '  # restaurer-la-base skipped: restaurer-base is non, not oui',
    '    archive-base {} skipped: restaurer-base is non, not oui',
    '    base-restauree {} skipped: restaurer-base is non, not oui',
    '    base-complete {} skipped: restaurer-base is non, not oui',
    '  # applications parallel',
    '    # chaque-application [apilos]',
    '      creer[apilos] {"application":"apilos"}',
    '      ouvrir[apilos] {"application":"apilos"}',
    '    # les-gens',
    '      inviter {}',
    '  # fin',
    '    clock-stop',
  ]);
  expect(instances.map(({ id }) => id)).toEqual([
    'archive-base',
    'base-restauree',
    'base-complete',
    'creer[apilos]',
    'ouvrir[apilos]',
    'inviter',
  ]);
  expect(probes.map(({ id }) => id)).toEqual(['base-perdue']);
  expect(undos.map(({ id }) => id)).toEqual(['base-effacee']);
});

test('should take inputs from the operator, then the target, then the document', () => {
  expect(plan({ lots: '7' }).inputs).toEqual({
    'restaurer-base': 'oui',
    bucket: 'apilos-exercice',
    applications: ['apilos', 'siap'],
    lots: 7,
  });
  expect(plan({ bucket: 'autre' }).inputs.bucket).toBe('autre');
});

test('should give a digest that changes with the code and the item, and not with the place', () => {
  const digests = (text: string) => plan({}, 'sandbox', text).instances.map(({ digest }) => digest);
  const before = digests(source);
  expect(new Set(before).size).toBe(before.length);
  expect(digests(source.replace('# Plan de reprise', 'Un paragraphe.\n\n# Plan de reprise'))).toEqual(before);
  const changed = digests(source.replace("'archive.pgsql'", "'autre.pgsql'"));
  expect(changed.filter((digest, index) => digest !== before[index])).toHaveLength(1);
});

test('should refuse what the runbook does not know', () => {
  expect(faultOf(() => plan({}, 'production'))).toBe(
    'unknown-target {"target":"production","known":"sandbox"}',
  );
  expect(faultOf(() => plan({ autre: 'x' }))).toBe(
    'unknown-input {"input":"autre","known":"restaurer-base, bucket, applications, lots"}',
  );
  expect(faultOf(() => plan({ 'restaurer-base': 'peut-être' }))).toBe(
    'input-not-a-choice {"input":"restaurer-base","found":"peut-être","expected":"oui | non"}',
  );
  expect(faultOf(() => plan({ lots: 'trois' }))).toBe(
    'input-not-a-number {"input":"lots","found":"trois","expected":"number"}',
  );
  const huge = '9'.repeat(310);
  expect(faultOf(() => plan({ lots: huge }))).toBe(
    `input-not-a-number {"input":"lots","found":"${huge}","expected":"number"}`,
  );
  const written = source.replace(/^inputs:\n/m, `$&  nombre: { type: number, default: ${huge} }\n`);
  const { diagnostics } = readRunbook(written, 'plan.md');
  expect(diagnostics.map(({ code }) => code)).toEqual(['malformed-input']);
  expect(faultOf(() => plan({ bucket: 3 }))).toBe(
    'input-not-a-text {"input":"bucket","found":"3","expected":"text"}',
  );
  expect(faultOf(() => plan({ applications: 3 }))).toBe(
    'input-not-a-list {"input":"applications","found":"3","expected":"list"}',
  );
  expect(faultOf(() => plan({ applications: ['a', 'a'] }))).toBe(
    'item-duplicate {"input":"applications","item":"a"}',
  );
  expect(faultOf(() => plan({ applications: ['a]b'] }))).toBe(
    'item-malformed {"input":"applications","item":"a]b"}',
  );
  const many = Array.from({ length: 10_001 }, (_, index) => `a${index}`);
  expect(faultOf(() => plan({ applications: many }))).toBe('plan-too-large {"steps":10000,"megabytes":16}');
  const without = source.replace('    inputs: { bucket: apilos-exercice }\n', '');
  expect(faultOf(() => plan({}, 'sandbox', without))).toBe(
    'input-missing {"inputs":"bucket","target":"sandbox"}',
  );
});

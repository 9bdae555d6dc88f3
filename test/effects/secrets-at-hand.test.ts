import { expect, test } from 'vitest';
import { secretsAtHand } from '../../runner/effects/secrets-at-hand.ts';
import type { Resource, Target } from '../../runner/model/runbook.ts';
import type { Plan } from '../../runner/plan/plan.ts';
import { emptySession } from '../../runner/session/apply.ts';
import { planOf } from '../session/world.ts';

const body = ':::cell{#compter effect=read}\n\nCompter :\n\n```sh\ntrue\n```\n\n:::\n';

const secrets: Target['secrets'] = {
  'par-env': { from: 'env', name: 'MOT' },
  'par-commande': { from: 'command', command: ['printf', 'donne par la commande\\n'] },
  court: { from: 'env', name: 'COURT' },
  absent: { from: 'env', name: 'ABSENT' },
  tape: { from: 'prompt' },
  descripteur: { from: 'fd', fd: 0 },
  echec: { from: 'command', command: ['false'] },
  lent: { from: 'command', command: ['sleep', '60'] },
};

const resources: Target['resources'] = {
  base: { url: { from: 'env', name: 'ADRESSE' } },
  autre: { url: { from: 'env', name: 'ABSENT' } },
  entrepot: {
    endpoint: { from: 'env', name: 'ABSENT' },
    bucket: { from: 'literal', value: 'sauvegardes' },
    accessKeyId: { from: 'literal', value: 'AKIA-publique' },
    secretAccessKey: { from: 'env', name: 'CLE' },
  },
};

const environment = {
  MOT: 'mot-de-passe-1',
  COURT: '1234567',
  ADRESSE: 'postgres://camille:sesame-de-base@h/donnees',
  CLE: 'cle-de-l-entrepot',
};

const said = [...Object.values(environment), 'donne par la commande', 'sauvegardes', 'AKIA-publique'];

function planWith(target: Partial<Target>): Plan {
  const plan = planOf(body);
  const kinds: Readonly<Record<string, Resource['kind']>> = {
    base: 'postgres',
    autre: 'postgres',
    entrepot: 's3',
  };
  const { front } = plan.runbook;
  const [like] = front.resources.values();
  if (like === undefined) throw new Error('no resource to copy');
  const declared = Object.entries(kinds).map(([name, kind]) => [name, { ...like, name, kind }] as const);
  return {
    ...plan,
    runbook: { ...plan.runbook, front: { ...front, resources: new Map(declared) } },
    target: { ...plan.target, ...target },
  };
}

test('what variables and commands give is masked, what nobody can be asked for is named', async () => {
  const session = emptySession(planWith({ secrets, resources }));
  const { masker, unknown } = await secretsAtHand(session, { environment, commands: true, patience: 500 });
  expect(said.map(text => masker.mask(text))).toEqual([
    '«secret:par-env»',
    '1234567',
    'postgres://camille:«secret:base»@h/donnees',
    '«secret:entrepot»',
    '«secret:par-commande»',
    'sauvegardes',
    'AKIA-publique',
  ]);
  expect(unknown).toEqual(['court', 'absent', 'tape', 'descripteur', 'echec', 'lent', 'autre.url']);
});

test('without leave to run commands, those that they would give are named', async () => {
  const session = emptySession(planWith({ secrets, resources: {} }));
  const { masker, unknown } = await secretsAtHand(session, { environment, commands: false });
  expect(masker.mask('donne par la commande')).toBe('donne par la commande');
  expect(unknown).toEqual(['par-commande', 'court', 'absent', 'tape', 'descripteur', 'echec', 'lent']);
});

test('an exported secret is known to nobody once the process is gone', async () => {
  const empty = emptySession(planWith({ secrets: {}, resources: {} }));
  const exports = { code: { secret: true }, nombre: { value: 4 } } as const;
  const session = { ...empty, steps: empty.steps.with('compter', { status: 'passed', exports }) };
  expect((await secretsAtHand(session, { environment, commands: true })).unknown).toEqual(['compter.code']);
});

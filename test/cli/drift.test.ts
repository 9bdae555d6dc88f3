import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordDrift } from '../../runner/cli/drift.ts';
import { findDrift } from '../../runner/drift.ts';
import { loadRunbook } from '../../runner/load.ts';
import { normal, Scene } from './scene.ts';

const front = `---
title: Essai
resources:
  depot: { kind: github }
targets:
  sandbox: { mode: drill, embedded: true }
---

# Essai

## Déployer

`;
const plan = `${front}::source{file=app.json key=stack in=depot is=scalingo-22}

::source{file=app.json key=name in=depot}

::source{file=autre.txt in=depot}
`;

function scene(): Scene {
  const made = new Scene('');
  made.write('plan.md', plan);
  made.write('app.json', '{"stack":"scalingo-26","name":"apilos"}');
  return made;
}

const check = ['check', 'plan.md', '--no-types'] as const;

test('drift is told at its place, and makes the check end with 2', async () => {
  const { code, out, err } = await scene().call(...check, '--drift', '--checkout', '.');
  expect({ code, out: normal(out), err: normal(err) }).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "plan.md:13:1: erreur[drift-changed]: \`app.json#stack\` a changé depuis une date inconnue : scalingo-22 était consigné, c’est aujourd’hui scalingo-26
    13 | ::source{file=app.json key=stack in=depot is=scalingo-22}
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = que faire : relire la section « Déployer », la corriger, puis consigner l’état présent par \`check --drift --record\`

    plan.md:15:1: avertissement[drift-unrecorded]: rien n’est consigné de \`app.json#name\` ; c’est aujourd’hui apilos
    15 | ::source{file=app.json key=name in=depot}
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = que faire : consigner l’état présent par \`check --drift --record\`

    plan.md:17:1: erreur[drift-gone]: \`autre.txt\` n’existe plus, depuis une date inconnue
    17 | ::source{file=autre.txt in=depot}
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = que faire : relire la section « Déployer » : elle repose sur ce qui n’est plus là

    2 erreurs, 1 avertissement
    ",
      "out": "dérive — sources : 3 ; inchangées : 0 ; changées : 2 ; à consigner : 1 ; non vérifiées : 0
    ",
    }
  `);
});

test('an annotation stands at the line of the source', async () => {
  const { out } = await scene().call(...check, '--drift', '--checkout', 'depot=.', '--format', 'github');
  expect(out.split('\n').map(line => line.slice(0, 90))).toMatchInlineSnapshot(`
    [
      "::error file=plan.md,line=13,endLine=13,col=1,endColumn=58,title=drift-changed::\`app.json#",
      "::warning file=plan.md,line=15,endLine=15,col=1,endColumn=42,title=drift-unrecorded::rien ",
      "::error file=plan.md,line=17,endLine=17,col=1,endColumn=34,title=drift-gone::\`autre.txt\` n",
      "",
    ]
  `);
});

test('what is recorded is today’s fact, and nothing else is touched', async () => {
  const made = scene();
  const before = statSync(join(made.folder, 'plan.md')).mode;
  const recorded = await made.call(...check, '--drift', '--checkout', '.', '--record', '--lang', 'en');
  expect([recorded.code, recorded.out.split('\n')[0]]).toEqual([2, 'plan.md — facts recorded: 2']);
  expect(made.read('plan.md')).toBe(
    plan
      .replace('is=scalingo-22', 'is=scalingo-26')
      .replace('key=name in=depot', 'key=name in=depot is=apilos'),
  );
  expect(statSync(join(made.folder, 'plan.md')).mode).toBe(before);
  const again = await made.call(...check, '--drift', '--checkout', '.', '--record', '--lang', 'en');
  expect(again.out.split('\n')[0]).toBe('plan.md — facts recorded: 0');
});

test.each([
  [['--record'], '--record, --drift'],
  [['--checkout', '.'], '--checkout, --drift'],
  [['--drift', '--watch'], '--drift, --watch'],
])('%s is refused', async (options, detail) => {
  const { code, err } = await scene().call(...check, ...options);
  expect([code, err]).toEqual([2, expect.stringContaining(detail)]);
});

test('a checkout or a target that is not there is refused', async () => {
  const absent = await scene().call(...check, '--drift', '--checkout', 'perdu');
  expect([absent.code, absent.err]).toEqual([2, expect.stringContaining('checkout-not-found')]);
  const unknown = await scene().call(...check, '--drift', '--target', 'ailleurs');
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('unknown-target')]);
});

/** A document and what its sources are in its own folder, read but not recorded yet. */
async function readings(made: Scene) {
  const loaded = await loadRunbook(join(made.folder, 'plan.md'));
  if (loaded.runbook === undefined) throw new Error('the document is not whole');
  const checkouts = new Map([['', made.folder]]);
  const preparation = { ask: () => Promise.reject(new Error('nothing is asked')), say: () => undefined };
  return [loaded, await findDrift(loaded.runbook, { checkouts, inputs: {}, preparation })] as const;
}

test('a document that somebody changed in the meantime is not written', async () => {
  const made = scene();
  const [loaded, read] = await readings(made);
  const others = `${plan}\nAjout.\n`;
  made.write('plan.md', others);
  await expect(recordDrift(loaded, read)).rejects.toMatchObject({ code: 'drift-document-changed' });
  expect(made.read('plan.md')).toBe(others);
});

test('a document that cannot be replaced stays as it is', async () => {
  const made = scene();
  const [loaded, read] = await readings(made);
  made.write(`.plan.md.${process.pid}.tmp`, 'reste');
  await expect(recordDrift(loaded, read)).rejects.toMatchObject({
    code: 'drift-not-recorded',
    params: { detail: 'EEXIST' },
  });
  expect(made.read('plan.md')).toBe(plan);
  expect(readdirSync(made.folder).filter(name => name.startsWith('.'))).toEqual([]);
});

test('the sandbox plays a drift, and the check tells it', { timeout: 120_000 }, async () => {
  const made = scene();
  made.write('plan.md', `${front}::source{names-of=.env.template in=depot is=45:1e3de6ac41bf}\n`);
  const asked = ['--drift', '--target', 'sandbox', '--fault', 'template-changed', '--lang', 'en'];
  const { code, out, err } = await made.call(...check, ...asked);
  const told = err.replace(/since \d+ \w+ \d{4} \([0-9a-f]{7}/, 'since DAY (COMMIT');
  expect({ code, out, err: told }).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "plan.md:13:1: error[drift-names]: the names in \`.env.template\` have changed since DAY (COMMIT, Coffre des pièces justificatives); added: DOCUMENT_VAULT_KEY; removed: none
    13 | ::source{names-of=.env.template in=depot is=45:1e3de6ac41bf}
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = what to do: review the section “Déployer”, put it right, then record the present state with \`check --drift --record\`

    1 error
    ",
      "out": "drift — sources: 1; unchanged: 0; changed: 1; to be recorded: 0; not checked: 0
    ",
    }
  `);
});

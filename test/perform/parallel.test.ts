import { describe, expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { conduct } from '../../runner/perform/conduct.ts';
import { replay } from '../../runner/session/replay.ts';
import { entriesOf, MemoryWorld, openingOf, planOf, type Results, type Script } from '../session/world.ts';

const cell = (id: string, code: string) =>
  `:::cell{#${id}}\n\nFaire ${id}.\n\n\`\`\`ts\n${code}\n\`\`\`\n\n:::\n\n`;

const parallel = `## Ensemble

::parallel

${cell('avant', 'export const a: number = 1')}
### Base

${cell('base-1', 'export const b: number = 1')}${cell('base-2', 'export {}')}
### Fichiers

${cell('fichiers-1', 'export {}')}${cell('fichiers-2', 'export {}')}
## Après

${cell('apres', "import { b } from '#base-1'\nexport const c = b")}`;

const each = `## Par application

::each{in=applications as=application}

${cell('creer', 'export const url: string = items.application')}${cell('suivre', "import { url } from '#creer'\nexport const u = url")}
## Ensuite

${cell('apres', "import { url } from '#creer'\nexport const c = url")}`;

async function play(
  body: string,
  { results = {}, script = {} }: { results?: Results; script?: Script } = {},
) {
  const plan = planOf(body, body === each ? { applications: ['siap', 'autonome'] } : {});
  const world = new MemoryWorld(results, script);
  const session = replay(plan, entriesOf([openingOf(plan)]));
  const end = await conduct(session, world, { mode: 'drill', pace: 'auto' });
  return { world, end, story: world.events.flatMap(tell) };
}

function tell(event: Event): string[] {
  switch (event.type) {
    case 'step-intended':
      return [`begin ${event.step}`];
    case 'step-finished':
      return [`${event.outcome === 'passed' ? 'end' : 'fail'} ${event.step}`];
    case 'run-paused':
      return [`paused ${event.cause}`];
    case 'run-closed':
      return ['closed'];
    default:
      return [];
  }
}

const exported = (values: Record<string, string | number>) => ({
  values,
  exports: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
});

describe('parallel', () => {
  test('performs the sub-sections side by side, each in order, and waits for all of them', async () => {
    const { story } = await play(parallel, {
      results: { avant: [exported({ a: 1 })], 'base-1': [exported({ b: 1 })] },
    });
    const at = (what: string) => story.indexOf(what);
    expect(story.slice(0, 4)).toEqual(['begin avant', 'end avant', 'begin base-1', 'begin fichiers-1']);
    expect(at('begin base-2')).toBeGreaterThan(at('end base-1'));
    expect(at('begin fichiers-2')).toBeGreaterThan(at('end fichiers-1'));
    expect(at('begin apres')).toBeGreaterThan(Math.max(at('end base-2'), at('end fichiers-2')));
    expect(story.at(-1)).toBe('closed');
  });

  test('gives each branch an executor of its own', async () => {
    const { world } = await play(parallel);
    expect([...world.branches]).toEqual(['', 'base', 'fichiers']);
  });

  test('when a branch fails, the others finish their step and nothing new starts', async () => {
    const reason = { code: 'exit', exit: 1 } as const;
    const { story } = await play(parallel, { results: { 'base-1': [{ ended: 'failed', reason }] } });
    expect(story).toEqual([
      'begin avant',
      'end avant',
      'begin base-1',
      'begin fichiers-1',
      'fail base-1',
      'paused failed',
      'end fichiers-1',
    ]);
  });

  test('goes on in both branches once the failure is resolved', async () => {
    const reason = { code: 'exit', exit: 1 } as const;
    const { story } = await play(parallel, {
      results: { 'base-1': [{ ended: 'failed', reason }, exported({ b: 1 })] },
      script: { 'failure base-1': [{ choice: 'retry' }] },
    });
    expect(story.filter(what => what === 'end base-1' || what === 'closed')).toEqual([
      'end base-1',
      'closed',
    ]);
    expect(story).toContain('end fichiers-2');
  });

  test('asks one question at a time, and none once an answer paused the run', async () => {
    const both = `## Ensemble\n\n::parallel\n\n### Un\n\n:::manual{#un}\n\n- [ ] Fait\n\n:::\n\n### Deux\n\n:::manual{#deux}\n\n- [ ] Fait\n\n:::\n`;
    const { world, story } = await play(both);
    expect(world.asked).toEqual(['item un']);
    expect(story).toEqual(['paused asked']);
  });
});

describe('each', () => {
  test('performs the section once per item, and hands out the exports of the same item', async () => {
    const { world, story } = await play(each, {
      results: { 'creer[siap]': [exported({ url: 's' })], 'creer[autonome]': [exported({ url: 'a' })] },
    });
    expect(story.filter(what => what.startsWith('begin'))).toEqual([
      'begin creer[siap]',
      'begin suivre[siap]',
      'begin creer[autonome]',
      'begin suivre[autonome]',
      'begin apres',
    ]);
    const imports = Object.fromEntries(
      world.executed.map(execution => [execution.instance.id, execution.imports]),
    );
    expect(imports['suivre[siap]']).toEqual({ creer: { url: 's' } });
    expect(imports['suivre[autonome]']).toEqual({ creer: { url: 'a' } });
    expect(imports.apres).toEqual({ creer: { url: { siap: 's', autonome: 'a' } } });
  });
});

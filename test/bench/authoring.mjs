// What the author's act costs, and what running branches side by side gains.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typedCells } from './documents.mjs';
import { interleave, runNode, spread } from './measure.mjs';
import { heading, row, value, wall } from './report.mjs';

const MOST = 1000;

const seconds = runs => spread(runs.map(each => wall(each) / 1000));

/** `check` with types, and `render`, of long documents. */
export function authoring({ print, reprise, write, fresh }) {
  const [hundred, thousand] = [100, MOST].map(count => write(`types-${count}.md`, typedCells(count)));
  const page = document => () => runNode([reprise, 'render', document, '--output', fresh('file')]);
  const measured = interleave(5, {
    hundred: () => runNode([reprise, 'check', '--types', hundred]),
    thousand: () => runNode([reprise, 'check', '--types', thousand]),
    renderHundred: page(hundred),
    renderThousand: page(thousand),
  });
  const { results } = measured;
  heading(print, 'authoring', 'check with types, and render, of ts cells that import one another', measured);
  value(print, 'check --types, 100 cells', seconds(results.hundred), { unit: 's', aim: 1.5 });
  value(print, `check --types, ${MOST} cells`, seconds(results.thousand), { unit: 's' });
  row(print, 'of which, per cell of 100', perCell(results.thousand, MOST), perCell(results.hundred, 100), {
    aim: 1,
  });
  value(print, 'render, 100 cells', seconds(results.renderHundred), { unit: 's' });
  value(print, `render, ${MOST} cells`, seconds(results.renderThousand), { unit: 's' });
}

function perCell(runs, count) {
  return runs.map(each => ({ wall: each.wall / count }));
}

/** The drill of APiLos as it is, over the same without `::parallel`. */
export function drill({ print, root, fresh, folder, reprise }) {
  const env = { SANDBOX_SCALINGO_PACE: '1000' };
  const line = join(folder, 'en-file');
  cpSync(join(root, 'runbook'), line, { recursive: true });
  const plan = join(line, 'plan-de-reprise.md');
  writeFileSync(plan, readFileSync(plan, 'utf8').replace(/^::parallel\n\n/m, ''));
  const run = document => () =>
    runNode([reprise, 'run', document, '--target', 'sandbox', '--undo', '--runs', fresh('runs')], { env });
  const measured = interleave(2, { side: run(join(root, 'runbook/plan-de-reprise.md')), file: run(plan) });
  heading(print, 'drill', 'the whole drill of APiLos, teardown included', measured);
  row(print, 'with `parallel` over without', measured.results.side, measured.results.file);
}

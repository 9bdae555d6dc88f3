import type { Section, Step } from '../../runner/model/runbook.ts';

function describeStep(step: Step): string {
  const { place, title, id, kind, ...rest } = step;
  const shown = JSON.stringify(rest, (key, value) =>
    key === 'place' ? `${value.start.line}:${value.start.column}` : value,
  );
  return `${kind} ${id} "${title}" ${place.start.line}-${place.end.line} ${shown}`;
}

/** A section as lines of text, for whole comparisons. */
export function outline(section: Section, indent = ''): string[] {
  const { title, slug, when, each, parallel, place } = section;
  const marks = [
    when ? ` when ${when.input} is ${when.is}` : '',
    each ? ` each ${each.in} as ${each.as}` : '',
    parallel ? ' parallel' : '',
  ].join('');
  const head = `${indent}# ${title} (${slug})${marks} ${place.start.line}-${place.end.line}`;
  const inner = section.items.flatMap(item => {
    if (item.kind === 'section') return outline(item.section, `${indent}  `);
    if (item.kind === 'clock') return [`${indent}  clock ${item.clock.mark} ${item.clock.place.start.line}`];
    return [`${indent}  ${describeStep(item.step)}`];
  });
  return [head, ...inner];
}

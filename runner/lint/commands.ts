/*
 * Commands of zx in ts cells. In: a runbook. Out: findings where a value stands in quotes of the shell (zx quotes it already, so
 * that `"x ${v}"` prints `x $'a b'`), and where a command is started and nobody waits for it.
 */
import type { Expression, TaggedTemplateExpression } from 'oxc-parser';
import { codeLocator, type Locate } from '../model/code.ts';
import type { Code, Runbook } from '../model/runbook.ts';
import { visitCell } from '../syntax/cell.ts';
import type { Findings } from '../syntax/findings.ts';
import { asyncLoops, discardedValues } from './discarded.ts';
import { parsedCode } from './parsed.ts';

/** Reads every ts cell of a runbook for commands of zx, and for loops that start what they do not wait for. */
export function lintCommands(runbook: Runbook, findings: Findings): void {
  for (const step of runbook.steps.values()) {
    if (step.kind === 'manual' || step.code.language !== 'ts') continue;
    const locate = codeLocator(step.code, findings.lines);
    for (const loop of step.code.text.includes('forEach') ? asyncLoops(step.code) : [])
      findings.error('missing-await', locate(loop), { type: 'Promise' });
    if (step.code.text.includes('$')) lintCode(step.code, locate, findings);
  }
}

function lintCode(code: Code, locate: Locate, findings: Findings): void {
  visitCell(parsedCode(code).program, {
    TaggedTemplateExpression: node => {
      if (isCommand(node))
        for (const span of quotedValues(node)) findings.warning('quoted-value', locate(span));
    },
  });
  for (const expression of discardedValues(code)) {
    if (isStarted(expression, code.text))
      findings.error('missing-await', locate(expression), { type: 'ProcessPromise' });
  }
}

function isCommand({ tag }: TaggedTemplateExpression): boolean {
  switch (tag.type) {
    case 'Identifier':
      return tag.name === '$';
    case 'MemberExpression':
      return tag.object.type === 'Identifier' && tag.object.name === '$';
    case 'CallExpression':
      return tag.callee.type === 'Identifier' && tag.callee.name === '$';
    default:
      return false;
  }
}

/** Whether an expression is a command that runs on beside the cell; one that is handled (`.catch`) is not followed. */
function isStarted(expression: Expression, code: string): boolean {
  if (expression.type === 'TaggedTemplateExpression') {
    return isCommand(expression) && !/sync/.test(code.slice(expression.tag.start, expression.tag.end));
  }
  if (expression.type !== 'CallExpression' || expression.callee.type !== 'MemberExpression') return false;
  const method = expression.callee;
  const isFluent =
    !method.computed &&
    /^(?:pipe|nothrow|quiet|verbose|timeout|text|json|lines|run)$/.test(method.property.name);
  return isFluent && isStarted(method.object, code);
}

/** The `${…}` of a command that stand between quotes of the shell. */
function quotedValues({ quasi }: TaggedTemplateExpression): readonly { start: number; end: number }[] {
  const quoting = startQuoting();
  return quasi.expressions.flatMap((expression, index) => {
    quoting.read(quasi.quasis[index]?.value.cooked ?? '');
    return quoting.isQuoted() ? [{ start: expression.start - 2, end: expression.end + 1 }] : [];
  });
}

type Context = 'plain' | 'double' | 'single' | 'substitution';

/** Follows the quotes of a shell text, as far as they matter for a value put into it: `"$(…)"` is plain again inside. */
function startQuoting(): { read(text: string): void; isQuoted(): boolean } {
  const contexts: Context[] = ['plain'];
  const here = (): Context => contexts.at(-1) ?? 'plain';
  const readMark = (mark: string): void => {
    if (mark === "'" && here() !== 'double') toggle(contexts, 'single');
    else if (mark === '"' && here() !== 'single') toggle(contexts, 'double');
    else if (mark === '$(' && here() !== 'single') contexts.push('substitution');
    else if (mark === ')' && here() === 'substitution') contexts.pop();
  };
  return {
    read: text => {
      for (const [mark] of text.matchAll(/\\[\s\S]|\$\(|['")]/g)) {
        if (mark.startsWith('\\') && here() === 'single') readMark(mark.slice(1));
        else readMark(mark);
      }
    },
    isQuoted: () => here() === 'double' || here() === 'single',
  };
}

function toggle(contexts: Context[], quote: 'double' | 'single'): void {
  if (contexts.at(-1) === quote) contexts.pop();
  else contexts.push(quote);
}

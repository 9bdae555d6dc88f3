/*
 * Values that a cell computes and never looks at. In: the code of a ts cell. Out: expressions, each of which stands where its
 * value is lost: a statement, what `&&` or `?:` leave of one, a `const` that is never read.
 */
import type { CallExpression, Expression } from 'oxc-parser';
import type { Code } from '../model/runbook.ts';
import { visitCell } from '../syntax/cell.ts';
import { parsedCode } from './parsed.ts';

/** The expressions whose value is lost, in the order of the code. */
export function discardedValues(code: Code): readonly Expression[] {
  const lost: Expression[] = [];
  visitCell(parsedCode(code).program, {
    ExpressionStatement: ({ expression }) => {
      lost.push(...lastValues(expression));
    },
    VariableDeclarator: ({ id, init }) => {
      if (init && id.type === 'Identifier' && isNamedOnce(id.name, code.text)) lost.push(init);
    },
  });
  return lost;
}

/** Calls of `forEach` with an async function, whose promises nobody is given. */
export function asyncLoops(code: Code): readonly CallExpression[] {
  const loops: CallExpression[] = [];
  visitCell(parsedCode(code).program, {
    CallExpression: call => {
      const { callee } = call;
      const [first] = call.arguments;
      const isLoop =
        callee.type === 'MemberExpression' && !callee.computed && callee.property.name === 'forEach';
      const isFunction = first?.type === 'ArrowFunctionExpression' || first?.type === 'FunctionExpression';
      if (isLoop && isFunction && first.async) loops.push(call);
    },
  });
  return loops;
}

function lastValues(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'LogicalExpression':
      return lastValues(expression.right);
    case 'ConditionalExpression':
      return [...lastValues(expression.consequent), ...lastValues(expression.alternate)];
    case 'SequenceExpression':
      return expression.expressions.flatMap(lastValues);
    case 'ParenthesizedExpression':
      return lastValues(expression.expression);
    default:
      return [expression];
  }
}

/** A name that an export declares is read elsewhere. */
function isNamedOnce(name: string, text: string): boolean {
  const words = text.split(/[^\w$\u00c0-\uffff]+/).filter(word => word === name);
  return (
    words.length === 1 &&
    !new RegExp(`\\bexport\\s+(?:const|let|var)\\b[^=]*\\b${name.replaceAll('$', '\\$')}`).test(text)
  );
}

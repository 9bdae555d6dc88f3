/*
 * The value of each input for one run: given by the operator, else by the target, else by the document.
 */
import { Fault } from '../fault.ts';
import { readNumber } from '../model/reading.ts';
import type { Input, Json, Runbook, Target } from '../model/runbook.ts';

function asNumber(value: Json): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' ? readNumber(value.trim()) : undefined;
}

function asList(value: Json): readonly Json[] | undefined {
  if (Array.isArray(value)) return value.every(item => typeof item === 'string') ? value : undefined;
  if (typeof value !== 'string') return undefined;
  return value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}

function refuseValue(code: string, input: Input, value: Json): never {
  const found = typeof value === 'string' ? value : JSON.stringify(value);
  throw new Fault(code, {
    input: input.name,
    found,
    expected: (input.choices ?? []).join(' | ') || input.type,
  });
}

/** The value as the input's type has it: texts that an operator typed become numbers and lists. */
function coerce(input: Input, value: Json): Json {
  if (input.type === 'number') return asNumber(value) ?? refuseValue('input-not-a-number', input, value);
  if (input.type === 'list') return asList(value) ?? refuseValue('input-not-a-list', input, value);
  if (typeof value !== 'string') return refuseValue('input-not-a-text', input, value);
  if (input.type === 'choice' && !input.choices?.includes(value))
    return refuseValue('input-not-a-choice', input, value);
  return value;
}

/**
 * Every input of the runbook with its value.
 * @throws Fault `unknown-input`, `input-missing`, `input-not-a-choice`, `input-not-a-number`, `input-not-a-list`,
 * `input-not-a-text`.
 */
export function resolveInputs(
  runbook: Runbook,
  target: Target,
  given: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  const { inputs } = runbook.front;
  for (const name of Object.keys(given)) {
    if (!inputs.has(name))
      throw new Fault('unknown-input', { input: name, known: [...inputs.keys()].join(', ') });
  }
  const find = (name: string): Json | undefined => {
    if (Object.hasOwn(given, name)) return given[name];
    return Object.hasOwn(target.inputs, name) ? target.inputs[name] : inputs.get(name)?.default;
  };
  const missing = [...inputs.keys()].filter(name => find(name) === undefined);
  if (missing.length > 0)
    throw new Fault('input-missing', { inputs: missing.join(', '), target: target.name });
  return Object.fromEntries(
    [...inputs.values()].map(input => [input.name, coerce(input, find(input.name) ?? '')]),
  );
}

/*
 * Secrets that a service learns while it acts: the password of a database that the platform made, for instance. In: a
 * text. Out: nothing; whoever runs the cell masks it from then on. Can never happen: the text printed before it is known.
 */

/** The name under which whoever runs services takes secrets: a function of a name and a text. */
export const secretKey = Symbol.for('reprise.secret');

/** Makes a text a secret before anything can be printed. `name` says in messages what it belongs to. */
export function declareSecret(name: string, text: string): void {
  const sink: unknown = Reflect.get(globalThis, secretKey);
  if (typeof sink === 'function') sink(text, name);
}

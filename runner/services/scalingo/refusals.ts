import { Fault, type FaultState } from '../../fault.ts';

/** What came back of a request that was refused. `body` is JSON if it could be read so, else text. */
export interface Refusal {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string | undefined;
}

/** What the API said, whatever its shape: `{error}`, `{errors: {field: [message]}}` or plain text. */
export function messageOf(body: unknown): string {
  if (typeof body === 'string') return body.trim().slice(0, 300);
  if (typeof body !== 'object' || body === null) return '';
  if ('errors' in body && typeof body.errors === 'object' && body.errors !== null) {
    return Object.entries(body.errors)
      .map(([field, messages]) => `${field} ${[messages].flat().join(', ')}`)
      .join(' ; ');
  }
  return 'error' in body ? String(body.error) : '';
}

const codes: Readonly<Record<number, string>> = {
  401: 'scalingo-denied',
  402: 'scalingo-payment-required',
  403: 'scalingo-denied',
  404: 'scalingo-not-found',
  429: 'scalingo-busy',
};

/** The fault that says what to do; it carries the id by which Scalingo's support finds the request. */
export function faultOf(refusal: Refusal): Fault {
  const { method, path, status, body, requestId = '—' } = refusal;
  const state: FaultState = method === 'GET' || status < 500 ? 'nothing-changed' : 'step-may-have-run';
  const message = messageOf(body);
  return new Fault(
    codes[status] ?? 'scalingo-refused',
    { request: `${method} ${path}`, status, message, requestId },
    state,
  );
}

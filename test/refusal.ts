import { Fault } from '../runner/fault.ts';
import { printFault } from '../runner/report/faults.ts';

/** A refusal as people read it, in French and in English; what differs from run to run is left out. */
export function refusalText(refused: unknown): string {
  if (!(refused instanceof Fault)) throw new Error(`no refusal: ${String(refused)}`);
  return [printFault(refused, 'fr'), printFault(refused, 'en')]
    .join('\n')
    .replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, 'SHA256:…')
    .replaceAll(/\/tmp\/[^\s`]+/g, '/tmp/…')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '(instant)')
    .replaceAll(/\d{14}/g, '(instant)');
}

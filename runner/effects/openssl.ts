import { spawn } from 'node:child_process';
import { Fault } from '../fault.ts';
import { errorCode } from './durable.ts';
import { toolEnvironment } from './environment.ts';

/** What `openssl` answered. */
export interface OpensslResult {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs `openssl ts`. Words are in English whatever the locale, and no configuration of the machine is read, by which a policy
 * would be shown under a name of somebody's choice. Fault: `openssl-missing`, also for one that has no `ts`.
 */
export async function runOpensslTs(args: readonly string[]): Promise<OpensslResult> {
  const result = await start(['ts', ...args]).catch((error: unknown) => {
    throw new Fault('openssl-missing', { error: errorCode(error) });
  });
  if (/invalid command|unknown command/i.test(result.stderr))
    throw new Fault('openssl-missing', { error: 'ts' });
  return result;
}

function start(args: readonly string[]): Promise<OpensslResult> {
  return new Promise((resolve, reject) => {
    const env = toolEnvironment({ LC_ALL: 'C', TZ: 'UTC', OPENSSL_CONF: '/dev/null' });
    const child = spawn('openssl', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', status => resolve({ status, stdout: Buffer.concat(chunks), stderr }));
  });
}

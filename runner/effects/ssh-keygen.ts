import { spawn } from 'node:child_process';
import { Fault } from '../fault.ts';
import { errorCode } from './durable.ts';
import { toolEnvironment } from './environment.ts';

/** What `ssh-keygen` answered. */
export interface KeygenResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `ssh-keygen` with `input` on its standard input. It has no terminal, so it never asks for a passphrase; words are in
 * English whatever the locale. Faults: `ssh-keygen-missing`; `ssh-keygen-too-old` (`-Y` came with OpenSSH 8.0).
 */
export async function runKeygen(
  args: readonly string[],
  input: Uint8Array = Buffer.alloc(0),
): Promise<KeygenResult> {
  const result = await start(args, input).catch((error: unknown) => {
    throw new Fault('ssh-keygen-missing', { error: errorCode(error) });
  });
  if (/(unknown|illegal|invalid) option -- '?Y/i.test(result.stderr)) throw new Fault('ssh-keygen-too-old');
  return result;
}

function start(args: readonly string[], input: Uint8Array): Promise<KeygenResult> {
  return new Promise((resolve, reject) => {
    const env = toolEnvironment({ LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' });
    // A session of its own leaves it without the operator's terminal, where it would wait for a passphrase.
    const child = spawn('ssh-keygen', args, { detached: true, env, stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString();
    });
    // It may refuse before it has read everything; its exit status then says what there is to say.
    child.stdin.on('error', () => {});
    child.once('error', reject);
    child.once('close', status => resolve({ status, ...output }));
    child.stdin.end(input);
  });
}

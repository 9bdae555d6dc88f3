import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { programPath } from '../../effects/programs.ts';
import { sandboxDirectory, sandboxEnvironment } from '../../effects/sandbox-process.ts';
import { flagOption, type Invocation, textOption } from '../arguments.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { faultsOf } from '../preparation.ts';

/** `reprise sandbox`: starts the sandbox alone and prints its endpoints, until it is stopped. */
export async function perform(invocation: Invocation): Promise<number> {
  if (flagOption(invocation, 'faults')) return await play(['--faults', '--lang', langOf(invocation)]);
  const directory = textOption(invocation, 'directory') ?? sandboxDirectory('alone');
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const json = flagOption(invocation, 'json') ? ['--json'] : [];
  const faults = faultsOf(invocation).flatMap(name => ['--fault', name]);
  return await play(['--directory', directory, '--lang', langOf(invocation), ...json, ...faults]);
}

async function play(words: readonly string[]): Promise<number> {
  const args = ['--no-warnings', programPath('sandbox.mjs'), ...words];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: sandboxEnvironment() });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code === 0 ? exitCode.success : exitCode.refused;
}

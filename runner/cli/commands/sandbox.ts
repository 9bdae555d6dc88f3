import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { programPath } from '../../effects/programs.ts';
import { sandboxDirectory } from '../../effects/sandbox-process.ts';
import { flagOption, type Invocation, textOption } from '../arguments.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';

/** `reprise sandbox`: starts the sandbox alone and prints its endpoints, until it is stopped. */
export async function perform(invocation: Invocation): Promise<number> {
  const directory = textOption(invocation, 'directory') ?? sandboxDirectory('alone');
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const json = flagOption(invocation, 'json') ? ['--json'] : [];
  const args = [
    '--no-warnings',
    programPath('sandbox.mjs'),
    '--directory',
    directory,
    '--lang',
    langOf(invocation),
    ...json,
  ];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code === 0 ? exitCode.success : exitCode.refused;
}

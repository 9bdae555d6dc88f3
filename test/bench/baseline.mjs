// What a programme that keeps no promise would do: `node baseline.mjs spawn COUNT | pipe SCRIPT FILE`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';

const [what, first, second] = process.argv.slice(2);

async function bash(script, onData) {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  await once(child, 'close');
  if (child.exitCode !== 0) process.exitCode = 1;
}

if (what === 'spawn') {
  for (let index = 0; index < Number(first); index++) await bash('echo cellule', () => undefined);
} else {
  const file = openSync(second, 'wx', 0o600);
  await bash(first, bytes => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  });
  closeSync(file);
}

import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { SandboxRefusal } from './refusal.ts';

const holder = z.object({ pid: z.number(), started: z.string() });

/**
 * Makes this process the only one that works in a sandbox's folder; resolves with what gives it back.
 * Throws `directory-in-use` while another lives. The file of one that was killed counts for nothing.
 */
export async function occupy(lock: string): Promise<() => Promise<void>> {
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, started: await startOf(process.pid) }), {
    mode: 0o600,
  });
  try {
    await claim(mine, lock);
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(lock, { force: true });
}

/** A link is made whole or not at all, so nobody reads half a lock. */
async function claim(mine: string, lock: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await link(mine, lock);
      return;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    }
    const pid = await livingHolder(lock);
    if (pid !== undefined)
      throw new SandboxRefusal('directory-in-use', { directory: lock, process: `${pid}` });
    await rm(lock, { force: true });
  }
  throw new SandboxRefusal('directory-in-use', { directory: lock });
}

async function livingHolder(lock: string): Promise<number | undefined> {
  try {
    const { pid, started } = holder.parse(JSON.parse(await readFile(lock, 'utf8')));
    process.kill(pid, 0);
    return (await startOf(pid)) === started ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started (field 22 of proc(5)'s `stat`), since its number may later be another's; empty if unknown. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

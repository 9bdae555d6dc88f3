import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Executor } from '../ports.ts';
import { createExecutor, type ExecutorOptions } from './executor.ts';

/** An executor, and so a kernel, for each branch of a parallel section; all are stopped and closed together. */
export interface Executors {
  of(branch: string): Executor;
  interrupt(): void;
  close(): Promise<void>;
}

/** Makes executors as branches ask for them, all with the same options and one pace of requests. */
export function createExecutors(options: ExecutorOptions): Executors {
  const made = new Map<string, Executor>();
  let pace: string | undefined;
  return {
    of(branch) {
      pace ??= mkdtempSync(join(tmpdir(), 'reprise-pace-'));
      const executor = made.get(branch) ?? createExecutor({ ...options, pace });
      made.set(branch, executor);
      return executor;
    },
    interrupt() {
      for (const executor of made.values()) executor.interrupt();
    },
    async close() {
      await Promise.all([...made.values()].map(executor => executor.close()));
      if (pace !== undefined) rmSync(pace, { recursive: true, force: true });
    },
  };
}

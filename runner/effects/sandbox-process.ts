/*
 * The sandbox as a process of its own: it holds the simulated platform, so that a run never shares memory with what it
 * restores, and it ends when this process does, since it watches its standard input.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { Fault } from '../fault.ts';
import { toolEnvironment } from './environment.ts';
import { programPath } from './programs.ts';

const details = z.object({
  environment: z.record(z.string(), z.string()),
  endpoints: z.array(z.object({ name: z.string(), url: z.string(), note: z.string() })),
});

const refusal = z.object({
  error: z.object({ code: z.string(), details: z.record(z.string(), z.string()) }),
});

/** What a running sandbox offers: variables for a target's settings, and its addresses. */
export type SandboxDetails = z.infer<typeof details>;

/** A running sandbox. */
export interface SandboxProcess {
  readonly details: SandboxDetails;
  close(): Promise<void>;
}

/** Where the sandbox of a run keeps its state: outside the bundle, since restored data stay out of the record. */
export function sandboxDirectory(run: string): string {
  return join(tmpdir(), 'reprise-sandbox', run);
}

/** Removes what the sandbox of a sealed run restored, and the key that was made for it. */
export function forgetSandbox(run: string): void {
  rmSync(sandboxDirectory(run), { recursive: true, force: true });
}

/**
 * Starts the sandbox on a directory, new or its own, with the simulated faults of those names. Faults: `sandbox-failed` says
 * why it cannot; `simulated-fault-unknown` lists the names that there are.
 */
export async function startSandbox(
  directory: string,
  faults: readonly string[] = [],
): Promise<SandboxProcess> {
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const named = faults.flatMap(fault => ['--fault', fault]);
  const args = ['--no-warnings', programPath('sandbox.mjs'), '--directory', directory, '--json', ...named];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: sandboxEnvironment(),
    detached: true,
  });
  const line = await firstLine(child);
  return { details: readDetails(line), close: () => stop(child) };
}

/** The variables of a sandbox, among them the pace (requests a minute) that it is to keep. */
export function sandboxEnvironment(): Record<string, string> {
  return toolEnvironment({}, /^SANDBOX_SCALINGO_PACE$/);
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the sandbox has no standard output');
  const lines = createInterface({ input: child.stdout });
  const gone = once(child, 'exit').then(([code, signal]) => ['', `${code ?? signal}`] as const);
  const [line, ended] = await Promise.race([
    once(lines, 'line').then(([first]) => [String(first), ''] as const),
    gone,
  ]);
  if (line === '') throw new Fault('sandbox-failed', { reason: ended });
  return line;
}

function readDetails(line: string): SandboxDetails {
  const value: unknown = JSON.parse(line);
  const refused = refusal.safeParse(value);
  if (refused.success) {
    const { code, details: why } = refused.data.error;
    if (code === 'unknown-fault') throw new Fault('simulated-fault-unknown', why);
    throw new Fault('sandbox-failed', { reason: [code, ...Object.values(why)].join(' — ') });
  }
  return details.parse(value);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}

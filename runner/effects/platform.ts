import { Fault } from '../fault.ts';
import type { Plan } from '../plan/plan.ts';
import type { ResourceSettings } from '../services/resources.ts';
import { secretKey } from '../services/secret.ts';
import { closeTunnels } from '../services/tunnel/shared.ts';
import { forbidReports } from './crash-output.ts';
import { createMasker, type Masker } from './masker.ts';
import { ensurePostgresClient } from './postgres-client.ts';
import { sandboxDirectory, startSandbox } from './sandbox-process.ts';
import { resolveSettings } from './settings.ts';

/** What a plan acts on: resources and secrets of its target, resolved, and the sandbox when the target has one. */
export interface Platform {
  readonly environment: NodeJS.ProcessEnv;
  readonly resources: Readonly<Record<string, ResourceSettings>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly masker: Masker;
  close(): Promise<void>;
}

/** How the person is spoken to while a platform is prepared. */
export interface Preparation {
  /** Asks for a secret that the target says is typed. */
  readonly ask: (name: string, label: string) => Promise<string>;
  /** Told before a command changes this machine. */
  readonly say: (command: string) => void;
  /** Names of the faults that the sandbox simulates from now on; none unless given. */
  readonly faults?: readonly string[];
}

/**
 * Resolves a plan's target for a run, starting the sandbox first when it is the target. Faults: `simulated-fault-not-embedded`
 * when faults are asked for elsewhere, and those of the sandbox and of the settings.
 */
export async function preparePlatform(plan: Plan, run: string, preparation: Preparation): Promise<Platform> {
  const { target } = plan;
  const { faults = [] } = preparation;
  if (faults.length > 0 && !target.embedded) {
    throw new Fault('simulated-fault-not-embedded', { target: target.name, faults: faults.join(', ') });
  }
  if (target.embedded) await ensurePostgresClient(preparation.say);
  const sandbox = target.embedded ? await startSandbox(sandboxDirectory(run), faults) : undefined;
  const environment = { ...process.env, ...sandbox?.details.environment };
  const masker = createMasker();
  forbidReports();
  // Services that this process itself uses learn passwords, too.
  Reflect.set(globalThis, secretKey, (text: string, name: string) => masker.add(name, text));
  const close = async () => {
    await closeTunnels();
    await sandbox?.close();
  };
  try {
    const settings = await resolveSettings({ plan, run, environment, masker, ask: preparation.ask });
    return { environment, ...settings, masker, close };
  } catch (error) {
    await close();
    throw error;
  }
}

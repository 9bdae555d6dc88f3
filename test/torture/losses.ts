/*
 * The sandbox as a platform that several runs act on, so that what one run made can be lost and brought back by another. In: a
 * folder. Out: runs of the plan of APiLos on a target that is not embedded, whose lost application is the one that the first
 * run made. What goes on stays in the folder and goes with it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { programPath } from '../../runner/effects/programs.ts';
import { SANDBOX } from '../../runner/effects/resource-settings.ts';
import { type SandboxProcess, startSandbox } from '../../runner/effects/sandbox-process.ts';
import type { Entry } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import type { PlatformPostgres } from '../../runner/services/resources.ts';

const home = fileURLToPath(new URL('../../runbook', import.meta.url));
const application = 'exercice-apilos-siap';

const planned = z.object({ inputs: z.record(z.string(), z.unknown()) });

/** What a run came to: its exit code, what it printed, and its journal. */
export interface Played {
  readonly code: number | null;
  readonly printed: string;
  readonly entries: readonly Entry[];
}

/** A platform on which the plan can be run again and again. */
export class Twin {
  readonly #folder: string;
  readonly #sandbox: SandboxProcess;

  constructor(folder: string, sandbox: SandboxProcess) {
    this.#folder = folder;
    this.#sandbox = sandbox;
  }

  /** Starts it. */
  static async start(): Promise<Twin> {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-twin-'));
    cpSync(home, join(folder, 'runbook'), { recursive: true });
    const plan = join(folder, 'runbook/plan-de-reprise.md');
    writeFileSync(plan, liveTarget(readFileSync(plan, 'utf8')));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    return new Twin(folder, await startSandbox(join(folder, 'sandbox')));
  }

  /** Runs the plan, in the name of its parts `name`, with what is given by `--set` and further options. */
  async run(name: string, given: readonly string[], options: readonly string[] = []): Promise<Played> {
    const runs = join(this.#folder, name);
    const settings = ['applications=siap', ...given].flatMap(one => ['--set', one]);
    const args = [
      'run',
      'plan-de-reprise.md',
      '--target',
      'sandbox',
      '--auto',
      '--key',
      '../key',
      '--runs',
      runs,
    ];
    const { code, printed } = await this.#call([...args, ...settings, ...options]);
    const [bundle = ''] = execFileSync('ls', [runs], { encoding: 'utf8' }).split('\n');
    const lines = readFileSync(join(runs, bundle, 'journal.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    return { code, printed, entries: lines.map(line => JSON.parse(line)) };
  }

  /** What the triage answers: is the application lost, is its database, are its files? */
  async triage(given: readonly string[] = []): Promise<readonly unknown[]> {
    const settings = ['applications=siap', ...given].flatMap(one => ['--set', one]);
    const args = ['plan', 'plan-de-reprise.md', '--target', 'sandbox', '--probe', '--json', ...settings];
    const { code, printed } = await this.#call(args);
    if (code !== 0) throw new Error(printed);
    const { inputs } = planned.parse(JSON.parse(printed.slice(printed.indexOf('{'))));
    return ['recreer-application', 'restaurer-base', 'restaurer-fichiers'].map(input => inputs[input]);
  }

  /** Makes a bucket that holds nothing. */
  async makeBucket(name: string): Promise<void> {
    const value = (key: string) => this.#sandbox.details.environment[key] ?? '';
    const s3 = new S3Client({
      endpoint: value('SANDBOX_S3_ENDPOINT'),
      region: value('SANDBOX_S3_REGION'),
      credentials: {
        accessKeyId: value('SANDBOX_S3_ACCESS_KEY_ID'),
        secretAccessKey: value('SANDBOX_S3_SECRET_ACCESS_KEY'),
      },
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    s3.destroy();
  }

  /** The database of the application that the plan made. */
  get base(): PlatformPostgres {
    const value = (name: string) => this.#sandbox.details.environment[name] ?? '';
    const common = { run: 'test', mode: 'drill', protected: [] } as const;
    const [host = '', port = '22'] = value('SANDBOX_SSH_GATEWAY').split(':');
    return {
      ...common,
      name: 'base',
      kind: 'postgres',
      app: application,
      variable: 'SCALINGO_POSTGRESQL_URL',
      through: {
        ...common,
        name: 'plateforme',
        kind: 'scalingo',
        api: value('SANDBOX_SCALINGO_API'),
        authApi: value('SANDBOX_SCALINGO_AUTH_API'),
        databaseApi: value('SANDBOX_SCALINGO_DATABASE_API'),
        token: value('SANDBOX_SCALINGO_TOKEN'),
        region: value('SANDBOX_SCALINGO_REGION'),
        pace: 1000,
        gateway: {
          host,
          port: Number(port),
          hostFingerprint: value('SANDBOX_SSH_FINGERPRINT').split(','),
          identity: { keyFile: value('SANDBOX_SSH_KEY') },
        },
      },
    };
  }

  /** Ends it, and removes everything. */
  async end(): Promise<void> {
    await this.#sandbox.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #call(args: readonly string[]): Promise<{ readonly code: number | null; readonly printed: string }> {
    const temporary = join(this.#folder, 'tmp');
    mkdirSync(temporary, { recursive: true });
    const { environment } = this.#sandbox.details;
    const env = { ...process.env, ...environment, TMPDIR: temporary, SANDBOX_SCALINGO_PACE: '1000' };
    const cwd = join(this.#folder, 'runbook');
    const child = spawn(process.execPath, [programPath('reprise.cjs'), ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 240_000,
    });
    let [printed, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', text => (printed += text));
    child.stderr.setEncoding('utf8').on('data', text => (said += text));
    return new Promise(over =>
      child.once('close', code => over({ code, printed: code === 0 ? printed : printed + said })),
    );
  }
}

/** The plan with a target `sandbox` that is not embedded: what it leaves out is written, and what is lost is what it makes. */
function liveTarget(source: string): string {
  const { runbook } = readRunbook(source, 'plan-de-reprise.md');
  const [, front = '', ...rest] = source.split(/^---$/m);
  const document = parseDocument(front);
  const target = ['targets', 'sandbox'];
  document.deleteIn([...target, 'embedded']);
  for (const { name, kind } of runbook?.front.resources.values() ?? []) {
    const written = runbook?.front.targets.get('sandbox')?.resources[name] ?? {};
    if (Object.keys(written).length > 0) continue;
    const settings = Object.entries(SANDBOX[kind]).map(([key, env]) => [key, { env }]);
    document.setIn([...target, 'resources', name], Object.fromEntries(settings));
  }
  document.setIn([...target, 'inputs', 'application-perdue'], application);
  document.setIn([...target, 'resources', 'origine', 'bucket'], { input: 'bucket' });
  return `---${String(document).startsWith('\n') ? '' : '\n'}${document}---${rest.join('---')}`;
}

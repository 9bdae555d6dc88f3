import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Fault } from '../../fault.ts';
import { checkRepository, fullRevision } from './repository.ts';
import { type GitEnded, runGit } from './run.ts';

/** What to clone, where to, and what to check out. */
export interface CloneOptions {
  /** `https://` or `file://`, without a password. */
  readonly url: string;
  /** Absent or empty, or a clone of the same address that an earlier attempt made. */
  readonly folder: string;
  /** A tag, a branch or a sha. */
  readonly revision: string;
}

/** A full clone: where it is, and the commit that is checked out. */
export interface Cloned {
  readonly folder: string;
  readonly sha: string;
}

/** Nothing of the operator's: no configuration, hook, template, attribute, filter or stored password. */
const alone = [
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['init.templateDir', ''],
  ['advice.detachedHead', 'false'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Clones in a folder of its own, which takes its name only once it is whole. */
export async function clone({ url, folder, revision }: CloneOptions): Promise<Cloned> {
  refuseUrl(url);
  const place = resolve(folder);
  if (!(await isCloneOf(place, url))) await cloneInto(place, url);
  await checkRepository(place);
  const sha = await fullRevision(place, revision).catch((fault: unknown) => {
    // A branch that is not the first one is only known by its remote name.
    return fullRevision(place, `refs/remotes/origin/${revision}`).catch(() => Promise.reject(fault));
  });
  const checkedOut = await gitAlone(place, ['checkout', '--quiet', '--force', '--detach', sha]);
  if (checkedOut.exit !== 0) throw failed(url, checkedOut);
  return { folder: place, sha };
}

function refuseUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const open = parsed !== undefined && parsed.username === '' && parsed.password === '';
  if (open && ['https:', 'file:'].includes(parsed.protocol)) return;
  throw new Fault('git-url-refused', { url: url.replace(/\/\/[^/@]*@/, '//…@') });
}

async function isCloneOf(place: string, url: string): Promise<boolean> {
  const entries = await readdir(place).catch((): string[] => []);
  if (entries.length === 0) return false;
  const origin = entries.includes('.git')
    ? await gitAlone(place, ['config', '--local', '--get', 'remote.origin.url'])
    : undefined;
  if (origin?.stdout.trim() !== url) throw new Fault('git-folder-not-empty', { folder: place, url });
  const fetched = await gitAlone(place, ['fetch', '--quiet', '--tags', '--force', 'origin']);
  if (fetched.exit !== 0) throw failed(url, fetched);
  return true;
}

async function cloneInto(place: string, url: string): Promise<void> {
  const partial = await mkdtemp(join(dirname(place), `.${basename(place)}-`));
  try {
    const args = ['clone', '--progress', '--no-checkout', '--no-recurse-submodules', '--', url, '.'];
    const ended = await gitAlone(partial, args);
    if (ended.exit !== 0) throw failed(url, ended);
    await checkRepository(partial);
    await rename(partial, place);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function gitAlone(folder: string, args: readonly string[]): Promise<GitEnded> {
  return runGit(folder, [...alone, ...args], {
    env: {
      ...proxies(),
      HOME: '/dev/null',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_ALLOW_PROTOCOL: 'https:file',
      GIT_TERMINAL_PROMPT: '0',
    },
    onStderrLine: line => {
      if (/: 100%/.test(line)) console.log(line.trimEnd());
    },
  });
}

/** A network that has a proxy is not reached without it. */
function proxies(): Record<string, string> {
  const names = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function failed(url: string, { exit, stderr }: GitEnded): Fault {
  const lines = stderr.split(/[\r\n]+/).filter(line => /^(fatal|error):/.test(line));
  return new Fault('git-clone-failed', { url, exit, message: lines.join(' ') || stderr.trim().slice(-200) });
}

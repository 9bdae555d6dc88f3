/*
 * Looks at everything that a runbook relies on. In: its sources, and where each can be read: checkouts, resources of a target.
 * Out: what each is today. What can never happen: a source that could not be looked at and is given as found.
 */
import {
  fileFact,
  KEPT,
  keyFact,
  NONE,
  namesFact,
  namesIn,
  scheduleFact,
  uploadsOf,
} from '../../drift/facts.ts';
import type { Present, SourceReading } from '../../drift/reading.ts';
import { Fault } from '../../fault.ts';
import type { Source } from '../../model/runbook.ts';
import type { SectionSource } from '../../model/sources.ts';
import type { ResourceSettings } from '../../services/resources.ts';
import { openCheckout } from './checkout.ts';
import { readStack, readTool, readUrl } from './elsewhere.ts';
import { openGithub } from './github-repository.ts';
import { changeSince, type Repository, sinceOf } from './repository.ts';

/** Where sources are read. */
export interface SourceWorld {
  /** The folder of the document. */
  readonly folder: string;
  /** Folders of checkouts by the name of their resource; under the empty name, that of any. */
  readonly checkouts: ReadonlyMap<string, string>;
  /** What a target gives; nothing without one. */
  readonly resources: Readonly<Record<string, ResourceSettings>>;
}

/** A file of a repository, and what is recorded of it. */
interface Wanted {
  readonly repository: Repository;
  readonly path: string;
  readonly ref: string | undefined;
  readonly is: string | undefined;
}

const workflows = '.github/workflows';

/** What each source is today, in the order given. No Fault but `checkout-not-found`: any other is a reading. */
export async function readSources(
  sources: readonly SectionSource[],
  world: SourceWorld,
): Promise<readonly SourceReading[]> {
  const readings: SourceReading[] = [];
  for (const { source, section } of sources) {
    const present = await readSource(source, world).catch((error: unknown): Present => {
      if (!(error instanceof Fault) || error.code === 'checkout-not-found') throw error;
      return { state: 'unchecked', fault: error.code, params: error.params };
    });
    readings.push({ source, section, present });
  }
  return readings;
}

async function readSource(source: Source, world: SourceWorld): Promise<Present> {
  const { subject, is, ref } = source;
  switch (subject.kind) {
    case 'tool':
      return readTool(subject.name, is);
    case 'url':
      return readUrl(subject, is);
    case 'stack':
      return readStack(platformOf(source, world), subject.name, is);
    case 'file': {
      const { path, key } = subject;
      const fact = (text: string) => (key === undefined ? fileFact(text) : keyFact(text, path, key));
      return readFact({ repository: await repositoryOf(source, world), path, ref, is }, fact);
    }
    case 'names':
      return readNames({ repository: await repositoryOf(source, world), path: subject.path, ref, is });
    case 'workflow': {
      const path = `${workflows}/${subject.file}`;
      const wanted = { repository: await repositoryOf(source, world), path, ref, is };
      return subject.artifact === undefined
        ? readWorkflow(wanted, scheduleFact)
        : readArtifact(wanted, subject.file, subject.artifact);
    }
  }
}

function platformOf(source: Source, { resources }: SourceWorld) {
  const resource = resources[source.in ?? ''];
  if (resource?.kind === 'scalingo') return resource;
  throw new Fault('drift-without-place', { resource: source.in ?? '' });
}

async function repositoryOf(source: Source, world: SourceWorld): Promise<Repository> {
  if (source.in === undefined) return openCheckout(world.folder);
  const folder = world.checkouts.get(source.in) ?? world.checkouts.get('');
  if (folder !== undefined) return openCheckout(folder);
  const resource = world.resources[source.in];
  if (resource?.kind === 'github') return openGithub(resource);
  throw new Fault('drift-without-place', { resource: source.in });
}

/** A fact of a file, and since when it is another than the recorded one. */
async function readFact(wanted: Wanted, factIn: (text: string) => string | undefined): Promise<Present> {
  const { repository, path, ref, is } = wanted;
  const text = await repository.read(path, ref);
  const fact = text === undefined ? undefined : factIn(text);
  const holds = fact !== undefined && fact === is;
  if (holds || (fact !== undefined && is === undefined)) return { state: 'found', fact, holds };
  const { since } = await changeSince(repository, wanted, before => factIn(before) === is);
  if (fact !== undefined) return { state: 'found', fact, holds, ...(since === undefined ? {} : { since }) };
  return text === undefined ? gone(wanted) : { state: 'gone', ...(since === undefined ? {} : { since }) };
}

/** What is no longer there went with the newest change to its path. */
async function gone({ repository, path, ref }: Wanted): Promise<Present> {
  const [last] = await repository.versions(path, ref);
  return { state: 'gone', ...(last === undefined ? {} : { since: sinceOf(last) }) };
}

async function readNames(wanted: Wanted): Promise<Present> {
  const { repository, path, ref, is } = wanted;
  const found = await readFact(wanted, text => namesFact(namesIn(text)));
  if (found.state !== 'found' || found.holds || is === undefined) return found;
  const text = (await repository.read(path, ref)) ?? '';
  const { before } = await changeSince(repository, wanted, old => namesFact(namesIn(old)) === is);
  if (before === undefined) return found;
  const [then, now] = [namesIn(before), namesIn(text)];
  const names = {
    added: now.filter(name => !then.includes(name)),
    removed: then.filter(name => !now.includes(name)),
  };
  return { ...found, names };
}

/** A workflow that is gone may live on under another name, with the same fact. */
async function readWorkflow(wanted: Wanted, factIn: (text: string) => string): Promise<Present> {
  const found = await readFact(wanted, factIn);
  if (found.state !== 'gone') return found;
  const { repository, ref, is } = wanted;
  for (const name of await repository.list(workflows, ref)) {
    const text = await repository.read(`${workflows}/${name}`, ref);
    if (is !== NONE && text !== undefined && factIn(text) === is) return { ...found, candidate: name };
  }
  return found;
}

/** Whether an artifact is kept: as its runs left it where they can be asked for, else as the workflow's text says. */
async function readArtifact(wanted: Wanted, workflow: string, artifact: string): Promise<Present> {
  const { repository, path, ref, is } = wanted;
  const uploads = (text: string) => (uploadsOf(text).includes(artifact) ? KEPT : NONE);
  if (repository.isKept === undefined) return readWorkflow(wanted, uploads);
  if ((await repository.read(path, ref)) === undefined) return readWorkflow(wanted, uploads);
  const { kept, since } = await repository.isKept(workflow, artifact);
  const fact = kept ? KEPT : NONE;
  if (kept || is !== KEPT) return { state: 'found', fact, holds: is === fact };
  // What nothing keeps any more may have ended with a change to the workflow itself.
  const changed = since ?? (await changeSince(repository, wanted, text => uploads(text) === KEPT)).since;
  return { state: 'found', fact, holds: false, ...(changed === undefined ? {} : { since: changed }) };
}

/*
 * What the engine asks of resources, each answer from the server. In: a name. Out: a fingerprint, or the run's marker
 * written. The driver of a kind is loaded when a resource of that kind is first asked.
 * Can never happen: a fingerprint made of what was configured; a marker on something that is not empty and was not named.
 */
import type { Fingerprint } from '../../journal/event.ts';
import type { Resources } from '../../ports.ts';
import type { ResourceSettings } from '../../services/resources.ts';

/** Opens the resources of a run. `inspect` throws the faults of each kind. */
export function createResources(settings: Readonly<Record<string, ResourceSettings>>): Resources {
  const known = (name: string): ResourceSettings => {
    const resource = settings[name];
    if (resource === undefined) throw new Error(`no settings for the resource ${name}`);
    return resource;
  };
  const look = async (name: string): Promise<Fingerprint> => {
    const resource = known(name);
    if (resource.kind === 'postgres') return (await import('./postgres.ts')).inspectDatabase(resource);
    if (resource.kind === 's3') return (await import('./s3.ts')).inspectBucket(resource);
    if (resource.kind === 'directory') return (await import('./directory.ts')).inspectDirectory(resource);
    throw new Error(`a resource of kind ${resource.kind} has no fingerprint`);
  };
  const inspect = async (name: string): Promise<Fingerprint> => wellFormed(await look(name));
  const claim = async (name: string, run: string, named: boolean): Promise<boolean> => {
    const resource = known(name);
    if (resource.kind === 'postgres')
      return (await import('./postgres.ts')).claimDatabase(resource, run, named);
    if (resource.kind === 's3') return (await import('./s3.ts')).claimBucket(resource, run, named);
    if (resource.kind === 'directory')
      return (await import('./directory.ts')).claimDirectory(resource, run, named);
    throw new Error(`a resource of kind ${resource.kind} bears no mark`);
  };
  return { inspect, claim };
}

/** A server may answer with half characters, which no line of the journal can hold. */
function wellFormed(found: Fingerprint): Fingerprint {
  const facts = Object.entries(found.facts).map(([name, value]) => [
    name.toWellFormed(),
    typeof value === 'string' ? value.toWellFormed() : value,
  ]);
  return { ...found, name: found.name.toWellFormed(), facts: Object.fromEntries(facts) };
}

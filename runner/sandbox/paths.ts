import { join } from 'node:path';

/** Where things are in a sandbox's folder. */
export function sandboxPaths(directory: string) {
  return {
    directory,
    lock: join(directory, 'sandbox.lock'),
    credentials: join(directory, 'credentials.json'),
    postgres: join(directory, 'postgres'),
    s3: join(directory, 's3'),
    s3Port: join(directory, 's3-port.json'),
    archives: join(directory, 'archives'),
    /** Archives that a fault has replaced for one start. */
    originals: join(directory, 'originals'),
    /** Where a drill downloads to. */
    downloads: join(directory, 'downloads'),
    github: join(directory, 'github'),
    repository: join(directory, 'repository'),
    scalingo: join(directory, 'scalingo'),
    names: join(directory, 'names.json'),
    /** What was lost and what is left; written last, so that it also says that the disaster is complete. */
    disaster: join(directory, 'disaster.json'),
  };
}

/** The places of one sandbox. */
export type Paths = ReturnType<typeof sandboxPaths>;

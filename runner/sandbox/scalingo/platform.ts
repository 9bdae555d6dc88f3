import type { Database } from './state.ts';

/** An archive that was made: its name, its size in bytes. */
export interface MadeArchive {
  readonly file: string;
  readonly size: number;
}

/** The real things behind the API. Each must be safe to repeat: a restarted sandbox asks again for what it lacks. */
export interface Platform {
  /** Makes a database for an application; `number` tells it from others of the same name. */
  provisionPostgres(app: string, number: number): Promise<Database>;
  /** URL of a Redis made for an application. */
  provisionRedis(app: string, number: number): Promise<string>;
  /** Makes or changes a role that reads or writes a database. */
  setUser(database: Database, user: { name: string; password: string; readOnly: boolean }): Promise<void>;
  removeUser(database: Database, name: string): Promise<void>;
  dropPostgres(database: Database): Promise<void>;
  /** Backs a database up into the folder of archives. */
  backUp(database: Database, name: string, takenAt: Date): Promise<MadeArchive>;
}

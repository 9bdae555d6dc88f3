import { type Application, type StartOptions, startApplication } from './application.ts';

/** The applications in service, one process each. */
export interface Fleet {
  /** Puts a started application in service in place of the one of its name, which is then stopped. */
  put(application: Application): Promise<void>;
  /**
   * Starts an application (again) with the variables of this moment, then puts it in service. Rejects with `BootFailure`, the
   * one before still in service.
   */
  restart(options: StartOptions): Promise<void>;
  stop(app: string): Promise<void>;
  /** Where the router sends; undefined when nothing runs, a crash included. */
  upstream(app: string): string | undefined;
  /** Stops all, and whatever is put in service later. */
  close(): Promise<void>;
}

/** An empty fleet. */
export function openFleet(): Fleet {
  const inService = new Map<string, Application>();
  const state = { closed: false };
  const remove = async (app: string) => {
    const application = inService.get(app);
    inService.delete(app);
    await application?.close();
  };
  const put = async (application: Application) => {
    if (state.closed) return application.close();
    const before = inService.get(application.app);
    inService.set(application.app, application);
    void application.ended.then(() => {
      if (inService.get(application.app) === application) inService.delete(application.app);
    });
    await before?.close();
  };
  return {
    put,
    restart: async options => put(await startApplication(options)),
    stop: remove,
    upstream: app => inService.get(app)?.url,
    async close() {
      state.closed = true;
      await Promise.all([...inService.keys()].map(remove));
    },
  };
}

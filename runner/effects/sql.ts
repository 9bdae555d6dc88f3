/*
 * sql cells and checks. In: statements and the PostgreSQL resource of the step. Out: how they ended; for each statement its
 * command and number of rows. All statements go in one message, hence one session and one transaction, unless the code
 * itself says `begin` or `commit`. What only reads (checks, probes, `effect=read`) has a read-only session.
 * Can never happen: a row in the record, other than the `ok` of a check; a statement that goes on after its step.
 */
import type pg from 'pg';
import { readDsn } from '../services/postgres/dsn.ts';
import { reach } from '../services/postgres/reach.ts';
import type { DirectPostgres } from '../services/resources.ts';
import { createLimit } from './limits.ts';
import { ended, type Job, type Outcome, reasonOf } from './step-context.ts';

/** Milliseconds that a server gets to cancel a statement before the connection is cut. */
const CANCEL_GRACE = 2_000;

/** Runs one sql step; never rejects because of what the statements do. */
export async function runSql(job: Job): Promise<Outcome> {
  const resource = job.resources[job.step.on ?? ''];
  if (resource?.kind !== 'postgres')
    return failed(`sql needs on= a postgres resource, not ${job.step.on ?? 'none'}`);
  const { default: driver } = await import('pg');
  const direct = await reach(resource).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  if (direct instanceof Error) return ended('failed', reasonOf(direct));
  const client = new driver.Client(clientOptions(direct, readsOnly(job)));
  client.on('error', () => undefined);
  client.on('notice', ({ severity, message }) =>
    print(job, 'stderr', `${severity ?? 'NOTICE'}: ${message ?? ''}`),
  );
  try {
    await client.connect();
  } catch (error) {
    return failed(`${job.step.on}: ${messageOf(error)}`);
  }
  try {
    return await runConnected(job, client, new driver.Query(job.code.text), () =>
      cancel(driver, direct, client),
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

function failed(message: string): Outcome {
  return ended('failed', { code: 'error', message });
}

function readsOnly({ step }: Job): boolean {
  return step.kind === 'check' || step.kind === 'probe' || (step.kind === 'cell' && step.effect === 'read');
}

function clientOptions(resource: DirectPostgres, readOnly: boolean): pg.ClientConfig {
  readDsn(resource);
  const url = new URL(resource.url);
  // `pg` takes these two for "verify", libpq for "if offered".
  if (['prefer', 'allow'].includes(url.searchParams.get('sslmode') ?? '')) url.searchParams.delete('sslmode');
  const options = readOnly ? { options: '-c default_transaction_read_only=on' } : {};
  const common = {
    application_name: `reprise:${resource.run}`,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
  };
  return { connectionString: url.href, ...common, ...options };
}

/** What is kept of the rows: nothing but the first one of a check or a probe. */
interface Seen {
  rows: number;
  first: Readonly<Record<string, unknown>> | undefined;
  results: { readonly command: string | null; readonly rowCount: number | null }[];
}

async function runConnected(
  job: Job,
  client: pg.Client,
  query: pg.Query,
  stop: () => Promise<void>,
): Promise<Outcome> {
  let stopping: Promise<void> | undefined;
  const limit = createLimit(() => {
    stopping = stop();
  });
  job.stoppable(limit.interrupt);
  limit.start(job.execution.timeout);
  job.started(process.pid);
  const end = await perform(client, query);
  limit.clear();
  await stopping;
  const stopped = limit.stopped();
  if (stopped === 'timeout') return ended('killed', { code: 'timeout', after: job.execution.timeout ?? 0 });
  if (stopped === 'interrupted') return ended('killed', { code: 'interrupted' });
  if (end instanceof Error) return failure(job, end);
  for (const { command, rowCount } of end.results)
    print(job, 'stdout', `${command ?? ''} ${rowCount ?? ''}`.trim());
  return job.step.kind === 'cell' || job.step.kind === 'undo' ? ended('passed') : answerOf(job, end);
}

/** Listening to rows keeps the driver from storing them. */
function perform(client: pg.Client, query: pg.Query): Promise<Seen | Error> {
  const seen: Seen = { rows: 0, first: undefined, results: [] };
  return new Promise(resolve => {
    query.on('row', (row: Readonly<Record<string, unknown>>) => {
      seen.rows += 1;
      seen.first ??= row;
    });
    query.on('end', (result: unknown) => {
      const results = Array.isArray(result) ? result : [result];
      seen.results = results.filter(isResult);
      resolve(seen);
    });
    query.on('error', resolve);
    client.once('end', () => resolve(new Error('the connection was lost')));
    client.query(query);
  });
}

function isResult(value: unknown): value is Seen['results'][number] {
  return typeof value === 'object' && value !== null && 'command' in value && 'rowCount' in value;
}

/** An error is the server's answer; one that ends the connection, or its loss, leaves the outcome unknown. */
function failure(job: Job, error: Error): Outcome {
  const code = textField(error, 'code');
  const position = textField(error, 'position');
  const place = position === undefined ? {} : { stack: `${job.runbook}:${lineOf(job, Number(position))}` };
  const message = `${code === undefined ? '' : `${code}: `}${error.message}`;
  return ended(isAnswer(code) ? 'failed' : 'killed', { code: 'error', message, ...place });
}

/** SQLSTATE classes 08 and 57P end the connection (PostgreSQL, "Error Codes"); the severity's text is translated. */
function isAnswer(code: string | undefined): boolean {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
}

function textField(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}

/** `position` counts characters from 1 (PostgreSQL protocol, "Error and Notice Message Fields"). */
function lineOf(job: Job, position: number): string {
  const before = [...job.code.text]
    .slice(0, position - 1)
    .join('')
    .split('\n');
  return `${job.code.line + before.length - 1}:${(before.at(-1) ?? '').length + 1}`;
}

function answerOf(job: Job, { rows, first }: Seen): Outcome {
  if (job.step.kind === 'probe') {
    const value = Object.values(first ?? {})[0];
    return rows === 1 ? ended('passed', undefined, String(value)) : failed(`one row expected, ${rows} found`);
  }
  const answer = rows === 1 ? `ok = ${asText(first)}` : `${rows} rows`;
  if (rows === 1 && first?.ok === true) return ended('passed', undefined, answer);
  return ended('failed', { code: 'check-false', detail: answer }, answer);
}

/** Only the truth value is recorded: anything else might be data. */
function asText(row: Readonly<Record<string, unknown>> | undefined): string {
  if (row === undefined || !Object.hasOwn(row, 'ok')) return 'missing';
  return row.ok === null || typeof row.ok === 'boolean' ? String(row.ok) : typeof row.ok;
}

/** Asks the server to give up the statement, from a second connection; then cuts the first. */
async function cancel(driver: typeof pg, resource: DirectPostgres, client: pg.Client): Promise<void> {
  const pid: unknown = Reflect.get(client, 'processID');
  const config = { ...clientOptions(resource, false), connectionTimeoutMillis: CANCEL_GRACE };
  const second = new driver.Client({ ...config, query_timeout: CANCEL_GRACE });
  second.on('error', () => undefined);
  const cancelled = second.connect().then(() => second.query('select pg_cancel_backend($1)', [pid]));
  await cancelled.catch(() => undefined);
  await second.end().catch(() => undefined);
  setTimeout(() => destroy(client), CANCEL_GRACE).unref();
}

function destroy(client: pg.Client): void {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown = Reflect.get(Object(connection), 'stream');
  if (
    typeof stream === 'object' &&
    stream !== null &&
    'destroy' in stream &&
    typeof stream.destroy === 'function'
  ) {
    stream.destroy();
  }
}

function print(job: Job, stream: 'stdout' | 'stderr', text: string): void {
  job.output(stream, Buffer.from(`${text}\n`));
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

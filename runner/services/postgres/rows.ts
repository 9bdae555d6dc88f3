import type pg from 'pg';
import { z } from 'zod';
import { Fault } from '../../fault.ts';
import { firstError } from '../archives/dump.ts';
import { runClient } from '../process/client.ts';

/** Number of rows by table, named `schema.table`. */
export type RowCounts = Readonly<Record<string, number>>;

const header = /^COPY (.+?) \(.*\) FROM stdin;$/;
const lineFeed = 0x0a;
const longestHeader = 1024 * 1024;

/** Counts the lines of the COPY blocks of a script given by chunks, without keeping them. */
export function copyCounter(): { write(chunk: Buffer): void; counts(): RowCounts } {
  const counts = new Map<string, number>();
  let table: string | undefined;
  let line: Buffer = Buffer.alloc(0);
  const finish = (text: Buffer) => {
    if (table === undefined) {
      table = tableOf(text);
      if (table !== undefined) counts.set(table, counts.get(table) ?? 0);
    } else if (text.length === 2 && text.equals(endOfCopy)) table = undefined;
    else counts.set(table, (counts.get(table) ?? 0) + 1);
  };
  return {
    write(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
        const part = chunk.subarray(from, at);
        finish(line.length === 0 ? part : Buffer.concat([line, part]));
        line = Buffer.alloc(0);
        from = at + 1;
      }
      line = keepStart(line, chunk.subarray(from), table === undefined ? longestHeader : 3);
    },
    counts: () => Object.fromEntries(counts),
  };
}

const endOfCopy = Buffer.from('\\.');

/** A row may be huge: of a line of data only what tells it from `\.` is kept. */
function keepStart(line: Buffer, rest: Buffer, most: number): Buffer {
  if (rest.length === 0 || line.length >= most) return line;
  return Buffer.concat([line, rest.subarray(0, most - line.length)]);
}

function tableOf(line: Buffer): string | undefined {
  if (line[0] !== 0x43) return undefined;
  return header.exec(line.toString('utf8'))?.[1];
}

/** Rows per table as the dump itself holds them, from one streamed reading of its data. Faults: `dump-corrupt`, `client-missing`. */
export async function rowsInDump(path: string): Promise<RowCounts> {
  const counter = copyCounter();
  const ended = await runClient('pg_restore', ['--data-only', '--file=-', path], { onStdout: counter.write });
  if (ended.exit !== 0) throw new Fault('dump-corrupt', { archive: path, message: firstError(ended.stderr) });
  return counter.counts();
}

const tablesQuery = `
  select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
  order by 1`;

const names = z.array(z.object({ name: z.string() }));
const counted = z.tuple([z.object({ rows: z.coerce.number() })]);

/** Rows per table as the server holds them, all from one snapshot; quoted as pg_dump quotes them. */
export async function rowsInDatabase(client: pg.Client): Promise<RowCounts> {
  await client.query('begin transaction isolation level repeatable read read only');
  try {
    const counts: Record<string, number> = {};
    for (const { name } of names.parse((await client.query(tablesQuery)).rows)) {
      const { rows } = await client.query(`select count(*) as rows from only ${name}`);
      counts[name] = counted.parse(rows)[0].rows;
    }
    return counts;
  } finally {
    await client.query('rollback');
  }
}

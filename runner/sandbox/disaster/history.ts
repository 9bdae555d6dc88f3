import type { Calendar } from './calendar.ts';
import { conventionRows } from './conventions.ts';
import type { Random } from './random.ts';
import { housingRows, peopleRows, type Row, type Rows } from './rows.ts';
import { type Table, tableNames } from './schema.ts';

/** What the platform held: its rows when the newest backup was taken, and how many of them the older ones lack. */
export type History = { readonly rows: Rows; readonly calendar: Calendar };

/** Rows, the last of their tables, that were made on the last day (`[0]`) and on the day before it (`[1]`). */
const latest: Partial<Record<Table, readonly [number, number]>> = {
  conventions_evenement: [20, 40],
  comments_comment: [8, 12],
  upload_uploadedfile: [5, 2],
};

/** The platform's rows, a function of the seed and of the calendar. */
export function makeHistory(random: Random, calendar: Calendar): History {
  const maker = { random, before: calendar.nights[2] };
  const rows: Rows = { ...peopleRows(maker), ...housingRows(maker), ...conventionRows(maker) };
  return { calendar, rows: { ...rows, ...dated(rows, calendar) } };
}

/** How many rows of a table the backup of `night` (0 is the newest) holds; identifiers start at 1 without a gap. */
export function rowCount(history: History, table: Table, night: number): number {
  const days = latest[table] ?? [];
  return history.rows[table].length - days.slice(0, night).reduce((sum, made) => sum + made, 0);
}

/** Rows of each table in the backup of `night`. */
export function rowCounts(history: History, night: number): Record<string, number> {
  return Object.fromEntries(tableNames.map(table => [table, rowCount(history, table, night)]));
}

/** The latest rows again, with the instants of the day on which they were made. */
function dated(rows: Rows, calendar: Calendar): Partial<Rows> {
  const tables = tableNames.filter(table => latest[table] !== undefined);
  return Object.fromEntries(tables.map(table => [table, datedRows(table, rows[table], calendar)]));
}

function datedRows(table: Table, rows: readonly Row[], calendar: Calendar): Row[] {
  const [last, before] = latest[table] ?? [0, 0];
  return rows.map((row, index) => {
    const fromEnd = rows.length - index;
    if (fromEnd > last + before) return row;
    const morning = calendar.nights[fromEnd > last ? 2 : 1].getTime() + 8 * 3_600_000;
    const instant = new Date(morning + index * 60_000).toISOString();
    if ('survenu_le' in row) return { ...row, survenu_le: instant.slice(0, 10) };
    return { ...row, cree_le: instant, mis_a_jour_le: instant };
  });
}

/** Appends records of 1 kB durably: `node append.cjs journal|bare FILE COUNT`; prints microseconds per append. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { systemClock } from '../../runner/effects/clock.ts';
import { createJournal } from '../../runner/effects/journal-file.ts';
import type { Event } from '../../runner/journal/event.ts';

const [mode = '', file = '', count = '0'] = process.argv.slice(2);
const text = 'Une ligne de sortie. '.repeat(40);
const event: Event = { type: 'output-written', step: 'base-restauree', attempt: 1, stream: 'stdout', text };

function measure(append: () => void): number {
  for (let index = 0; index < 50; index++) append();
  const began = performance.now();
  for (let index = 0; index < Number(count); index++) append();
  return ((performance.now() - began) / Number(count)) * 1000;
}

function journal(): number {
  const writer = createJournal(file, systemClock());
  const time = measure(() => writer.append([event], true));
  writer.close();
  return time;
}

function bare(): number {
  const record = Buffer.from(`${JSON.stringify({ ...event, at: '', prev: '0'.repeat(64), seq: 1 })}\n`);
  const fd = openSync(file, 'ax', 0o600);
  const time = measure(() => {
    writeSync(fd, record);
    fdatasyncSync(fd);
  });
  closeSync(fd);
  return time;
}

process.stdout.write(String(mode === 'journal' ? journal() : bare()));

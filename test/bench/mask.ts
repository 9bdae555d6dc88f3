/** Masks a gigabyte of text for the secrets of the environment, and prints the CPU time in ms: `node mask.cjs PART PREFIX`. */
import { readFileSync } from 'node:fs';
import { createMasker } from '../../runner/effects/masker.ts';

const [, , part = '', prefix = ''] = process.argv;
const masker = createMasker();
for (const [name, value] of Object.entries(process.env))
  if (name.startsWith(prefix) && value !== undefined) masker.add(name, value);

/** As a pipe gives them. */
const CHUNK = 65_536;
const text = readFileSync(part);
const chunks = Array.from({ length: Math.floor(text.length / CHUNK) }, (_, index) =>
  text.subarray(index * CHUNK, (index + 1) * CHUNK),
);

const GIGABYTE = 1e9 / CHUNK;
const stream = masker.stream();
let masked = 0;
/** The first tenth of a gigabyte warms up the compiler. */
for (let done = 0; done < GIGABYTE / 10; done++)
  masked += stream.write(chunks[done % chunks.length] ?? text).length;
const before = process.cpuUsage();
for (let done = 0; done < GIGABYTE; done++)
  masked += stream.write(chunks[done % chunks.length] ?? text).length;
const { user, system } = process.cpuUsage(before);
if (masked < GIGABYTE) throw new Error('nothing was masked');
process.stdout.write(String((user + system) / 1000));

// Whole processes, measured from outside, in interleaved rounds; what is told are ratios within a round.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const hook = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'usage.cjs');

/**
 * Runs `node` with these arguments to its end. Gives wall time in ms and, with `usage`, the CPU time of it and its children
 * in ms and its own peak memory in MB. Throws when it does not exit with `exit`.
 */
export function runNode(args, options = {}) {
  const preload = options.usage === undefined ? [] : ['--require', hook];
  return runProgram(process.execPath, [...preload, ...args], options);
}

/** Runs any program in the same way; only Node tells its `usage`. */
export function runProgram(program, args, { cwd, env = {}, exit = 0, usage } = {}) {
  const began = performance.now();
  const end = spawnSync(program, args, {
    cwd,
    // Bash whose input is a socket, as that of zx is, reads ~/.bashrc when it thinks itself the first shell (bash manual).
    env: { ...process.env, SHLVL: '2', ...env, ...(usage === undefined ? {} : { BENCH_USAGE: usage }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  const wall = performance.now() - began;
  const answer = end.stdout.toString();
  if (end.status !== exit) {
    throw new Error(
      `${program} ${args.join(' ')}: exit ${end.error ?? end.status}${end.signal ?? ''}\n${end.stderr}\n${answer.slice(-2000)}`,
    );
  }
  return { wall, answer, ...(usage === undefined ? {} : JSON.parse(readFileSync(usage, 'utf8'))) };
}

/** Runs every contender once a round, the order turning from round to round. Gives each one's results, round by round. */
export function interleave(rounds, contenders) {
  const names = Object.keys(contenders);
  const results = Object.fromEntries(names.map(name => [name, []]));
  const before = loadavg()[0];
  for (let round = -1; round < rounds; round++) {
    const turned = names.map((_, index) => names[(index + Math.max(round, 0)) % names.length]);
    for (const name of turned) {
      const result = contenders[name](round);
      // The first round only warms the caches of files.
      if (round >= 0) results[name].push(result);
    }
  }
  return { results, load: [before, loadavg()[0]] };
}

/** The median of numbers, and their least and greatest. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], min: sorted[0], max: sorted.at(-1) };
}

/** The spread of one measure of `a` over that of `b`, round by round. */
export function ratio(a, b, measure = each => each.wall) {
  return spread(a.map((each, round) => measure(each) / measure(b[round])));
}

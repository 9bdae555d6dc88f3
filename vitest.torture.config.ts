import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/torture/*.torture.ts'],
    globalSetup: ['./test/temporary.ts', './test/build.ts', './test/torture/setup.ts'],
    // A control builds the programme without a guard and hurts it until that shows.
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    maxConcurrency: 2,
    reporters: ['dot', './test/count-reporter.ts'],
  },
});

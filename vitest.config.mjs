import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // A process for each file would cost more than most files do; no test leaves anything behind in its process.
    isolate: false,
    // Most tests wait for processes that they start, and some for a clock: for a grace, or for cron.
    maxWorkers: availableParallelism() + 1,
    // Every process that runs at once with more of them than there are cores costs each of them time.
    maxConcurrency: availableParallelism() + 1,
  },
});

import { defineConfig } from 'vitest/config';

/** The tests that Stryker runs: those of the rooms it mutates, and the laws and answers that hold them to account. */
export default defineConfig({
  test: {
    include: [
      'test/{tlb,mmu,kernel}/**/*.test.ts',
      'test/property/core.test.ts',
      'test/sim/{timing,linux-side,scenario-answers}.test.ts',
      'test/sim/check/*.test.ts',
    ],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    // All cores: vitest would leave one of two idle.
    maxWorkers: '100%',
    coverage: { include: ['src/tlb/**', 'src/mmu/**', 'src/kernel/**'], thresholds: { lines: 95 } },
  },
});

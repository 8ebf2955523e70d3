import { defineConfig } from 'vitest/config';

/** The page in a real browser: `npm run test:web`, which builds it first. */
export default defineConfig({
  test: {
    include: ['test/web/**/*.e2e.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});

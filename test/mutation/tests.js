import { readdirSync } from 'node:fs';

/**
 * The tests that judge mutants, in the order in which they do so: what is quick and likely to notice first. They are the
 * tests of the three rooms, the slow models, and the answers of real kernels and other models; the rest of the suite
 * (readers, reports, commands, large runs) goes through the same code and says less about it.
 */
export const testFiles = () => [
  ...testsIn('test/tlb'),
  ...testsIn('test/mmu', ['test/mmu/walker.property.test.ts']),
  'test/sim/timing.test.ts',
  'test/property/core.test.ts',
  'test/mmu/walker.property.test.ts',
  ...testsIn('test/kernel', ['test/kernel/fork-counts.test.ts', ...SLOW_OF_KERNEL]),
  'test/sim/scenario-answers.test.ts',
  'test/sim/linux-side.test.ts',
  'test/report/smaps.test.ts',
  ...testsIn('test/sim/check'),
  'test/sim/conform.test.ts',
  ...SLOW_OF_KERNEL,
];

const SLOW_OF_KERNEL = [
  'test/kernel/high-frames.test.ts',
  'test/kernel/pressure.test.ts',
  'test/kernel/conservation.test.ts',
  'test/kernel/policy/conformance.test.ts',
  'test/kernel/policy/swapped.test.ts',
];

/** Tests whose properties take seconds. */
export const HURRIED = new Set([
  'test/property/core.test.ts',
  'test/mmu/walker.property.test.ts',
  'test/kernel/conservation.test.ts',
  'test/kernel/pressure.test.ts',
  'test/kernel/proc.test.ts',
  'test/kernel/policy/conformance.test.ts',
  'test/kernel/policy/swapped.test.ts',
]);

/** Slow tests that have nothing to say about a room other than this one, though they go through it. */
export const ROOM_OF = {
  'test/kernel/policy/conformance.test.ts': 'src/kernel/policy/',
  'test/kernel/policy/swapped.test.ts': 'src/kernel/policy/',
};

function testsIn(folder, later = []) {
  return readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((path) => path.endsWith('.test.ts') && !later.some((name) => path.startsWith(name)))
    .sort();
}

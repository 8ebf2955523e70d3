import type { KernelRules } from './kernel-rules.ts';

/** A bug that a kernel may have, as the rules it breaks; what `find-the-bug` asks for. */
export interface KernelBug {
  readonly id: string;
  /** What is wrong, in the words of somebody who reviews the code. */
  readonly what: string;
  /** The bug it is most easily taken for: its log looks alike at first. */
  readonly likeness: string;
  readonly rules: Partial<KernelRules>;
}

/** The classic mistakes of copy-on-write homework, one broken rule each. */
export const KERNEL_BUGS: readonly KernelBug[] = [
  {
    id: 'parent-stays-writable',
    what: 'fork clears W in the page table of the child only',
    likeness: 'no-flush-at-fork',
    rules: { forkProtectsParent: false, forkFlushes: false },
  },
  {
    id: 'no-flush-at-fork',
    what: "fork clears W in both page tables, but does not flush the parent's TLB",
    likeness: 'parent-stays-writable',
    rules: { forkFlushes: false },
  },
  {
    id: 'count-not-raised',
    what: 'fork does not raise the mapping counts of the frames',
    likeness: 'exit-frees-all',
    rules: { forkRaisesCount: false },
  },
  {
    id: 'count-not-dropped',
    what: 'a copy does not drop the mapping count of the old frame',
    likeness: 'exit-keeps-counts',
    rules: { copyDropsOld: false },
  },
  {
    id: 'exit-keeps-counts',
    what: 'exit does not drop the mapping counts of its frames',
    likeness: 'count-not-dropped',
    rules: { exitDropsCount: false },
  },
  {
    id: 'exit-frees-all',
    what: 'exit frees all its frames, whatever their mapping counts',
    likeness: 'count-not-raised',
    rules: { exitFreesAll: true },
  },
  {
    id: 'copyout-ignores-cow',
    what: 'a write by the kernel for a process does not look at W',
    likeness: 'parent-stays-writable',
    rules: { kernelWriteFaults: false },
  },
  {
    id: 'no-flush-after-copy',
    what: "a copy does not flush the writer's TLB: the old frame is written",
    likeness: 'copyout-ignores-cow',
    rules: { copyFlushes: false },
  },
];

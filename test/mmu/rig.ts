import { Dram } from '../../src/memory/dram.ts';
import { CacheHierarchy } from '../../src/memory/hierarchy.ts';
import type { MemoryMap } from '../../src/memory/memory-map.ts';
import { PhysicalMemory } from '../../src/memory/physical.ts';
import { PagingStructureCaches, type PscOptions } from '../../src/mmu/psc.ts';
import type { WalkRules } from '../../src/mmu/rules/walk-rules.ts';
import { Walker } from '../../src/mmu/walker.ts';

/** Physical memory that holds these whole entries by address. */
export function memoryOf(words: Iterable<readonly [bigint, bigint]>, pteBytes: 4 | 8): PhysicalMemory {
  const memory = new PhysicalMemory();
  for (const [address, word] of words) writeWord(memory, address, word, pteBytes);
  return memory;
}

export function writeWord(memory: PhysicalMemory, address: bigint, word: bigint, pteBytes: 4 | 8): void {
  const pfn = Number(address >> 12n);
  const index = Number(address & 0xfffn) / 4;
  memory.write(pfn, index, Number(BigInt.asIntN(32, word)));
  if (pteBytes === 8) memory.write(pfn, index + 1, Number(BigInt.asIntN(32, word >> 32n)));
}

/** The whole entries at these addresses. */
export function wordsIn(
  memory: PhysicalMemory,
  addresses: Iterable<bigint>,
  pteBytes: 4 | 8,
): Map<bigint, bigint> {
  const words = new Map<bigint, bigint>();
  for (const address of addresses) {
    const pfn = Number(address >> 12n);
    const index = Number(address & 0xfffn) / 4;
    let word = BigInt.asUintN(32, BigInt(memory.read(pfn, index)));
    if (pteBytes === 8) word |= BigInt.asUintN(32, BigInt(memory.read(pfn, index + 1))) << 32n;
    words.set(address, word);
  }
  return words;
}

/** Small paging-structure caches at every level, so that they fill and evict. */
const TEST_PSC: PscOptions = {
  levels: {
    '2': { sets: 1, ways: 4 },
    '3': { sets: 2, ways: 1 },
    '4': { sets: 3, ways: 2 },
    '5': { sets: 1, ways: 1 },
  },
  latency: 1,
  pageInvalidates: 'path',
};

/** A walker with one flat memory latency (100 cycles), small PSCs and 20 cycles an A/D update. */
export function walkerFor(
  rules: WalkRules,
  memory: PhysicalMemory,
  options: { memoryMap?: MemoryMap | null; psc?: PscOptions | null } = {},
): Walker {
  const psc = options.psc === undefined ? TEST_PSC : options.psc;
  return new Walker(rules, {
    memory,
    caches: new CacheHierarchy([], new Dram(100), 56),
    psc: psc === null ? null : new PagingStructureCaches(rules.mode, psc),
    memoryMap: options.memoryMap ?? null,
    adUpdate: 20,
  });
}

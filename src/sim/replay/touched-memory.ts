import type { Pfn } from '../../core/addr.ts';
import { PhysicalMemory } from '../../memory/physical.ts';

/**
 * Physical memory that remembers which frames may have been written since they were forgotten: by words, or by a
 * loop over a slab. Whoever only reads uses `read` or `seek`.
 */
export class TouchedMemory extends PhysicalMemory {
  readonly touched = new Set<Pfn>();

  override write(pfn: Pfn, index: number, word: number): void {
    this.touched.add(pfn);
    super.write(pfn, index, word);
  }

  override slab(pfn: Pfn): Int32Array {
    this.touched.add(pfn);
    return super.slab(pfn);
  }

  override release(pfn: Pfn): void {
    this.touched.add(pfn);
    super.release(pfn);
  }
}

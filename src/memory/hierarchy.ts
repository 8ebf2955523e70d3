import type { Cycle, Pfn } from '../core/addr.ts';
import { PAGE_SHIFT } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { InputError } from '../core/errors.ts';
import { Cache, type CacheGeometry } from './cache.ts';
import type { Dram } from './dram.ts';

/**
 * The data caches from the nearest to the last, and memory behind them. A request asks them in turn; every level that
 * missed takes the line. A level may drop a line that a nearer one keeps (no back-invalidation).
 */
export class CacheHierarchy {
  readonly caches: readonly Cache[];
  readonly dram: Dram;
  /** Cycles by who answers: the index of a cache, or `caches.length` for memory. */
  readonly latencies: Int32Array;
  readonly lineShift: number;
  private readonly linesPerPage: number;

  /**
   * @param geometries nearest first, all with the same line size (a power of two, 4..4096 bytes); may be empty
   * @param physicalBits bits of the largest physical address
   */
  constructor(
    geometries: readonly CacheGeometry[],
    dram: Dram,
    physicalBits: number,
    arena: Arena = HOST_MEMORY,
  ) {
    const line = geometries[0]?.line ?? 64;
    this.lineShift = Math.log2(line);
    this.linesPerPage = 2 ** (PAGE_SHIFT - this.lineShift);
    for (const geometry of geometries) {
      if (geometry.line !== line || !Number.isInteger(this.lineShift) || line < 4 || line > 4096) {
        throw new InputError(`cache ${geometry.name}: a line of ${geometry.line} bytes`, {
          remedy: 'all levels have lines of one size, a power of two between 4 and 4096 bytes',
        });
      }
    }
    this.caches = geometries.map((geometry) => new Cache(geometry, physicalBits - this.lineShift, arena));
    this.dram = dram;
    this.latencies = Int32Array.from([...geometries, dram], (level) => level.latency);
  }

  /** The number of the line that holds a byte of a frame. */
  lineOf(pfn: Pfn, offset: number): number {
    return pfn * this.linesPerPage + (offset >> this.lineShift);
  }

  /** Requests a line and returns who answers: an index into {@link latencies}. */
  access(line: number): number {
    const caches = this.caches;
    for (let level = 0; level < caches.length; level++) {
      if (caches[level]!.access(line)) return level;
    }
    this.dram.accesses++;
    return caches.length;
  }

  /** Cycles of a request that `answered` was the answer to. */
  latencyOf(answered: number): Cycle {
    return this.latencies[answered]!;
  }

  /** The caches' names, and DRAM: what {@link access} returns, in words. */
  get names(): readonly string[] {
    return [...this.caches.map((cache) => cache.geometry.name), 'DRAM'];
  }
}

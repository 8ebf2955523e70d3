import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { InputError } from '../core/errors.ts';

const EMPTY = -1;

/** What a cache level looks like: `bytes` = sets x ways x `line`; sets need not be a power of two. */
export interface CacheGeometry {
  readonly name: string;
  readonly bytes: number;
  readonly ways: number;
  /** Bytes of a line. */
  readonly line: number;
  /** Cycles from a request to its data when this level has the line, the misses in nearer levels included. */
  readonly latency: number;
}

/**
 * One set-associative cache with true LRU: tags only, no data and no dirty lines (write-back traffic is not timed).
 * A set's lines stand in order of use, the most recent first.
 */
export class Cache {
  readonly geometry: CacheGeometry;
  readonly sets: number;
  hits = 0;
  misses = 0;
  readonly ways: number;
  /** sets - 1 where sets is a power of two, else -1: the set is then the remainder. */
  readonly mask: number;
  /** Line numbers, `ways` a set. Doubles when a line number may need more than 31 bits. */
  readonly lines: Int32Array | Float64Array;

  /**
   * @param lineBits bits of the largest line number (physical-address bits less log2 of the line)
   * @throws InputError when the geometry has no whole number of sets
   */
  constructor(geometry: CacheGeometry, lineBits: number, arena: Arena = HOST_MEMORY) {
    const sets = geometry.bytes / (geometry.ways * geometry.line);
    if (!Number.isInteger(sets) || sets < 1) {
      throw new InputError(
        `cache ${geometry.name}: ${geometry.bytes} bytes do not divide into sets of ${geometry.ways} ways x ${geometry.line} bytes`,
        { remedy: 'make bytes a multiple of ways x line' },
      );
    }
    this.geometry = geometry;
    this.sets = sets;
    this.ways = geometry.ways;
    this.mask = (sets & (sets - 1)) === 0 ? sets - 1 : -1;
    const slots = sets * geometry.ways;
    this.lines = (lineBits > 31 ? new Float64Array(slots) : arena.int32(slots)).fill(EMPTY);
  }

  /**
   * Looks a line up and, when it is not there, puts it in the place of its set's least recently used line. One pass:
   * each line moves one place back until the hole that the line leaves (a hit) or the end (a miss).
   */
  access(line: number): boolean {
    const lines = this.lines;
    const first = (this.mask >= 0 ? line & this.mask : line % this.sets) * this.ways;
    let moving = lines[first]!;
    if (moving === line) {
      this.hits++;
      return true;
    }
    lines[first] = line;
    const end = first + this.ways;
    for (let slot = first + 1; slot < end; slot++) {
      const here = lines[slot]!;
      lines[slot] = moving;
      if (here === line) {
        this.hits++;
        return true;
      }
      moving = here;
    }
    this.misses++;
    return false;
  }

  /** Forgets the counts, keeps the lines: the end of a warm-up. */
  resetCounts(): void {
    this.hits = 0;
    this.misses = 0;
  }
}

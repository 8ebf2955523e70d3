import { FETCH } from '../../core/access.ts';
import type { AccessCursor } from '../access-cursor.ts';
import {
  BLOCK_ACCESSES,
  type Columns,
  HOW_BYTE,
  HOW_PREDICTED,
  HOW_WHOLE,
  HOW_WORD,
  SIZE_BY_KERNEL,
  SIZE_ESCAPE,
  SLOTS,
  slotOf,
} from './layout.ts';

/** Sizes below this get a code; the others are escapes. */
const CODED_SIZES = 512;

/** Collects the accesses of one block as columns. */
export class ColumnEncoder {
  count = 0;
  readonly #tags = new Uint8Array(BLOCK_ACCESSES);
  readonly #bytes = new Int8Array(BLOCK_ACCESSES);
  readonly #words = new Int16Array(BLOCK_ACCESSES);
  readonly #lows = new Int32Array(BLOCK_ACCESSES);
  readonly #regions = new Uint16Array(BLOCK_ACCESSES);
  readonly #sizes = new Uint16Array(BLOCK_ACCESSES);
  #byteCount = 0;
  #wordCount = 0;
  #wholeCount = 0;
  #escapeCount = 0;

  readonly #sizeTable = new Uint16Array(4 * 16);
  /** Code of a size by type * CODED_SIZES + size, -1 for none yet. */
  readonly #sizeCode = new Int8Array(4 * CODED_SIZES);
  readonly #sizesKnown = new Uint8Array(4);

  /** Region number in this block by `address >> 32`. */
  readonly #regionNumber = new Map<number, number>();
  #lastHigh = -1;
  #lastRegion = -1;

  #fetchEnd = 0;
  #fetchLow = 0;
  #fetchRegion = 0;
  readonly #slotLow = new Int32Array(SLOTS);
  readonly #slotRegion = new Int32Array(SLOTS);

  constructor() {
    this.reset();
  }

  get full(): boolean {
    return this.count === BLOCK_ACCESSES;
  }

  /** Forgets everything: the next access begins a new block. */
  reset(): void {
    this.count = 0;
    this.#byteCount = 0;
    this.#wordCount = 0;
    this.#wholeCount = 0;
    this.#escapeCount = 0;
    this.#sizeTable.fill(0);
    this.#sizeCode.fill(-1);
    this.#sizesKnown.fill(0);
    this.#regionNumber.clear();
    this.#lastHigh = -1;
    this.#fetchEnd = 0;
    this.#fetchLow = 0;
    this.#fetchRegion = 0;
    this.#slotLow.fill(0);
    this.#slotRegion.fill(0);
  }

  /** Adds the access that the cursor stands on. The block must not be full. */
  add(access: AccessCursor): void {
    const { type, low, size } = access;
    const region = access.high === this.#lastHigh ? this.#lastRegion : this.#region(access.high);
    const code = access.byKernel ? this.#escape(size | SIZE_BY_KERNEL) : this.#codeOf(type, size);
    let how: number;
    if (type === FETCH) {
      how = this.#distance(region, low, this.#fetchRegion, this.#fetchEnd);
      this.#fetchLow = low;
      this.#fetchRegion = region;
      this.#fetchEnd = (low + size) | 0;
    } else {
      const slot = slotOf(this.#fetchLow, type);
      how = this.#distance(region, low, this.#slotRegion[slot]!, this.#slotLow[slot]!);
      this.#slotLow[slot] = low;
      this.#slotRegion[slot] = region;
    }
    this.#tags[this.count++] = (code << 4) | (how << 2) | type;
  }

  /** The columns so far, as views that are good until the next change. */
  columns(): Columns {
    return {
      sizeTable: this.#sizeTable,
      regionHighs: Uint32Array.from(this.#regionNumber.keys()),
      lows: this.#lows.subarray(0, this.#wholeCount),
      regions: this.#regions.subarray(0, this.#wholeCount),
      words: this.#words.subarray(0, this.#wordCount),
      sizes: this.#sizes.subarray(0, this.#escapeCount),
      tags: this.#tags.subarray(0, this.count),
      bytes: this.#bytes.subarray(0, this.#byteCount),
    };
  }

  #distance(region: number, low: number, predictedRegion: number, predictedLow: number): number {
    if (region === predictedRegion) {
      const delta = (low - predictedLow) | 0;
      if (delta === 0) return HOW_PREDICTED;
      if (delta === (delta << 24) >> 24) {
        this.#bytes[this.#byteCount++] = delta;
        return HOW_BYTE;
      }
      if (delta === (delta << 16) >> 16) {
        this.#words[this.#wordCount++] = delta;
        return HOW_WORD;
      }
    }
    this.#lows[this.#wholeCount] = low;
    this.#regions[this.#wholeCount++] = region;
    return HOW_WHOLE;
  }

  #codeOf(type: number, size: number): number {
    if (size >= CODED_SIZES) return this.#escape(size);
    const at = type * CODED_SIZES + size;
    const known = this.#sizeCode[at]!;
    if (known >= 0) return known;
    const code = this.#sizesKnown[type]!;
    if (code === SIZE_ESCAPE) return this.#escape(size);
    this.#sizesKnown[type] = code + 1;
    this.#sizeCode[at] = code;
    this.#sizeTable[type * 16 + code] = size;
    return code;
  }

  #escape(size: number): number {
    this.#sizes[this.#escapeCount++] = size;
    return SIZE_ESCAPE;
  }

  #region(high: number): number {
    let number = this.#regionNumber.get(high);
    if (number === undefined) {
      number = this.#regionNumber.size;
      this.#regionNumber.set(high, number);
    }
    this.#lastHigh = high;
    this.#lastRegion = number;
    return number;
  }
}

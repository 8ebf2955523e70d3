import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { MODIFY } from '../access-cursor.ts';
import { BY_KERNEL, MODIFIES, OFFSET_MASK } from '../chunk.ts';
import { CHUNK_FULL, type ChunkBuilder } from '../chunk-builder.ts';
import { checkRegions, misfit } from './fit.ts';
import {
  type Columns,
  HOW_BYTE,
  HOW_PREDICTED,
  HOW_WORD,
  SIZE_BY_KERNEL,
  SIZE_ESCAPE,
  SLOTS,
  slotOf,
} from './layout.ts';

/** Turns the columns of one block back into accesses, a chunk's worth at a time. */
export class ColumnDecoder {
  /** Accesses handed to the builder. */
  at = 0;
  readonly #columns: Columns;
  readonly #builder: ChunkBuilder;
  /** Region of the builder by region number of the block, with room for the keys of packed chunks. */
  readonly #regionIds: Int32Array;
  /** Sizes by tag. */
  readonly #sizeOf = new Uint16Array(256);
  #byte = 0;
  #word = 0;
  #whole = 0;
  #escape = 0;
  #fetchEnd = 0;
  #fetchLow = 0;
  #fetchRegion = 0;
  readonly #slotLow = new Int32Array(SLOTS);
  readonly #slotRegion = new Int32Array(SLOTS);

  /** @throws InputError without a place when the columns name regions that the block has not */
  constructor(columns: Columns, builder: ChunkBuilder) {
    checkRegions(columns);
    this.#columns = columns;
    this.#builder = builder;
    this.#regionIds = Int32Array.from(columns.regionHighs, (high) => builder.region(high));
    for (let tag = 0; tag < 256; tag++) this.#sizeOf[tag] = columns.sizeTable[(tag & 3) * 16 + (tag >>> 4)]!;
  }

  /** Decodes until `limit` accesses of the block are done or the chunk is full. */
  decode(limit: number): void {
    while (this.at < limit && !this.#builder.full) {
      if (!this.#builder.wide) this.#plainAccesses(limit);
      if (this.at < limit && !this.#builder.full) this.#anyAccess();
    }
  }

  /**
   * Every column must be used up when the last access is done. Tags that ask for more than a column holds make wrong
   * accesses until then, and nothing worse: what is not there reads as 0. {@link checkTags} knows it before.
   * @throws InputError without a place
   */
  checkUsedUp(): void {
    const { bytes, words, lows, sizes } = this.#columns;
    const usedUp =
      this.#byte === bytes.length &&
      this.#word === words.length &&
      this.#whole === lows.length &&
      this.#escape === sizes.length;
    if (!usedUp) throw misfit();
  }

  /** The fast path: packed keys, coded sizes, no page crossed. Stops before the first access that is otherwise. */
  #plainAccesses(limit: number): void {
    const { tags, bytes, words, lows, regions } = this.#columns;
    const { chunk, statistics } = this.#builder;
    const keys = chunk.keys as Int32Array;
    const { offsets, sizes } = chunk;
    const sizeOf = this.#sizeOf;
    const regionIds = this.#regionIds;
    const slotLow = this.#slotLow;
    const slotRegion = this.#slotRegion;
    let at = this.at;
    let count = chunk.count;
    let byte = this.#byte;
    let word = this.#word;
    let whole = this.#whole;
    let fetchEnd = this.#fetchEnd;
    let fetchLow = this.#fetchLow;
    let fetchRegion = this.#fetchRegion;
    let loads = 0;
    let stores = 0;
    let modifies = 0;
    const countBefore = count;
    while (at < limit && count <= CHUNK_FULL) {
      const tag = tags[at]!;
      if (tag >= SIZE_ESCAPE << 4) break;
      const how = (tag >>> 2) & 3;
      const size = sizeOf[tag]!;
      let low: number;
      if ((tag & 3) === FETCH) {
        let region = fetchRegion;
        if (how === HOW_PREDICTED) low = fetchEnd;
        else if (how === HOW_BYTE) low = (fetchEnd + bytes[byte]!) | 0;
        else if (how === HOW_WORD) low = (fetchEnd + words[word]!) | 0;
        else {
          low = lows[whole]!;
          region = regions[whole]!;
        }
        const offset = low & OFFSET_MASK;
        if (offset + size > 4096) break;
        if (how === HOW_BYTE) byte++;
        else if (how === HOW_WORD) word++;
        else if (how !== HOW_PREDICTED) whole++;
        fetchLow = low;
        fetchRegion = region;
        fetchEnd = (low + size) | 0;
        keys[count] = (regionIds[region]! << 22) | ((low >>> 10) & 0x3ffffc);
        offsets[count] = offset;
        sizes[count++] = size;
      } else {
        const type = tag & 3;
        const slot = slotOf(fetchLow, type);
        let region = slotRegion[slot]!;
        low = slotLow[slot]!;
        if (how === HOW_BYTE) low = (low + bytes[byte]!) | 0;
        else if (how === HOW_WORD) low = (low + words[word]!) | 0;
        else if (how !== HOW_PREDICTED) {
          low = lows[whole]!;
          region = regions[whole]!;
        }
        const offset = low & OFFSET_MASK;
        if (offset + size > 4096) break;
        if (how !== HOW_PREDICTED) {
          slotLow[slot] = low;
          if (how === HOW_BYTE) byte++;
          else if (how === HOW_WORD) word++;
          else {
            whole++;
            slotRegion[slot] = region;
          }
        }
        const page = (regionIds[region]! << 22) | ((low >>> 10) & 0x3ffffc);
        if (type === MODIFY) {
          modifies++;
          keys[count] = page | LOAD;
          offsets[count] = offset;
          sizes[count++] = size;
          keys[count] = page | STORE;
          offsets[count] = offset | MODIFIES;
        } else {
          if (type === LOAD) loads++;
          else stores++;
          keys[count] = page | type;
          offsets[count] = offset;
        }
        sizes[count++] = size;
      }
      at++;
    }
    this.at = at;
    chunk.count = count;
    this.#byte = byte;
    this.#word = word;
    this.#whole = whole;
    this.#fetchEnd = fetchEnd;
    this.#fetchLow = fetchLow;
    this.#fetchRegion = fetchRegion;
    const records = count - countBefore - modifies;
    statistics.records += records;
    statistics.loads += loads;
    statistics.stores += stores;
    statistics.modifies += modifies;
    statistics.fetches += records - loads - stores - modifies;
  }

  /** One access of any kind. */
  #anyAccess(): void {
    const { tags, bytes, words, lows, regions, sizes, regionHighs } = this.#columns;
    const tag = tags[this.at++]!;
    const type = tag & 3;
    const how = (tag >>> 2) & 3;
    const coded = tag >>> 4 === SIZE_ESCAPE ? sizes[this.#escape++]! : this.#sizeOf[tag]!;
    const size = coded & ~SIZE_BY_KERNEL;
    const slot = slotOf(this.#fetchLow, type);
    let region = type === FETCH ? this.#fetchRegion : this.#slotRegion[slot]!;
    let low = type === FETCH ? this.#fetchEnd : this.#slotLow[slot]!;
    if (how === HOW_BYTE) low = (low + bytes[this.#byte++]!) | 0;
    else if (how === HOW_WORD) low = (low + words[this.#word++]!) | 0;
    else if (how !== HOW_PREDICTED) {
      low = lows[this.#whole]!;
      region = regions[this.#whole++]!;
    }
    if (type === FETCH) {
      this.#fetchLow = low;
      this.#fetchRegion = region;
      this.#fetchEnd = (low + size) | 0;
    } else {
      this.#slotLow[slot] = low;
      this.#slotRegion[slot] = region;
    }
    const high = regionHighs[region | 0]!;
    if (type === MODIFY) this.#builder.modify(high, low, size);
    else this.#builder.add(type, high, low, size, coded & SIZE_BY_KERNEL ? BY_KERNEL : 0);
  }
}

import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import { MODIFIES, OFFSET_MASK, PACKED_REGIONS } from '../chunk.ts';
import { CHUNK_FULL, type ChunkBuilder } from '../chunk-builder.ts';
import type { Decoder } from '../decode.ts';
import { HEX_VALUE, parseHex64 } from './hex.ts';
import { endOfLines, lineText, NEWLINE, quoteLine } from './text.ts';

/** Told of every line that is no access; true stops the decoder behind the line. */
export type MessageHandler = (line: string) => boolean;

/**
 * Valgrind's `--tool=lackey --trace-mem=yes` (lackey/lk_main.c):
 *
 *   I  04001090,3        fetch, hex address, decimal size
 *    L 1ffefff2a8,8      load; S store; M modify, a load and a store of the same bytes
 *
 * with `==PID==` and `--PID--` messages, ` SB addr` superblock marks and `SYSCALL[...]` lines between.
 * Accesses in lackey's own spelling (8, 10 or 12 digits, one or two digits of size, no page crossed) go through one
 * unrolled loop; everything else through `#line`.
 */
export class LackeyDecoder implements Decoder {
  readonly #builder: ChunkBuilder;
  readonly #name: string;
  readonly #onMessage: MessageHandler;
  #lines = 0;
  #stopped = false;
  /** Region number by `address >> 32` below 2^16; -1 when not seen yet. */
  readonly #regionOf = new Int32Array(65536).fill(-1);

  /** @param name of the file, for messages */
  constructor(builder: ChunkBuilder, name: string, onMessage: MessageHandler = () => false) {
    this.#builder = builder;
    this.#name = name;
    this.#onMessage = onMessage;
  }

  decode(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    const builder = this.#builder;
    const end = endOfLines(bytes, from, to, last, this.#place);
    let at = from;
    this.#stopped = false;
    while (at < end && !builder.full && !this.#stopped) {
      if (!builder.wide) at = this.#plainAccesses(bytes, at, end);
      if (at < end && !builder.full) at = this.#line(bytes, at);
    }
    return Math.min(at, to);
  }

  /** Where the next line is. */
  readonly #place = (): string => `${this.#name}:${this.#lines + 1}`;

  /** Access lines in the usual spelling, up to the first other line, `end` or a full chunk. */
  #plainAccesses(bytes: Uint8Array, from: number, end: number): number {
    const { chunk, statistics } = this.#builder;
    const keys = chunk.keys as Int32Array;
    const { offsets, sizes } = chunk;
    const regionOf = this.#regionOf;
    const hex = HEX_VALUE;
    let count = chunk.count;
    let loads = 0;
    let stores = 0;
    let modifies = 0;
    const countBefore = count;
    let at = from;
    while (at < end && count <= CHUNK_FULL) {
      let type = FETCH as number;
      if (bytes[at] !== 0x49 /* I */) {
        const letter = bytes[at + 1];
        if (letter === 0x4c /* L */) type = LOAD;
        else if (letter === 0x53 /* S */) type = STORE;
        else if (letter === 0x4d /* M */) type = 3;
        else break;
        if (bytes[at] !== 0x20 || bytes[at + 2] !== 0x20) break;
      } else if (bytes[at + 1] !== 0x20 || bytes[at + 2] !== 0x20) break;

      const d0 = hex[bytes[at + 3]!]!;
      const d1 = hex[bytes[at + 4]!]!;
      const d2 = hex[bytes[at + 5]!]!;
      const d3 = hex[bytes[at + 6]!]!;
      const d4 = hex[bytes[at + 7]!]!;
      const d5 = hex[bytes[at + 8]!]!;
      const d6 = hex[bytes[at + 9]!]!;
      const d7 = hex[bytes[at + 10]!]!;
      if ((d0 | d1 | d2 | d3 | d4 | d5 | d6 | d7) > 15) break;
      let low = (d0 << 28) | (d1 << 24) | (d2 << 20) | (d3 << 16) | (d4 << 12) | (d5 << 8) | (d6 << 4) | d7;
      let high = 0;
      let next = at + 11;
      if (bytes[next] !== 0x2c /* , */) {
        const d8 = hex[bytes[next]!]!;
        const d9 = hex[bytes[next + 1]!]!;
        if ((d8 | d9) > 15) break;
        high = low >>> 24;
        low = (low << 8) | (d8 << 4) | d9;
        next += 2;
        if (bytes[next] !== 0x2c) {
          const d10 = hex[bytes[next]!]!;
          const d11 = hex[bytes[next + 1]!]!;
          if ((d10 | d11) > 15) break;
          high = (high << 8) | (low >>> 24);
          low = (low << 8) | (d10 << 4) | d11;
          next += 2;
          if (bytes[next] !== 0x2c) break;
        }
      }
      let size = bytes[next + 1]! - 0x30;
      if (size <= 0 || size > 9) break;
      next += 2;
      if (bytes[next] !== NEWLINE) {
        const digit = bytes[next]! - 0x30;
        if (digit < 0 || digit > 9 || bytes[next + 1] !== NEWLINE) break;
        size = size * 10 + digit;
        next++;
      }

      const offset = low & OFFSET_MASK;
      if (offset + size > 4096) break;
      let region = regionOf[high]!;
      if (region < 0) {
        region = this.#builder.regions.intern(high);
        if (region >= PACKED_REGIONS) break;
        regionOf[high] = region;
      }
      at = next + 1;
      const pageBits = (region << 22) | ((low >>> 10) & 0x3ffffc);
      if (type === 3) {
        modifies++;
        keys[count] = pageBits | LOAD;
        offsets[count] = offset;
        sizes[count++] = size;
        keys[count] = pageBits | STORE;
        offsets[count] = offset | MODIFIES;
        sizes[count++] = size;
      } else {
        if (type === LOAD) loads++;
        else if (type === STORE) stores++;
        keys[count] = pageBits | type;
        offsets[count] = offset;
        sizes[count++] = size;
      }
    }
    const records = count - countBefore - modifies;
    chunk.count = count;
    statistics.records += records;
    this.#lines += records;
    statistics.lines += records;
    statistics.loads += loads;
    statistics.stores += stores;
    statistics.modifies += modifies;
    statistics.fetches += records - loads - stores - modifies;
    return at;
  }

  /** One line of any kind. Returns the start of the next. */
  #line(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(NEWLINE, from);
    const line = lineText(bytes, from, end, this.#place);
    const access = ACCESS.exec(line);
    if (!access && !MESSAGE.test(line)) throw this.#garbage(line);
    try {
      if (access) this.#access(access[1]!, access[2]!, Number(access[3]));
      else this.#stopped = this.#onMessage(line);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${error.message}: ${quoteLine(line)}`, {
        place: this.#place(),
        ...(error.remedy !== undefined && { remedy: error.remedy }),
      });
    }
    this.#lines++;
    this.#builder.statistics.lines++;
    return end + 1;
  }

  #access(letter: string, digits: string, size: number): void {
    const address = parseHex64(digits);
    if (address === null) throw new InputError('an address above 64 bits');
    if (size === 0) throw new InputError('an access of 0 bytes');
    const { high, low } = address;
    if (letter === 'I') this.#builder.add(FETCH, high, low, size);
    else if (letter === 'L') this.#builder.add(LOAD, high, low, size);
    else if (letter === 'S') this.#builder.add(STORE, high, low, size);
    else this.#builder.modify(high, low, size);
  }

  #garbage(line: string): InputError {
    return new InputError(`not a line of a Valgrind lackey log: ${quoteLine(line)}`, {
      place: this.#place(),
      remedy:
        "record with --log-file=FILE (or --log-fd), so that the program's own output stays out of the log; a log cut in mid-line is mended by `head -n -1`",
    });
  }
}

const ACCESS = /^\s*([ILSM])\s+(?:0x)?([0-9a-f]+),(\d{1,9})\s*$/i;
/** Everything else that Valgrind writes into the same log. */
const MESSAGE = /^(?:==\d+==|--\d+--|\*\*\d+\*\*|SYSCALL\[\d+,\d+\]| SB [0-9a-f]+$| -->|SCHEDSETJMP|\s*$)/;

/** Does this beginning of a text look like a lackey log? */
export function looksLikeLackey(lines: readonly string[]): boolean {
  return lines.some(
    (line) => /^(?:I {2}| [LSM] )[0-9a-f]{1,16},\d+$/.test(line) || /^==\d+== Lackey/.test(line),
  );
}

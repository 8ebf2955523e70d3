import type { Output } from './writer.ts';

const FLUSH_BYTES = 1 << 18;
/** The longest single thing written between two looks at the fill. */
const SLACK = 1 << 12;
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Collects output bytes and hands them on in large pieces. */
export class ByteBuffer {
  readonly #out: Output;
  readonly #bytes = new Uint8Array(FLUSH_BYTES + SLACK);
  readonly #view = new DataView(this.#bytes.buffer);
  #fill = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  /** Must be flushed before more than 4 KiB are added. */
  get full(): boolean {
    return this.#fill >= FLUSH_BYTES;
  }

  async flush(): Promise<void> {
    if (this.#fill > 0) await this.#out(this.#bytes.subarray(0, this.#fill));
    this.#fill = 0;
  }

  byte(value: number): void {
    this.#bytes[this.#fill++] = value;
  }

  /** An unsigned or signed 32-bit word, little-endian. */
  word(value: number): void {
    this.#view.setInt32(this.#fill, value, true);
    this.#fill += 4;
  }

  /** ASCII text of at most 4,000 characters. */
  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#bytes[this.#fill++] = text.charCodeAt(i);
  }

  /** `high * 2^32 + low` in hex, with at least `width` digits. */
  hex(high: number, low: number, width: number): void {
    let digits = 16;
    while (digits > width && nibble(high, low, digits - 1) === 0) digits--;
    for (let i = digits - 1; i >= 0; i--) this.#bytes[this.#fill++] = DIGITS[nibble(high, low, i)]!;
  }

  /** A non-negative integer. */
  decimal(value: number): void {
    if (value < 10) this.#bytes[this.#fill++] = 0x30 + value;
    else this.text(String(value));
  }
}

/** Hex digit `i` of `high * 2^32 + low`, 0 being the last. */
function nibble(high: number, low: number, i: number): number {
  return i < 8 ? (low >>> (4 * i)) & 15 : (high >>> (4 * (i - 8))) & 15;
}

import type { Pfn } from '../../core/addr.ts';
import type { Arena } from '../../core/arena.ts';
import { CLEARED_ENTRIES, CLEARED_FRAME, CLEARED_PLACES } from '../accelerator/layout.ts';

export const NOWHERE = -1;
const MASK = CLEARED_PLACES - 1;
/** Words before the first place. */
const FIRST = CLEARED_ENTRIES / 4;

/**
 * Accesses that were looked at since the kernel last ran: which page, which type (a record of the trace), and the frame
 * that it went to. The same access to the same frame can show nothing new. Both cores look things up here, one word
 * pair a place, the record choosing the place; who is pushed out is looked at once more.
 */
export class ClearedAccesses {
  /** In the memory that the WebAssembly core shares, where there is one (accelerator/index.ts, isNew). */
  readonly words: Int32Array;
  /** Places in use, so that forgetting costs no more than adding did. */
  private readonly used = new Int32Array(CLEARED_PLACES);
  private count = 0;
  /** How often all were forgotten. */
  terms = 0;

  constructor(arena: Arena) {
    this.words = arena.int32(FIRST + 2 * CLEARED_PLACES);
    this.words.fill(NOWHERE, FIRST);
  }

  /** Where the access went that ended the last stretch of the WebAssembly core; NOWHERE when something else did. */
  get frame(): Pfn {
    return this.words[CLEARED_FRAME / 4]!;
  }

  set frame(frame: Pfn) {
    this.words[CLEARED_FRAME / 4] = frame;
  }

  has(record: number, frame: Pfn): boolean {
    const at = FIRST + 2 * (record & MASK);
    return this.words[at] === record && this.words[at + 1] === frame;
  }

  add(record: number, frame: Pfn): void {
    const at = FIRST + 2 * (record & MASK);
    if (this.words[at + 1] === NOWHERE) this.used[this.count++] = at;
    this.words[at] = record;
    this.words[at + 1] = frame;
  }

  /** Every access is to be looked at again. */
  forget(): void {
    for (let i = 0; i < this.count; i++) this.words[this.used[i]! + 1] = NOWHERE;
    this.count = 0;
    this.terms++;
  }
}

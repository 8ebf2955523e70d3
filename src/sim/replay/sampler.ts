import { REGION_PAGES } from '../../core/addr.ts';
import { PG_LARGE, PG_TABLE } from '../../kernel/frame/frames.ts';
import { mapcountOf } from '../../kernel/rmap.ts';
import type { KernelState } from '../../kernel/state.ts';
import type { PagingStructureCaches } from '../../mmu/psc.ts';
import { EMPTY } from '../../tlb/associative.ts';
import type { TlbHierarchy } from '../../tlb/hierarchy.ts';
import type { Tlb } from '../../tlb/tlb.ts';
import {
  COLUMNS,
  cellOf,
  ENTRY_ALLOWED,
  ENTRY_ASID,
  ENTRY_ATTRIBUTES,
  ENTRY_PFN,
  ENTRY_RANK,
  ENTRY_SHIFT,
  ENTRY_VPN,
  entryCell,
  FRAME_BYTE,
  FRAME_FLAGS,
  FRAME_INDEX,
  FRAME_MAPPING,
  FRAME_MAPS,
  FRAME_REFS,
  frameCell,
  memoryCell,
  PROCESS,
  PSC,
  SPACE,
  TLB,
  WORDS,
} from './cells.ts';
import { type ProcessView, type SpaceView, viewProcess, viewSpace } from './objects.ts';
import type { Tape } from './tape.ts';
import type { TouchedMemory } from './touched-memory.ts';

export interface Sampled {
  readonly kernel: KernelState;
  readonly memory: TouchedMemory;
  readonly tlbs: TlbHierarchy;
  readonly psc: PagingStructureCaches | null;
}

/**
 * Compares the running machine with the tape's head and writes what differs: nothing that changed can be missed,
 * whoever changed it. Of page tables, those that may have been written in the operation at hand.
 */
export class Sampler {
  readonly #tape: Tape;
  readonly #from: Sampled;
  /** Frames that hold page tables, as far as sampled. */
  readonly #tables = new Set<number>();
  /** The frame columns as sampled last. */
  #seen = new SeenFrames(0);
  /** Raw tags by TLB and array, as sampled last. */
  readonly #tags: Float64Array[][];

  constructor(tape: Tape, from: Sampled) {
    this.#tape = tape;
    this.#from = from;
    this.#tags = from.tlbs.all.map(({ arrays }) =>
      arrays.map(({ table }) => new Float64Array(table.tags.length).fill(EMPTY)),
    );
  }

  everything(): void {
    this.frames();
    this.memory();
    this.processes();
    for (let tlb = 0; tlb < this.#tags.length; tlb++) this.tlb(tlb);
    this.pscs();
  }

  frames(): void {
    const { frames } = this.#from.kernel;
    if (frames.length > this.#seen.length) this.#seen = this.#seen.grown(frames.length);
    for (const column of FRAME_COLUMNS) this.#column(column);
  }

  /** As {@link frames}, where only contents can have changed. */
  contents(): void {
    if (this.#from.kernel.frames.length > this.#seen.length) this.frames();
    else this.#column('content');
  }

  #column(name: FrameColumn): void {
    const now = this.#from.kernel.frames[name];
    const seen = this.#seen[name];
    const next = (from: number) => firstChange(now, 0, seen, 0, from, seen.length);
    for (let pfn = next(0); pfn < seen.length; pfn = next(pfn + 1)) {
      seen[pfn] = now[pfn]!;
      this.#frame(pfn);
    }
  }

  /** The first byte of a frame. */
  byte(pfn: number): void {
    const { frames, contents, keepContents } = this.#from.kernel;
    if (keepContents && (frames.refcount[pfn]! > 0 || frames.has(pfn, PG_LARGE)))
      this.#tape.write(frameCell(pfn, FRAME_BYTE), contents.read(frames.content[pfn]!, 0) + 1);
  }

  /** All page tables that were touched; call {@link frames} first, which finds tables. */
  memory(): void {
    for (const frame of this.#from.memory.touched) if (this.#tables.has(frame)) this.#table(frame);
  }

  /** One entry of a page table, of two words where entries have 8 bytes. */
  entry(table: number, word: number, words: number): void {
    const { memory } = this.#from;
    for (let at = word; at < word + words; at++)
      this.#tape.write(memoryCell(table, at), memory.read(table, at));
  }

  processes(): void {
    const tape = this.#tape;
    const { processes } = this.#from.kernel;
    const spaces = new Set<number>();
    for (const process of processes.values()) {
      const cell = cellOf(PROCESS, process.pid);
      tape.writeObject(cell, viewProcess(process, tape.objectAt(cell) as ProcessView | undefined));
      if (process.zombie) continue;
      spaces.add(process.mm.id);
      const spaceCell = cellOf(SPACE, process.mm.id);
      tape.writeObject(spaceCell, viewSpace(process.mm, tape.objectAt(spaceCell) as SpaceView | undefined));
    }
    for (const pid of [...tape.head.processes.keys()])
      if (!processes.has(pid)) tape.write(cellOf(PROCESS, pid), 0);
    for (const space of [...tape.head.spaces.keys()])
      if (!spaces.has(space)) tape.write(cellOf(SPACE, space), 0);
  }

  /** One TLB: entries that came, went or changed, and the order in `touched`'s set. */
  tlb(number: number, touched = -1): void {
    const tlb = this.#from.tlbs.all[number]!;
    let base = 0;
    for (const [i, { table }] of tlb.arrays.entries()) {
      const tags = this.#tags[number]![i]!;
      const sets = new Set<number>();
      if (touched >= base && touched < base + tags.length)
        sets.add(Math.floor((touched - base) / table.ways));
      for (let at = 0; at < tags.length; at++) {
        if (table.tags[at] !== tags[at]) {
          tags[at] = table.tags[at]!;
          sets.add(Math.floor(at / table.ways));
        }
      }
      for (const set of sets)
        for (let at = set * table.ways; at < (set + 1) * table.ways; at++)
          this.#slot(tlb, number, i, base + at, at);
      base += tags.length;
    }
  }

  pscs(): void {
    const levels = this.#from.psc?.levels ?? [];
    for (const [cache, level] of levels.entries()) {
      const live = new Set<number>();
      for (const { slot, asid, vpn, table, attributes, rank } of level.entries()) {
        live.add(slot);
        const write = (column: number, value: number) =>
          this.#tape.write(entryCell(PSC, cache, slot, column), value);
        write(ENTRY_VPN, vpn + 1);
        write(ENTRY_ASID, asid);
        write(ENTRY_PFN, table);
        write(ENTRY_ATTRIBUTES, attributes);
        write(ENTRY_RANK, rank);
      }
      const seen = this.#tape.head.pscs[cache]!;
      for (let slot = 0; slot < level.size; slot++)
        if (!live.has(slot) && seen[slot * COLUMNS + ENTRY_VPN] !== 0) this.#clear(PSC, cache, slot);
    }
  }

  #frame(pfn: number): void {
    const { frames } = this.#from.kernel;
    const flags = frames.flags[pfn]!;
    const inUse = frames.refcount[pfn]! > 0 || (flags & PG_LARGE) !== 0;
    if ((inUse && (flags & PG_TABLE) !== 0) !== this.#tables.has(pfn)) this.#toggleTable(pfn);
    const write = (column: number, value: number) =>
      this.#tape.write(frameCell(pfn, column), inUse ? value : 0);
    write(FRAME_FLAGS, flags);
    write(FRAME_REFS, frames.refcount[pfn]!);
    // A folio's whole mappings come and go with references of its first frame.
    write(FRAME_MAPS, inUse ? mapcountOf(this.#from.kernel, pfn) : 0);
    write(FRAME_MAPPING, frames.mapping[pfn]!);
    write(FRAME_INDEX, frames.index[pfn]!);
    if (inUse) this.byte(pfn);
    else write(FRAME_BYTE, 0);
  }

  #toggleTable(pfn: number): void {
    if (!this.#tables.delete(pfn)) {
      this.#tables.add(pfn);
      return;
    }
    for (let word = 0; word < WORDS; word++) this.#tape.write(memoryCell(pfn, word), 0);
  }

  #table(pfn: number): void {
    const { memory } = this.#from;
    const seen = this.#tape.head.memory;
    memory.seek(pfn);
    const { words, at } = memory;
    const before = seen.slab(pfn);
    const beforeAt = seen.base(pfn);
    const next = (from: number) => firstChange(words, at, before, beforeAt, from, WORDS);
    for (let word = next(0); word < WORDS; word = next(word + 1))
      this.#tape.write(memoryCell(pfn, word), words[at + word]!);
  }

  #slot(tlb: Tlb, number: number, array: number, slot: number, at: number): void {
    const { table } = tlb.arrays[array]!;
    const tag = table.tags[at]!;
    if (tag === EMPTY) {
      this.#clear(TLB, number, slot);
      return;
    }
    const { asid, region, low, shift } = tlb.arrays[array]!.partsOf(tag);
    const write = (column: number, value: number) =>
      this.#tape.write(entryCell(TLB, number, slot, column), value);
    write(ENTRY_VPN, this.#from.tlbs.regions.highOf(region) * REGION_PAGES + low + 1);
    write(ENTRY_ASID, asid);
    write(ENTRY_SHIFT, shift);
    write(ENTRY_PFN, tlb.frames[slot]!);
    write(ENTRY_ATTRIBUTES, tlb.attributes[slot]!);
    write(ENTRY_ALLOWED, tlb.allowed[slot]!);
    write(ENTRY_RANK, table.rank(at));
  }

  #clear(kind: typeof TLB | typeof PSC, cache: number, slot: number): void {
    for (let column = 0; column < COLUMNS; column++)
      this.#tape.write(entryCell(kind, cache, slot, column), 0);
  }
}

const FRAME_COLUMNS = ['flags', 'refcount', 'mapcount', 'mapping', 'index', 'content'] as const;
type FrameColumn = (typeof FRAME_COLUMNS)[number];

/** A copy of the columns of a FrameTable. */
class SeenFrames {
  readonly length: number;
  readonly flags: Int32Array;
  readonly refcount: Int32Array;
  readonly mapcount: Int32Array;
  readonly mapping: Int32Array;
  readonly index: Int32Array;
  readonly content: Int32Array;

  constructor(frames: number) {
    this.length = frames;
    this.flags = new Int32Array(frames);
    this.refcount = new Int32Array(frames);
    this.mapcount = new Int32Array(frames);
    this.mapping = new Int32Array(frames);
    this.index = new Int32Array(frames);
    this.content = new Int32Array(frames);
  }

  grown(frames: number): SeenFrames {
    const grown = new SeenFrames(frames);
    for (const column of FRAME_COLUMNS) grown[column].set(this[column]);
    return grown;
  }
}

/** The first i in [from, end) where a[atA + i] and b[atB + i] differ; `end` where none does. */
function firstChange(
  a: Int32Array,
  atA: number,
  b: Int32Array,
  atB: number,
  from: number,
  end: number,
): number {
  let i = from;
  // Eight at a time, without a branch for each: this is where a recording spends its time.
  for (; i + 8 <= end; i += 8) {
    const p = atA + i;
    const q = atB + i;
    const differs =
      (a[p]! ^ b[q]!) |
      (a[p + 1]! ^ b[q + 1]!) |
      (a[p + 2]! ^ b[q + 2]!) |
      (a[p + 3]! ^ b[q + 3]!) |
      (a[p + 4]! ^ b[q + 4]!) |
      (a[p + 5]! ^ b[q + 5]!) |
      (a[p + 6]! ^ b[q + 6]!) |
      (a[p + 7]! ^ b[q + 7]!);
    if (differs !== 0) break;
  }
  while (i < end && a[atA + i] === b[atB + i]) i++;
  return i;
}

import type { Ledger } from '../../core/ledger.ts';
import type { Hardware } from '../hardware.ts';
import type { Machine } from '../machine/machine.ts';
import type { IssueWindow } from '../window.ts';
import { describe } from './describe.ts';
import type { SharedMemory } from './memory.ts';
import { instantiate, type RunCore } from './module.ts';
import { News } from './news.ts';
import { layParts, type Parts } from './parts.ts';
import { Tallies } from './tallies.ts';

/** Records brought into the shared memory at a time: few enough to stay in the host's nearest cache. */
const PIECE_RECORDS = 4096;
const NO_KEYS = new Int32Array(0);
const NO_OFFSETS = new Uint16Array(0);

/**
 * The WebAssembly core: the loop of cpu.ts over the very arrays of TLBs, paging-structure caches, data caches, page
 * tables and clock that the TypeScript classes use. It runs records as long as nothing out of the ordinary happens,
 * and leaves the first other one untouched for TypeScript: both give the same numbers, whoever runs what (a test
 * holds them to the same slow model).
 */
export class Accelerator {
  private readonly hardware: Hardware;
  private readonly window: IssueWindow;
  private readonly runCore: RunCore;
  private readonly parts: Parts;
  private readonly news: News;
  private readonly tallies: Tallies;
  private readonly keys: Int32Array;
  private readonly offsets: Uint16Array;
  private readonly rules: unknown;
  private chunkKeys: Int32Array = NO_KEYS;
  private chunkOffsets: Uint16Array = NO_OFFSETS;
  /** The records of the chunk that are in `keys` and `offsets`. */
  private loadedFrom = 0;
  private loadedTo = 0;

  /** @param hardware whose arrays are in `shared`, of a machine that the core knows (eligible.ts) */
  constructor(
    machine: Machine,
    hardware: Hardware,
    window: IssueWindow,
    ledger: Ledger,
    shared: SharedMemory,
  ) {
    this.hardware = hardware;
    this.window = window;
    this.runCore = instantiate(shared);
    this.parts = layParts(hardware, shared);
    this.news = new News(this.parts, hardware, shared);
    this.tallies = new Tallies(this.parts, hardware, ledger);
    this.keys = shared.int32(PIECE_RECORDS);
    this.offsets = shared.uint16(PIECE_RECORDS);
    this.rules = hardware.mmu.walker.rules;
    describe(machine, hardware, window, shared, this.parts);
  }

  /** False when something came up that the core does not know: global pages, other rules. */
  get ready(): boolean {
    const { tlbs, mmu } = this.hardware;
    return !tlbs.hasGlobals && mmu.walker.rules === this.rules;
  }

  /** Takes the columns of the chunk whose records will be run. */
  begin(keys: Int32Array, offsets: Uint16Array): void {
    this.chunkKeys = keys;
    this.chunkOffsets = offsets;
    this.loadedFrom = this.loadedTo = 0;
  }

  /**
   * Runs records from..to-1 of the chunk; the first that is not run, or `to`. `window.issued` is that of record `from`
   * before, and is left to the caller after. What was counted waits for {@link end}.
   */
  run(from: number, to: number, asid: number, root: number): number {
    const { clock } = this.parts;
    this.news.tell(asid, root);
    this.window.lend(clock);
    let at = from;
    for (let forget = true; at < to; forget = false) {
      if (at >= this.loadedTo) this.load(at, Math.min(at + PIECE_RECORDS, to));
      const { loadedFrom, loadedTo } = this;
      const done = this.runCore(
        this.keys.byteOffset,
        this.offsets.byteOffset,
        at - loadedFrom,
        loadedTo - loadedFrom,
        forget,
      );
      clock[0]! += loadedFrom + done - at;
      at = loadedFrom + done;
      if (at < loadedTo) break;
    }
    this.window.takeBack(clock);
    this.tallies.settleTables();
    return at;
  }

  /** Brings in the records from..to-1 of the chunk. */
  private load(from: number, to: number): void {
    this.keys.set(this.chunkKeys.subarray(from, to));
    if (this.hardware.data !== null) this.offsets.set(this.chunkOffsets.subarray(from, to));
    this.loadedFrom = from;
    this.loadedTo = to;
  }

  /** Lets go of the chunk, and takes over what the core has counted. */
  end(): void {
    this.chunkKeys = NO_KEYS;
    this.chunkOffsets = NO_OFFSETS;
    this.tallies.settle();
  }
}

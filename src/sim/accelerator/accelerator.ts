import type { Ledger } from '../../core/ledger.ts';
import { type ClearedAccesses, NOWHERE } from '../check/cleared.ts';
import type { Hardware } from '../hardware.ts';
import type { Machine } from '../machine/machine.ts';
import type { PackedRecords } from '../packed-records.ts';
import type { IssueWindow } from '../window.ts';
import { describe } from './describe.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';
import { type CoreExports, instantiate } from './module.ts';
import { News } from './news.ts';
import { layParts, type Parts } from './parts.ts';
import { Tallies } from './tallies.ts';

/** Records brought into the shared memory at a time: few enough to stay in the host's nearest cache. */
const PIECE_RECORDS = 4096;
const NOTHING: PackedRecords = { keys: new Int32Array(0), offsets: new Uint16Array(0), places: null };

/**
 * The WebAssembly core: the loop of cpu.ts over the very arrays of TLBs, paging-structure caches, data caches, page
 * tables and clock that the TypeScript classes use. It runs records as long as nothing out of the ordinary happens.
 * The first other one it leaves to TypeScript: untouched, or, where its page is missing, when the walk that failed is
 * over. Both give the same numbers, whoever runs what (a test holds them to the same slow model).
 */
export class Accelerator {
  private readonly hardware: Hardware;
  private readonly window: IssueWindow;
  private readonly runCore: CoreExports['run'];
  private readonly parts: Parts;
  private readonly news: News;
  private readonly tallies: Tallies;
  private readonly keys: Int32Array;
  private readonly offsets: Uint16Array;
  private readonly rules: unknown;
  private readonly places: Uint16Array;
  private chunk: PackedRecords = NOTHING;
  /** The records of the chunk that are in `keys`, `offsets` and `places`. */
  private loadedFrom = 0;
  private loadedTo = 0;
  /** Of the TLBs when the core ran last. */
  private generation = -1;

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
    this.runCore = instantiate(shared).run;
    this.parts = layParts(hardware, shared);
    this.news = new News(this.parts, hardware, shared);
    this.tallies = new Tallies(this.parts, hardware, ledger);
    this.keys = shared.int32(PIECE_RECORDS);
    this.offsets = shared.uint16(PIECE_RECORDS);
    this.places = shared.uint16(PIECE_RECORDS);
    this.rules = hardware.mmu.walker.rules;
    describe(machine, hardware, window, shared, this.parts);
  }

  /** False when something came up that the core does not know: global pages, other rules. */
  get ready(): boolean {
    const { tlbs, mmu } = this.hardware;
    return !tlbs.hasGlobals && mmu.walker.rules === this.rules;
  }

  /** Whether a list of accesses is where the core can see it. */
  sees({ words }: ClearedAccesses): boolean {
    return words.buffer === this.keys.buffer;
  }

  /** Takes records to be run. */
  begin(records: PackedRecords): void {
    this.chunk = records;
    this.loadedFrom = this.loadedTo = 0;
  }

  /**
   * Runs records from..to-1; the first that is not run to its end, or `to`. What was counted waits for {@link end}.
   * @param issued records issued before the first one of all
   * @param forget TypeScript has run a record since, or another address space runs now
   * @param again the kernel has made the page of record `from`, whose walk met none in the last call
   * @param cleared the call ends behind an access that is not among these, and `cleared.frame` says where it went
   */
  run(
    from: number,
    to: number,
    asid: number,
    root: number,
    issued: number,
    forget: boolean,
    again: boolean,
    cleared: ClearedAccesses | null,
  ): number {
    const { clock } = this.parts;
    const watched = cleared === null ? 0 : cleared.words.byteOffset;
    const { places } = this.chunk;
    const { generation } = this.hardware.tlbs;
    let stale = forget || generation !== this.generation;
    let retry = again;
    this.generation = generation;
    this.news.tell(asid, root);
    this.window.lend(clock);
    if (cleared !== null) cleared.frame = NOWHERE;
    let at = from;
    while (at < to) {
      if (at >= this.loadedTo) this.load(at, Math.min(at + PIECE_RECORDS, to));
      const { loadedFrom, loadedTo } = this;
      clock[0] = places === null ? issued + loadedFrom : issued;
      at =
        loadedFrom +
        this.runCore(
          this.keys.byteOffset,
          this.offsets.byteOffset,
          places === null ? 0 : this.places.byteOffset,
          at - loadedFrom,
          loadedTo - loadedFrom,
          stale,
          retry,
          watched,
        );
      stale = retry = false;
      if (at < loadedTo || (cleared !== null && cleared.frame !== NOWHERE)) break;
    }
    this.window.takeBack(clock);
    this.tallies.settleTables();
    return at;
  }

  /** Why the last call ended at a record: the level at which its walk met no entry; 0 when the record is untouched. */
  get faultLevel(): number {
    return this.parts.core[L.CORE_FAULT_LEVEL / 4]!;
  }

  /** Brings in records from..to-1. */
  private load(from: number, to: number): void {
    const { keys, offsets, places } = this.chunk;
    this.keys.set(keys.subarray(from, to));
    if (places !== null) this.places.set(places.subarray(from, to));
    else if (this.hardware.data !== null) this.offsets.set(offsets.subarray(from, to));
    this.loadedFrom = from;
    this.loadedTo = to;
  }

  /** Lets go of the records, and takes over what the core has counted. */
  end(): void {
    this.chunk = NOTHING;
    this.tallies.settle();
  }
}

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
const NOTHING: PackedRecords = {
  keys: new Int32Array(0),
  offsets: new Uint16Array(0),
  places: null,
  sets: 1,
};

/** Asked for the page of a record whose walk met no entry at `level`; the answer is one of layout.ts (ASK_). */
export type AskKernel = (at: number, level: number) => number;
const NOBODY: AskKernel = () => L.ASK_LEAVE;

/**
 * The WebAssembly core: the loop of cpu.ts over the very arrays of TLBs, paging-structure caches, data caches, page
 * tables and clock that the TypeScript classes use. It runs records as long as nothing out of the ordinary happens.
 * The first other one it leaves to TypeScript, untouched; where a page is missing, it makes the walk that fails and asks
 * for the page. Both give the same numbers, whoever runs what (a test holds them to the same slow model).
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
  private unfiltered = false;
  private asid = 0;
  private root = 0;
  private issued = 0;
  private kernel: AskKernel = NOBODY;

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
    this.runCore = instantiate(shared, (at, level) => this.answer(at, level)).run;
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

  /**
   * Takes records to be run.
   * @param issued records issued before the first one of all
   */
  begin(records: PackedRecords, issued: number, kernel: AskKernel): void {
    this.chunk = records;
    this.issued = issued;
    this.kernel = kernel;
    this.loadedFrom = this.loadedTo = 0;
  }

  /**
   * Runs records from..to-1; the first that is not run to its end, or `to`. What was counted waits for {@link end}.
   * @param forget TypeScript has run a record since, or another address space runs now
   * @param cleared the call ends behind an access that is not among these, and `cleared.frame` says where it went
   */
  run(
    from: number,
    to: number,
    asid: number,
    root: number,
    forget: boolean,
    cleared: ClearedAccesses | null,
  ): number {
    const { clock } = this.parts;
    const watched = cleared === null ? 0 : cleared.words.byteOffset;
    const { places, sets } = this.chunk;
    const { generation } = this.hardware.tlbs;
    let stale = forget || this.unfiltered || generation !== this.generation;
    // Where sets are told apart, what the filter would find has been left out.
    this.unfiltered = sets > 1;
    this.asid = asid;
    this.root = root;
    this.lend();
    if (cleared !== null) cleared.frame = NOWHERE;
    let at = from;
    while (at < to) {
      if (at >= this.loadedTo) this.load(at, Math.min(at + PIECE_RECORDS, to));
      const { loadedFrom, loadedTo } = this;
      clock[0] = this.issued + (places === null ? loadedFrom : 0);
      at =
        loadedFrom +
        this.runCore(
          this.keys.byteOffset,
          this.offsets.byteOffset,
          places === null ? 0 : this.places.byteOffset,
          at - loadedFrom,
          loadedTo - loadedFrom,
          stale,
          !this.unfiltered,
          watched,
        );
      stale = false;
      if (at < loadedTo || (cleared !== null && cleared.frame !== NOWHERE)) break;
    }
    this.takeBack();
    return at;
  }

  /** Whether the last call ended at a record whose misses are counted: its walk met no entry. */
  get tried(): boolean {
    return this.parts.core[L.CORE_TRIED / 4] === 1;
  }

  /** The core asks for the page of a record of its columns. */
  private answer(at: number, level: number): number {
    this.takeBack();
    const answer = this.kernel(this.loadedFrom + at, level);
    this.lend();
    return answer;
  }

  /** Page tables, TLBs and clock are the core's. */
  private lend(): void {
    this.generation = this.hardware.tlbs.generation;
    this.news.tell(this.asid, this.root);
    this.window.lend(this.parts.clock);
  }

  private takeBack(): void {
    this.window.takeBack(this.parts.clock);
    this.tallies.settleTables();
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
    this.kernel = NOBODY;
    this.tallies.settle();
  }
}

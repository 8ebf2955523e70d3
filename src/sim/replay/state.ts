import { PhysicalMemory } from '../../memory/physical.ts';
import {
  COLUMNS,
  cacheOf,
  columnOf,
  FRAME,
  HOLDER,
  kindOf,
  MEMORY,
  PROCESS,
  PSC,
  SPACE,
  TLB,
  WORDS,
  withinKind,
} from './cells.ts';

/** Slots of each TLB and of each walk cache of a machine. */
export interface CacheSizes {
  readonly tlbs: readonly number[];
  readonly pscs: readonly number[];
}

/**
 * What a viewer sees at one moment of a recording. Page tables are words of a physical memory of its own, so that a
 * walker can walk them at any moment.
 */
export class ReplayState {
  readonly memory = new PhysicalMemory();
  /** COLUMNS a frame, by PFN. */
  frames = new Int32Array(1024 * COLUMNS);
  /** COLUMNS a slot. */
  readonly tlbs: readonly Float64Array[];
  readonly pscs: readonly Float64Array[];
  /** By TLB tag: the address space that holds it, plus one. */
  readonly holders = new Map<number, number>();
  /** By PID and by number of the address space: an object of the recording, plus one. */
  readonly processes = new Map<number, number>();
  readonly spaces = new Map<number, number>();
  /** Grows with every change of what its name says, so that a viewer draws again only what is stale. */
  readonly versions = { memory: 0, frames: 0, tlbs: 0, pscs: 0, processes: 0 };

  constructor(sizes: CacheSizes) {
    this.tlbs = sizes.tlbs.map((slots) => new Float64Array(slots * COLUMNS));
    this.pscs = sizes.pscs.map((slots) => new Float64Array(slots * COLUMNS));
  }

  get(cell: number): number {
    const kind = kindOf(cell);
    const within = withinKind(cell, kind);
    switch (kind) {
      case MEMORY:
        return this.memory.read(Math.floor(within / WORDS), within % WORDS);
      case FRAME:
        return within < this.frames.length ? this.frames[within]! : 0;
      case TLB:
      case PSC: {
        const cache = cacheOf(within);
        return (kind === TLB ? this.tlbs : this.pscs)[cache]![columnOf(within, cache)]!;
      }
      default:
        return this.#mapOf(kind).get(within) ?? 0;
    }
  }

  readonly set = (cell: number, value: number): void => {
    const kind = kindOf(cell);
    const within = withinKind(cell, kind);
    const { versions } = this;
    switch (kind) {
      case MEMORY:
        versions.memory++;
        this.memory.write(Math.floor(within / WORDS), within % WORDS, value);
        break;
      case FRAME:
        versions.frames++;
        if (within >= this.frames.length) this.#growFrames(within);
        this.frames[within] = value;
        break;
      case TLB:
      case PSC: {
        const cache = cacheOf(within);
        if (kind === TLB) versions.tlbs++;
        else versions.pscs++;
        (kind === TLB ? this.tlbs : this.pscs)[cache]![columnOf(within, cache)] = value;
        break;
      }
      default: {
        versions.processes++;
        const map = this.#mapOf(kind);
        if (value === 0) map.delete(within);
        else map.set(within, value);
      }
    }
  };

  #mapOf(kind: number): Map<number, number> {
    if (kind === HOLDER) return this.holders;
    if (kind === PROCESS) return this.processes;
    if (kind === SPACE) return this.spaces;
    throw new Error(`no cells of kind ${kind}`);
  }

  #growFrames(within: number): void {
    let { length } = this.frames;
    while (length <= within) length *= 2;
    const grown = new Int32Array(length);
    grown.set(this.frames);
    this.frames = grown;
  }
}

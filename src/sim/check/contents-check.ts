import { ACCESS_NAMES, type AccessType, STORE } from '../../core/access.ts';
import { formatAddress, PAGE_BYTES, type Pfn, REGION_PAGES } from '../../core/addr.ts';
import type { KernelState } from '../../kernel/state.ts';
import type { Chunk } from '../../trace/chunk.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { AddressSpaces } from '../address-spaces.ts';
import type { Hardware } from '../hardware.ts';
import type { KernelSide } from '../kernel.ts';
import type { Finding } from './finding.ts';
import { ShadowMemory, UNKNOWN } from './shadow.ts';

const NOTHING = -1;
const OFFSET = PAGE_BYTES - 1;
/** Stamps are 1 to this, in turn. */
const STAMPS = 2 ** 15 - 1;

/**
 * Contents against program semantics: every store puts a new stamp into the frame that it was translated to, every
 * load and fetch looks into its frame and compares with what the program must see (shadow.ts). So a write that shows
 * in another process, a copy that copied nothing, a stale translation or a wrong frame of a superpage is seen at the
 * first load that it makes wrong.
 *
 * A page's contents are two stamps, of which a store changes one: what a copy should have brought along is in the
 * other. They travel in the kernel's own word for a page with a single byte in it (kernel/frame/contents.ts), which
 * it moves, copies and swaps without looking inside.
 *
 *   31       17 16        2 1 0
 *   | stamp 1  |  stamp 0  | 01 |
 */
export class ContentsCheck {
  private readonly hardware: Hardware;
  private readonly spaces: AddressSpaces;
  private readonly kernel: KernelSide;
  private readonly state: KernelState;
  private readonly shadow = new ShadowMemory();
  private stamp = 1;

  constructor(hardware: Hardware, spaces: AddressSpaces, kernel: KernelSide, state: KernelState) {
    this.hardware = hardware;
    this.spaces = spaces;
    this.kernel = kernel;
    this.state = state;
  }

  afterCall(event: TraceEvent, refused: boolean): void {
    this.shadow.apply(event, refused);
  }

  /** Record `at` of a chunk, just run by `pid`. */
  afterAccess(pid: number, chunk: Chunk, at: number, type: AccessType): Finding | null {
    const page = Math.floor(chunk.keys[at]! / 4);
    const low = page % REGION_PAGES;
    const region = Math.floor(page / REGION_PAGES);
    const vpn = chunk.regions.highOf(region) * REGION_PAGES + low;
    const frame = this.#frameOf(pid, region, low, vpn, type);
    if (frame < 0) return null;
    const { content } = this.state.frames;
    const expected = this.shadow.load(pid, vpn);
    if (type === STORE) {
      content[frame] = this.#stamped(content[frame]!);
      this.shadow.store(pid, vpn, expected === UNKNOWN ? content[frame]! : this.#stamped(expected));
      this.stamp = (this.stamp % STAMPS) + 1;
      return null;
    }
    const seen = content[frame]!;
    if (expected === seen || expected === UNKNOWN) return null;
    return {
      law: 'loads see what the program stored',
      what: `page ${formatAddress(vpn, 0)} of process ${pid} leads to frame ${frame}, which holds ${stampsOf(seen)}; the program stored ${stampsOf(expected)}`,
      operation: `a ${ACCESS_NAMES[type]} at ${formatAddress(vpn, chunk.offsets[at]! & OFFSET)}`,
    };
  }

  /** A page's word after a store to it. */
  #stamped(word: number): number {
    const stamp = this.stamp;
    return (stamp & 1 ? (word & 0x1ffff) | (stamp << 17) : (word & ~0x1ffff) | (stamp << 2)) | 1;
  }

  /** Where the access went: by its TLB entry, or by the tables where no TLB keeps it; -1 when it went nowhere. */
  #frameOf(pid: number, region: number, low: number, vpn: number, type: AccessType): Pfn {
    const { tlbs } = this.hardware;
    const tag = this.spaces.tagOf(this.kernel.spaceOf(pid));
    const tlb = tlbs.first(type);
    const slot = tlb.find(tlbs.keyOf(tag, region, low));
    if (slot >= 0) return tlb.frameOf(slot, low);
    const { tables, pte } = this.state;
    const ref = tables.find(this.kernel.rootOf(pid), vpn, 1);
    if (!ref || !pte.present(tables.lo(ref))) return NOTHING;
    const inside = vpn % tables.span[ref.level]!;
    return pte.pfn(tables.lo(ref), tables.hi(ref)) + inside;
  }
}

function stampsOf(word: number): string {
  return word === 0 ? 'zeros' : `stamps ${word >>> 17} and ${(word >>> 2) & STAMPS}`;
}

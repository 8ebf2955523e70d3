import type { Vpn } from '../../core/addr.ts';
import type { PagingMode } from '../../mmu/mode/mode.ts';

/** log2 of the pages before the first region, and from each to the next, by how wide user addresses are in bits. */
const PLANS: readonly (readonly [userBits: number, baseShift: number, strideShift: number])[] = [
  // 0x100000000000 + k * 2^30: as the runner on real kernels has it (native/scenario/scenario.h).
  [47, 32, 18],
  // Sv39: 2^36 + k * 2^30.
  [38, 24, 18],
  // 32 bits: 2^28 + k * 2^24, so that 64 regions stay below 2 GiB.
  [31, 16, 12],
];

/** Where the regions of a scenario stand in the user half of a mode's addresses. */
export class RegionPlan {
  readonly base: Vpn;
  /** Pages from one region to the next; a region has fewer, so that the VMAs of two never merge. */
  readonly stride: number;

  constructor({ vaBits }: PagingMode) {
    const plan = PLANS.find(([userBits]) => vaBits > userBits) ?? PLANS.at(-1)!;
    this.base = 2 ** plan[1];
    this.stride = 2 ** plan[2];
  }

  /** Page `page` of a region. */
  vpn(region: number, page: number): Vpn {
    return this.base + region * this.stride + page;
  }
}

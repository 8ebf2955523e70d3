import type { Dice } from './dice.ts';

/** Pages of a huge page, and of one page table. */
export const HUGE = 512;

/** A region as the generator remembers it: enough to aim at what exists most of the time. */
export interface Region {
  readonly name: string;
  extent: number;
  /** Shared memory may be mapped somewhere in it. */
  shared: boolean;
  /** A file may be mapped somewhere in it. */
  file: boolean;
}

/** Where random operations go: near each other more often than not, so that they meet. */
export class Aim {
  readonly #dice: Dice;
  readonly #huge: boolean;

  /** @param huge whole huge pages are worth aiming at */
  constructor(dice: Dice, huge: boolean) {
    this.#dice = dice;
    this.#huge = huge;
  }

  address(region: Region): string {
    const page = this.page(region);
    const offset = this.#dice.chance(0.3) ? this.#dice.below(4096) : 0;
    return `${region.name}+${page}p${offset ? `+${offset}` : ''}`;
  }

  /** A page of a region, early pages more often, so that operations meet. */
  page(region: Region): number {
    if (region.extent === 0) return 0;
    const near = Math.min(region.extent, 12);
    if (region.extent > HUGE - 12 && this.#dice.chance(0.4))
      return Math.min(region.extent - 1, HUGE - 12 + this.#dice.below(24));
    return this.#dice.chance(0.6) ? this.#dice.below(near) : this.#dice.below(region.extent);
  }

  range(region: Region): string {
    if (this.#dice.chance(0.15)) return region.name;
    const [first, end] = this.bounds(region);
    return `${region.name}[${first}..${end}]`;
  }

  bounds(region: Region): [number, number] {
    if (this.#huge && region.extent >= HUGE && this.#dice.chance(0.35)) {
      const base = HUGE * this.#dice.below(Math.floor(region.extent / HUGE));
      return [base, base + HUGE];
    }
    const first = this.page(region);
    const most = Math.min(region.extent - first, this.#dice.chance(0.7) ? 8 : region.extent);
    return [first, first + (most <= 0 ? 0 : 1 + this.#dice.below(most))];
  }
}

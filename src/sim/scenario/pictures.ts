import type { LinuxKernel } from '../../kernel/linux.ts';
import { pageAt } from '../../kernel/proc/pagemap.ts';
import type { RegionPlan } from './regions.ts';
import type { Scenario } from './script.ts';

/** Which frame is where: pages as `A3x/1`, equal numbers for equal frames, numbered anew in each picture. */
export class Pictures {
  readonly #kernel: LinuxKernel;
  readonly #scenario: Scenario;
  readonly #plan: RegionPlan;
  /** Pages of each region named so far. */
  readonly #extents: number[] = [];

  constructor(kernel: LinuxKernel, scenario: Scenario, plan: RegionPlan) {
    this.#kernel = kernel;
    this.#scenario = scenario;
    this.#plan = plan;
  }

  note(region: number, extent: number): void {
    this.#extents[region] = extent;
  }

  pagemap(pid: number, region: number): string[] {
    return this.#pages(pid, region, true, new Map());
  }

  /** Every live process, every region named so far. */
  frames(pids: ReadonlySet<number>, counts: boolean): Record<string, Record<string, string[]>> {
    const numbers = new Map<number, number>();
    const picture: Record<string, Record<string, string[]>> = {};
    for (const pid of [...pids].sort((a, b) => a - b)) {
      picture[pid] = {};
      for (let region = 0; region < this.#extents.length; region++)
        picture[pid][this.#scenario.regions[region]!] = this.#pages(pid, region, counts, numbers);
    }
    return picture;
  }

  #pages(pid: number, region: number, counts: boolean, numbers: Map<number, number>): string[] {
    const { mm } = this.#kernel.process(pid);
    return Array.from({ length: this.#extents[region]! }, (_, page) => {
      const view = pageAt(this.#kernel.state, mm, this.#plan.vpn(region, page));
      if (view.kind === 'none' || view.kind === 'swap') return '.';
      if (view.kind === 'zero') return 'Z';
      let number = numbers.get(view.pfn);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(view.pfn, number);
      }
      const letter = view.kind === 'anon' ? 'A' : 'F';
      const marks = (view.mapcount === 1 ? 'x' : '') + (view.huge ? 'h' : '');
      return `${letter}${number}${marks}${counts ? `/${view.mapcount}` : ''}`;
    });
  }
}

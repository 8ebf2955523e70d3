import { LINUX_6_18, type Policy } from '../../../src/kernel/policy/policy.ts';
import { POLICY_PARTS, type PolicyPrices } from '../../../src/kernel/policy/prices.ts';
import type { KernelConfig } from '../../../src/kernel/state.ts';
import { ScenarioMachine } from '../../../src/sim/scenario/machine.ts';
import { COPY } from '../../oracle/kernel-bill.ts';
import { brokenPolicyLaws } from '../../oracle/policy-conservation.ts';
import { Book, ONE_EACH } from '../audit.ts';

/** The bill of a COW fault that copies, as in Linux. */
export const COW = COPY;

/** First page of process 1's memory: the first of a last-level page table. */
export const A = 0x100000000;

const ONE_CYCLE = Object.fromEntries(POLICY_PARTS.map((part) => [part, 1])) as PolicyPrices;

/** Units of work by part; what another core did is under `hidden`. */
export type Units = Readonly<Record<string, number>>;

/**
 * Process 1 on a kernel with a policy, every price 1: `pay` gives the units that something took. Pages are numbered
 * from {@link A}.
 */
export class Stage {
  readonly on: ScenarioMachine;
  private readonly book = new Book();
  now = 0;

  constructor(policy: Partial<Policy>, config: Partial<KernelConfig> = {}) {
    this.on = new ScenarioMachine({
      policy: { ...LINUX_6_18, ...policy, prices: ONE_CYCLE },
      ledger: this.book,
      costs: ONE_EACH,
      clock: () => this.now,
      ...config,
    });
    this.kernel.createProcess(1);
  }

  get kernel() {
    return this.on.kernel;
  }

  get counters() {
    return this.kernel.state.counters;
  }

  map(page: number, pages: number, more = {}): void {
    const error = this.kernel.mmap(1, { vpn: A + page, pages, prot: 'rw', shared: false, ...more });
    if (error) throw new Error(error);
  }

  /** Stores a byte at the beginning of a page; the kinds of the faults that it took. */
  store(pid: number, page: number, value = 1): string[] {
    return this.#access(pid, page, (frame) => this.kernel.writeMemory(frame, 0, value));
  }

  /** Loads it; the kinds of the faults that it took. */
  touch(pid: number, page: number): string[] {
    return this.#access(pid, page);
  }

  load(pid: number, page: number): number {
    let value = -1;
    this.#access(
      pid,
      page,
      (frame) => {
        value = this.kernel.readMemory(frame, 0);
      },
      false,
    );
    return value;
  }

  #access(pid: number, page: number, then?: (frame: number) => void, write = then !== undefined): string[] {
    const kinds: string[] = [];
    const { kernel } = this;
    const handle = kernel.handleFault;
    kernel.handleFault = (who, fault) => {
      const outcome = handle.call(kernel, who, fault);
      kinds.push(kernel.lastFault ?? 'signal');
      return outcome;
    };
    const frame = this.on.access(pid, A + page, 0, write);
    kernel.handleFault = handle;
    if (typeof frame === 'number') then?.(frame);
    return kinds;
  }

  /** What `body` was charged; faults' entry and look-ups, which every fault has, are left out. */
  pay(body: () => void): Units {
    this.book.units = {};
    this.book.hidden = {};
    body();
    const { exception: _e, vmaLookup: _v, tableWalk: _t, syscall: _s, ...units } = this.book.units;
    return Object.keys(this.book.hidden).length > 0 ? { ...units, ...hiddenUnits(this.book.hidden) } : units;
  }

  /** Resident pages and page tables below the root. */
  sizes(pid: number): [resident: number, tables: number] {
    const { mm } = this.kernel.process(pid);
    return [mm.resident, mm.tables];
  }

  /** Laws of conservation that do not hold. */
  get broken(): string[] {
    return brokenPolicyLaws(this.kernel);
  }
}

function hiddenUnits(units: Units): Units {
  return Object.fromEntries(Object.entries(units).map(([part, count]) => [`hidden.${part}`, count]));
}

/** Process 1 has written `pages`; process 2 is its child. */
export function forkedAfter(policy: Partial<Policy>, pages: readonly number[], config = {}): Stage {
  const stage = new Stage(policy, config);
  stage.map(0, 64);
  for (const page of pages) stage.store(1, page, page + 1);
  stage.kernel.fork(1, 2);
  return stage;
}

/** first .. last-1 */
export function from(first: number, last: number): number[] {
  return Array.from({ length: last - first }, (_, i) => first + i);
}

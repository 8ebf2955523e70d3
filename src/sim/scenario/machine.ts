import { LOAD, STORE, SUPERVISOR, USER } from '../../core/access.ts';
import { type Pfn, REGION_PAGES, type Vpn } from '../../core/addr.ts';
import type { FaultOutcome } from '../../core/kernel-port.ts';
import { Ledger } from '../../core/ledger.ts';
import { RegionTable } from '../../core/regions.ts';
import { LinuxKernel } from '../../kernel/linux.ts';
import type { KernelConfig } from '../../kernel/state.ts';
import { Dram } from '../../memory/dram.ts';
import { CacheHierarchy } from '../../memory/hierarchy.ts';
import { PhysicalMemory } from '../../memory/physical.ts';
import { Mmu } from '../../mmu/mmu.ts';
import { X86_64 } from '../../mmu/mode/x86-64.ts';
import type { X86Controls } from '../../mmu/rules/controls.ts';
import { rulesFor } from '../../mmu/rules/index.ts';
import { Walker } from '../../mmu/walker.ts';
import { WalkerPool } from '../../mmu/walker-pool.ts';
import { TlbHierarchy } from '../../tlb/hierarchy.ts';
import type { TlbConfig } from '../../tlb/tlb.ts';
import { AddressSpaces } from '../address-spaces.ts';

export type Refused = Extract<FaultOutcome, { kind: 'signal' }>;

/** What a scenario needs to run on. */
export interface ScenarioHost {
  readonly kernel: LinuxKernel;
  /**
   * The frame that an access to user memory reaches, after as many faults as it takes; or the signal that ends it.
   * `byKernel`: the kernel makes it for the process (copy_from_user, copy_to_user).
   */
  access(pid: number, vpn: Vpn, offset: number, write: boolean, byKernel?: boolean): Pfn | Refused;
}

/** More retries of one access than any kernel needs: a loop is a bug, not a scenario. */
const MAX_FAULTS = 16;
/** PCIDs in use; Linux uses 6 of them on a CPU (TLB_NR_DYN_ASIDS). */
const TAGS = 6;

const CONTROLS: X86Controls = {
  family: 'x86',
  maxphyaddr: 52,
  nxe: true,
  wp: true,
  smep: true,
  smap: true,
  ac: false,
  pge: true,
  pke: false,
  pks: false,
  pkru: 0,
  pkrs: 0,
  pdpe1gb: true,
};

/**
 * What scenarios run on: an x86-64 MMU with TLBs and the Linux kernel over one physical memory. Every byte a process
 * reads or writes is translated, so that the bits of the PTEs decide what faults, and a translation that the kernel
 * forgot to invalidate shows as a wrong answer.
 */
export class ScenarioMachine implements ScenarioHost {
  readonly kernel: LinuxKernel;
  readonly #mmu: Mmu;
  readonly #spaces: AddressSpaces;

  constructor(kernel: Partial<KernelConfig> = {}) {
    const memory = new PhysicalMemory();
    const caches = new CacheHierarchy([], new Dram(0), CONTROLS.maxphyaddr);
    const walker = new Walker(rulesFor(X86_64, CONTROLS), {
      memory,
      caches,
      psc: null,
      memoryMap: null,
      adUpdate: 0,
    });
    const tlbs = new TlbHierarchy(
      { itlb: tlb('ITLB', 16, 4), dtlb: tlb('DTLB', 16, 4), stlb: tlb('STLB', 128, 8) },
      new RegionTable(),
    );
    this.#mmu = new Mmu(
      { tlbs, walker, pool: new WalkerPool(1, 1), psc: null },
      {
        permissionMiss: 'rewalk',
        dirty: { action: 'assist', cycles: 0 },
        cacheNames: caches.names,
        levels: X86_64.levels,
        adUpdate: 0,
      },
      new Ledger(),
    );
    this.#spaces = new AddressSpaces(this.#mmu, TAGS);
    this.kernel = new LinuxKernel({ ...kernel, mode: X86_64, memory, tlb: this.#spaces });
  }

  access(pid: number, vpn: Vpn, offset: number, write: boolean, byKernel = false): Pfn | Refused {
    const { mm } = this.kernel.process(pid);
    const tag = this.#spaces.switchTo(mm.asid, mm.root);
    const { tlbs } = this.#mmu;
    const region = tlbs.regions.intern(Math.floor(vpn / REGION_PAGES));
    const low = vpn % REGION_PAGES;
    const key = tlbs.keyOf(tag, region, low);
    for (let faults = 0; faults < MAX_FAULTS; faults++) {
      this.#mmu.latency.clear();
      if (this.#mmu.translate(key, region, low, offset, write ? STORE : LOAD, USER, faults > 0)) {
        const refused = !write && this.kernel.forbidsReads(pid, vpn);
        return refused ? { kind: 'signal', signal: 'SIGSEGV', code: 'PKUERR' } : this.#mmu.frame;
      }
      const fault = this.#mmu.fault!;
      const outcome = this.kernel.handleFault(pid, byKernel ? { ...fault, privilege: SUPERVISOR } : fault);
      if (outcome.kind === 'signal') return outcome;
    }
    throw new Error(`the access to page ${vpn} of process ${pid} faults for ever`);
  }
}

function tlb(name: string, sets: number, ways: number): TlbConfig {
  return { name, latency: 0, arrays: [{ shifts: [0, 9], sets, ways, replacement: 'lru' }] };
}

import { LOAD, STORE, USER } from '../../core/access.ts';
import type { Pfn, Vpn } from '../../core/addr.ts';
import type { FaultOutcome } from '../../core/kernel-port.ts';
import type { Ledger } from '../../core/ledger.ts';
import { LinuxKernel } from '../../kernel/linux.ts';
import { Dram } from '../../memory/dram.ts';
import { CacheHierarchy } from '../../memory/hierarchy.ts';
import { PhysicalMemory } from '../../memory/physical.ts';
import { modeNamed } from '../../mmu/mode/index.ts';
import { rulesFor } from '../../mmu/rules/index.ts';
import { FUNCTIONAL, Walker } from '../../mmu/walker.ts';

export type Refused = Extract<FaultOutcome, { kind: 'signal' }>;

/** What a scenario needs to run on. */
export interface ScenarioHost {
  readonly kernel: LinuxKernel;
  /** The frame that a user access reaches, after as many faults as it takes; or the signal that ends it. */
  access(pid: number, vpn: Vpn, offset: number, write: boolean): Pfn | Refused;
}

/** More retries of one access than any kernel needs: a loop is a bug, not a scenario. */
const MAX_FAULTS = 16;

/**
 * What scenarios run on: the page-table walker and the Linux kernel over one physical memory. Every byte a process
 * reads or writes goes through the walk, so that the bits of the PTEs decide what faults.
 */
export class ScenarioMachine implements ScenarioHost {
  readonly kernel: LinuxKernel;
  readonly #walker: Walker;

  constructor(ledger?: Ledger) {
    const memory = new PhysicalMemory();
    const mode = modeNamed('x86-64');
    this.kernel = new LinuxKernel({ mode, memory, ledger });
    this.#walker = new Walker(
      rulesFor(mode, {
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
      }),
      { memory, caches: new CacheHierarchy([], new Dram(0), 52), psc: null, memoryMap: null, adUpdate: 0 },
    );
  }

  access(pid: number, vpn: Vpn, offset: number, write: boolean): Pfn | Refused {
    this.#walker.root = this.kernel.rootOf(pid);
    for (let faults = 0; faults < MAX_FAULTS; faults++) {
      const walk = this.#walker.walk(vpn, offset, write ? STORE : LOAD, USER, FUNCTIONAL);
      if (!walk.fault) {
        const execOnly = this.kernel.forbidsReads(pid, vpn);
        if (write || !execOnly) return walk.pfn;
        return { kind: 'signal', signal: 'SIGSEGV', code: 'PKUERR' };
      }
      const outcome = this.kernel.handleFault(pid, walk.fault);
      if (outcome.kind === 'signal') return outcome;
    }
    throw new Error(`the access to page ${vpn} of process ${pid} faults for ever`);
  }
}

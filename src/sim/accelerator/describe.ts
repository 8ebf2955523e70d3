import type { Tlb } from '../../tlb/tlb.ts';
import type { Hardware } from '../hardware.ts';
import type { Machine } from '../machine/machine.ts';
import type { IssueWindow } from '../window.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';
import type { Parts } from './parts.ts';
import { allowedTable, pteRules } from './pte-rules.ts';
import { setWords } from './records.ts';

/** Writes down for the core everything that stays as it is. */
export function describe(
  machine: Machine,
  hardware: Hardware,
  window: IssueWindow,
  shared: SharedMemory,
  parts: Parts,
): void {
  const { core } = parts;
  const { mmu, tlbs, caches, dataCaches, data, mode } = hardware;
  const at = (array: ArrayBufferView) => shared.addressOf(array);
  const recordOf = (tlb: Tlb | null) => {
    const known = parts.tlbs.find((one) => one.tlb === tlb);
    return known === undefined ? 0 : at(known.record.words);
  };
  const isRiscv = mode.family === 'riscv';
  setWords(core, [
    [L.CORE_ITLB, recordOf(tlbs.itlb)],
    [L.CORE_DTLB, recordOf(tlbs.dtlb)],
    [L.CORE_STORE_TLB, recordOf(tlbs.storeTlb)],
    [L.CORE_STLB, recordOf(tlbs.stlb)],
    [L.CORE_INCLUSIVE, machine.tlb.stlb?.inclusive ? 1 : 0],
    [L.CORE_HIGHS, at(parts.highs)],
    [L.CORE_RISCV, isRiscv ? 1 : 0],
    [L.CORE_LEVELS, mode.levels],
    [L.CORE_VPN_BITS, mode.vaBits - 12],
    [L.CORE_ACCESSED, mode.format.accessed],
    [L.CORE_DIRTY, mode.format.dirty],
    [L.CORE_TABLE_ACCESSED, isRiscv ? 0 : mode.format.accessed],
    [L.CORE_HARDWARE_AD, machine.paging.family === 'riscv' && !machine.paging.controls.adue ? 0 : 1],
    [L.CORE_SLABS, at(parts.slabs)],
    [L.CORE_PSC, parts.pscs.length === 0 ? 0 : at(parts.pscs[0]!)],
    [L.CORE_PSC_COUNT, parts.pscs.length],
    [L.CORE_PSC_LATENCY, hardware.psc?.latency ?? 0],
    [L.CORE_AD_UPDATE, machine.walkers.adUpdate],
    [L.CORE_PTE_CACHES, at(parts.hierarchies[0]!.record.words)],
    [
      L.CORE_DATA_CACHES,
      data === null ? 0 : at(parts.hierarchies[caches === dataCaches ? 0 : 1]!.record.words),
    ],
    [L.CORE_CAUSE_STLB_HIT, mmu.stlbHit],
    [L.CORE_CAUSE_STLB_MISS, mmu.stlbMiss],
    [L.CORE_CAUSE_PSC, mmu.pscCause],
    [L.CORE_CAUSE_AD, mmu.adCause],
    [L.CORE_CAUSE_QUEUE, mmu.queueCause],
    [L.CORE_READ_CAUSES, at(mmu.readCauses)],
    [L.CORE_DATA_CAUSES, at(copyOf(shared, data?.causes ?? new Uint16Array(1)))],
    [L.CORE_READS_BY, at(mmu.readsBy)],
    [L.CORE_CHARGES, at(parts.charges)],
    [L.CORE_ASSIST, machine.dirty.action === 'fault' ? 0 : 1],
    [L.CORE_ASSIST_CYCLES, machine.dirty.cycles],
    [L.CORE_CAUSE_ASSIST, mmu.assistCause],
    [L.CORE_WIDTH, window.width],
    [L.CORE_WINDOW, window.window],
    [L.CORE_RING_MASK, window.mask],
    [L.CORE_RING_INDEX, at(window.index)],
    [L.CORE_RING_COMPLETION, at(window.completion)],
    [L.CORE_RING_PARTS, at(window.partCount)],
    [L.CORE_PART_CAUSE, at(window.partCause)],
    [L.CORE_PART_CYCLES, at(window.partCycles)],
    [L.CORE_HIDDEN, at(window.hidden)],
    [L.CORE_CLOCK, at(parts.clock)],
    [L.CORE_WALKERS, at(mmu.pool.walkers)],
    [L.CORE_WALKER_COUNT, mmu.pool.walkers.length],
    [L.CORE_MSHRS, at(mmu.pool.mshrs)],
    [L.CORE_MSHR_COUNT, mmu.pool.mshrs.length],
  ]);
  describeEntries(machine, hardware, shared, core);
}

/** What ordinary page-table entries look like and what they allow. */
function describeEntries(machine: Machine, hardware: Hardware, shared: SharedMemory, core: Int32Array): void {
  const { rules } = hardware.mmu.walker;
  const { pointers, leaf } = pteRules(machine, rules);
  const words = shared.float64(2 * (pointers.length + 1));
  const bits = new BigUint64Array(words.buffer, words.byteOffset, words.length);
  for (const [i, { mask, value }] of [...pointers, leaf].entries()) {
    bits[2 * i] = mask;
    bits[2 * i + 1] = value;
  }
  const allowed = shared.uint8(4096);
  allowed.set(allowedTable(rules));
  setWords(core, [
    [L.CORE_POINTERS, shared.addressOf(words)],
    [L.CORE_LEAF, shared.addressOf(words) + 16 * pointers.length],
    [L.CORE_ALLOWED, shared.addressOf(allowed)],
    [L.CORE_ROOT_ATTRIBUTES, rules.rootAttributes],
    [L.CORE_LEAF_ONLY, rules.foldLeaf(0, -1, -1, 1) & 0xfff],
  ]);
}

function copyOf(shared: SharedMemory, causes: Uint16Array): Uint16Array {
  const copy = shared.uint16(causes.length);
  copy.set(causes);
  return copy;
}

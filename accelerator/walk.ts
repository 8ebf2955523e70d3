// src/mmu/walker.ts and mmu.ts, for a walk of an x86-64 or RISC-V mode that ends well in a 4 KiB page, or at an entry
// that is not present. First the path is looked at, leaving no trace; whatever else comes up is left to the TypeScript
// side. Then it is walked.
import {
  CORE,
  CORE_ACCESSED,
  CORE_AD_UPDATE,
  CORE_AD_WRITES,
  CORE_ALLOWED,
  CORE_ASID,
  CORE_CAUSE_AD,
  CORE_CAUSE_PSC,
  CORE_DIRECTORY,
  CORE_DIRECTORY_LENGTH,
  CORE_DIRTY,
  CORE_HARDWARE_AD,
  CORE_LEAF,
  CORE_LEAF_ONLY,
  CORE_LEVELS,
  CORE_POINTERS,
  CORE_PSC,
  CORE_PSC_COUNT,
  CORE_PSC_LATENCY,
  CORE_PTE_CACHES,
  CORE_READ_CAUSES,
  CORE_READS,
  CORE_READS_BY,
  CORE_RISCV,
  CORE_ROOT,
  CORE_ROOT_ATTRIBUTES,
  CORE_SLABS,
  CORE_TABLE_ACCESSED,
  CORE_VPN_BITS,
  CORE_WALK_CYCLES,
  CORE_WALKS,
  HIERARCHY_COUNT,
  HIERARCHY_LINE_SHIFT,
  MAX_SLABS,
  PSC_BYTES,
  PSC_HITS,
  PSC_LEVEL,
  PSC_MISSES,
  SCRATCH,
} from '../src/sim/accelerator/layout';
import { latencyOf, pageLine, request } from './caches';
import { beginWalk, endWalk, spend } from './clock';
import { attributesOfEntry, findEntry, insertEntry, nameOf, spaceOf, tableOf, useEntry } from './psc';

const STORE = 2;
const INDEX_BITS = 9;
const ATTR_GLOBAL = 16;
const ATTR_ACCESSED = 32;
const ATTR_DIRTY = 64;
/** What permissions depend on: flags and key. */
const RELEVANT = 0xfff;
/** P of x86, V of RISC-V. */
const PRESENT: u64 = 1;

/** What is foreseen of a walk: more than is known here, a 4 KiB page that allows the access, a missing entry. */
export const UNFORESEEN = 0;
export const ENDS_WELL = 1;
export const NOT_PRESENT = 2;

// The path by level: an entry's address here, the entry, what it becomes, its table and place in it, the attributes
// down to it.
const PTE_AT: usize = SCRATCH + 1024;
const PTE: usize = SCRATCH + 1056;
const TOUCHED: usize = SCRATCH + 1104;
const TABLE: usize = SCRATCH + 1152;
const ATTRIBUTES: usize = SCRATCH + 1200;
const OFFSET: usize = SCRATCH + 1232;
/** An entry of a table that was never written; nor is this. */
const ZERO: usize = SCRATCH + 1264;

// What the walk foreseen last gives.
export let walkedFrame: f64 = 0;
export let walkedAttributes: i32 = 0;
export let walkedAllowed: i32 = 0;
/** The level of the last entry that it reads: 1, or where one is not present. */
export let lastLevel: i32 = 1;

let name: i32 = 0;
let space: i32 = 0;
let start: i32 = 0;
/** The deepest paging-structure cache that has an entry on the way, and the entry; 0 when there is none. */
let hitCache: usize = 0;
let hitSlot: i32 = 0;

/** Looks at the path to a page; after anything but UNFORESEEN {@link walk} can go it. */
export function foresee(vpn: u64, type: i32): i32 {
  if (!canonical(vpn)) return UNFORESEEN;
  let level = load<i32>(CORE, CORE_LEVELS);
  let table = <f64>load<i32>(CORE, CORE_ROOT);
  let folded = load<i32>(CORE, CORE_ROOT_ATTRIBUTES);
  name = nameOf(vpn);
  space = spaceOf(load<i32>(CORE, CORE_ASID), vpn);
  hitCache = 0;
  let psc = <usize>load<i32>(CORE, CORE_PSC);
  const end = psc + load<i32>(CORE, CORE_PSC_COUNT) * PSC_BYTES;
  for (; psc < end; psc += PSC_BYTES) {
    const slot = findEntry(psc, name, space);
    if (slot < 0) continue;
    hitCache = psc;
    hitSlot = slot;
    level = load<i32>(psc, PSC_LEVEL) - 1;
    table = tableOf(psc, slot);
    folded = attributesOfEntry(psc, slot);
    break;
  }
  start = level;
  for (; level > 1; level--) {
    const pte = lookAt(table, vpn, level);
    const rule = <usize>load<i32>(CORE, CORE_POINTERS) + (level << 4);
    if ((pte & load<u64>(rule)) !== load<u64>(rule, 8)) return endAt(level, pte);
    store<u64>(TOUCHED + (level << 3), pte | <u64>load<u32>(CORE, CORE_TABLE_ACCESSED));
    table = frameIn(pte);
    folded = foldTable(folded, pte);
    store<i32>(ATTRIBUTES + (level << 2), folded);
  }
  const pte = lookAt(table, vpn, 1);
  const rule = <usize>load<i32>(CORE, CORE_LEAF);
  if ((pte & load<u64>(rule)) !== load<u64>(rule, 8)) return endAt(1, pte);
  const touched =
    pte | <u64>(load<u32>(CORE, CORE_ACCESSED) | (type === STORE ? load<u32>(CORE, CORE_DIRTY) : 0));
  if (touched !== pte && load<i32>(CORE, CORE_HARDWARE_AD) === 0) return UNFORESEEN;
  lastLevel = 1;
  store<u64>(TOUCHED + 8, touched);
  walkedAttributes = foldLeaf(folded, touched);
  walkedAllowed = allowedFor(walkedAttributes);
  walkedFrame = frameIn(pte);
  const fits = ((walkedAllowed >> type) & 1) !== 0 && (walkedAttributes & ATTR_GLOBAL) === 0;
  return fits ? ENDS_WELL : UNFORESEEN;
}

/** The entry of a level is no ordinary one: the walk ends here if it could be read and is not present. */
function endAt(level: i32, pte: u64): i32 {
  if (load<i32>(PTE_AT + (level << 2)) === 0 || (pte & PRESENT) !== 0) return UNFORESEEN;
  store<u64>(TOUCHED + (level << 3), pte);
  lastLevel = level;
  return NOT_PRESENT;
}

function allowedFor(attributes: i32): i32 {
  return load<u8>(<usize>load<i32>(CORE, CORE_ALLOWED) + (attributes & RELEVANT));
}

/** Whether nothing but a clear D keeps an entry from allowing stores. */
export function isClean(attributes: i32): bool {
  const dirty = attributes | ATTR_ACCESSED | ATTR_DIRTY;
  return (attributes & ATTR_DIRTY) === 0 && ((allowedFor(dirty) >> STORE) & 1) !== 0;
}

/** Walks the path that {@link foresee} saw: paging-structure caches, data caches, A and D, and what it costs. */
export function walk(): void {
  let cycles: f64 = 0;
  beginWalk();
  let psc = <usize>load<i32>(CORE, CORE_PSC);
  const end = psc + load<i32>(CORE, CORE_PSC_COUNT) * PSC_BYTES;
  if (psc < end) {
    const latency = load<i32>(CORE, CORE_PSC_LATENCY);
    spend(load<i32>(CORE, CORE_CAUSE_PSC), latency);
    cycles += <f64>latency;
  }
  for (; psc < end; psc += PSC_BYTES) {
    if (psc === hitCache) {
      store<i32>(psc, load<i32>(psc, PSC_HITS) + 1, PSC_HITS);
      useEntry(psc, name, space, hitSlot);
      break;
    }
    store<i32>(psc, load<i32>(psc, PSC_MISSES) + 1, PSC_MISSES);
  }
  const caches = <usize>load<i32>(CORE, CORE_PTE_CACHES);
  const answers = load<i32>(caches, HIERARCHY_COUNT) + 1;
  let updates = 0;
  for (let level = start; level >= lastLevel; level--) {
    const address = <usize>load<i32>(PTE_AT + (level << 2));
    const by = level * answers + request(caches, lineOf(caches, level));
    const latency = latencyOf(caches, by - level * answers);
    const readsAt = <usize>load<i32>(CORE, CORE_READS_BY) + (by << 3);
    store<f64>(readsAt, load<f64>(readsAt) + 1);
    spend(load<u16>(<usize>load<i32>(CORE, CORE_READ_CAUSES) + (by << 1)), latency);
    cycles += <f64>latency;
    const touched = load<u64>(TOUCHED + (level << 3));
    if (touched !== load<u64>(PTE + (level << 3))) {
      store<u64>(address, touched);
      updates++;
      spend(load<i32>(CORE, CORE_CAUSE_AD), load<i32>(CORE, CORE_AD_UPDATE));
      cycles += <f64>load<i32>(CORE, CORE_AD_UPDATE);
    }
    if (level > lastLevel) cachePointer(level, touched);
  }
  endWalk();
  store<i32>(CORE, load<i32>(CORE, CORE_WALKS) + 1, CORE_WALKS);
  store<i32>(CORE, load<i32>(CORE, CORE_READS) + start - lastLevel + 1, CORE_READS);
  store<i32>(CORE, load<i32>(CORE, CORE_AD_WRITES) + updates, CORE_AD_WRITES);
  store<f64>(CORE, load<f64>(CORE, CORE_WALK_CYCLES) + cycles, CORE_WALK_CYCLES);
}

/** The line of the entry of a level. */
function lineOf(caches: usize, level: i32): i32 {
  const offset = load<i32>(OFFSET + (level << 2));
  return (
    pageLine(caches, load<f64>(TABLE + (level << 3))) + (offset >>> load<i32>(caches, HIERARCHY_LINE_SHIFT))
  );
}

/** The pointer that the walk just followed goes into the paging-structure cache of its level. */
function cachePointer(level: i32, pte: u64): void {
  let psc = <usize>load<i32>(CORE, CORE_PSC);
  const end = psc + load<i32>(CORE, CORE_PSC_COUNT) * PSC_BYTES;
  for (; psc < end; psc += PSC_BYTES) {
    if (load<i32>(psc, PSC_LEVEL) === level) {
      insertEntry(psc, name, space, frameIn(pte), load<i32>(ATTRIBUTES + (level << 2)));
    }
  }
}

/** Reads the entry of a level without a trace; 0, and no address, where no table is in reach. */
function lookAt(table: f64, vpn: u64, level: i32): u64 {
  store<i32>(PTE_AT + (level << 2), 0);
  if (table >= <f64>load<i32>(CORE, CORE_DIRECTORY_LENGTH)) return 0;
  const place = load<i32>(<usize>load<i32>(CORE, CORE_DIRECTORY) + ((<usize>table) << 2)) - 1;
  const offset = (<i32>(vpn >> (INDEX_BITS * (level - 1))) & 511) << 3;
  let at = ZERO;
  if (place >= 0) {
    if (place >> 8 >= MAX_SLABS) return 0;
    const slab = <usize>load<i32>(<usize>load<i32>(CORE, CORE_SLABS) + ((place >> 8) << 2));
    if (slab === 0) return 0;
    at = slab + ((place & 255) << 12) + offset;
  }
  const pte = load<u64>(at);
  store<i32>(PTE_AT + (level << 2), <i32>at);
  store<i32>(OFFSET + (level << 2), offset);
  store<u64>(PTE + (level << 3), pte);
  store<f64>(TABLE + (level << 3), table);
  return pte;
}

function canonical(vpn: u64): bool {
  const top = vpn >> (load<i32>(CORE, CORE_VPN_BITS) - 1);
  return top === 0 || top === ((<u64>1) << (53 - load<i32>(CORE, CORE_VPN_BITS))) - 1;
}

function isRiscv(): bool {
  return load<i32>(CORE, CORE_RISCV) !== 0;
}

function frameIn(pte: u64): f64 {
  return <f64>(isRiscv() ? (pte >> 10) & 0xfffffffffff : (pte >> 12) & 0xffffffffff);
}

/** What one entry says, in the bits of src/core/attributes.ts (mmu/mode/x86-format.ts, riscv-format.ts). */
function attributesIn(pte: u64): i32 {
  const lo = <i32>pte;
  if (isRiscv()) return ((lo >>> 1) & 0x7f) | ((<i32>(pte >> 61) & 3) << 16);
  const exec = pte >> 63 !== 0 ? 0 : 4;
  return (
    1 | (lo & 2) | exec | ((lo & 4) << 1) | ((lo >> 4) & 16) | (lo & 0x60) | ((<i32>(pte >> 59) & 15) << 8)
  );
}

function foldTable(folded: i32, pte: u64): i32 {
  return isRiscv() ? folded | (attributesIn(pte) & ATTR_GLOBAL) : folded & attributesIn(pte);
}

function foldLeaf(folded: i32, pte: u64): i32 {
  const leaf = attributesIn(pte);
  return isRiscv() ? folded | leaf : leaf & (folded | load<i32>(CORE, CORE_LEAF_ONLY));
}

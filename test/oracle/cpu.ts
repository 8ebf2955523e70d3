import { type AccessType, FETCH, STORE, USER } from '../../src/core/access.ts';
import { ATTR_DIRTY, ATTR_GLOBAL, sizeName, sizeShiftOf } from '../../src/core/attributes.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { TlbMaintenance } from '../../src/core/kernel-port.ts';
import { Dram } from '../../src/memory/dram.ts';
import { CacheHierarchy } from '../../src/memory/hierarchy.ts';
import type { PhysicalMemory } from '../../src/memory/physical.ts';
import { type PagingMode, spanShifts } from '../../src/mmu/mode/mode.ts';
import type { WalkRules } from '../../src/mmu/rules/walk-rules.ts';
import { PEEK, Walker } from '../../src/mmu/walker.ts';
import type { Machine } from '../../src/sim/machine/machine.ts';
import { OracleCaches } from './caches.ts';
import { OracleClock } from './clock.ts';
import { OraclePsc } from './psc.ts';
import { type OracleEntry, OracleTlbs } from './tlb.ts';

type Parts = [cause: string, cycles: number][];
const MAX_RETRIES = 16;

interface Translation {
  readonly frame: number;
  readonly attributes: number;
  readonly allowed: number;
}

/** One access in the middle of things: what it cost so far, told as ledger lines in the order of time. */
interface Progress {
  readonly vpn: number;
  readonly offset: number;
  readonly type: AccessType;
  /** Before the walk, of the walk itself, after it. */
  readonly before: Parts;
  walk: Parts | null;
  readonly after: Parts;
}

/**
 * A whole core, one access at a time, nothing remembered between accesses but what hardware remembers: no filters, no
 * keys, no reused objects. It follows docs/timing.md and docs/model.md section by section; page-table entries are
 * judged by the walker's step, whose own oracles are translate-x86.ts and translate-riscv.ts. Slow on purpose.
 */
export class OracleCpu implements TlbMaintenance {
  readonly tlbs: OracleTlbs;
  readonly psc: OraclePsc;
  readonly pteCaches: OracleCaches;
  readonly dataCaches: OracleCaches;
  readonly clock: OracleClock;
  signals = 0;
  readonly walks = { count: 0, faulted: 0, reads: 0, cycles: 0, queued: 0, assists: 0, adWrites: 0 };
  readonly walksBySize: Record<string, number> = {};
  readonly readsBy: Record<string, number> = {};
  #asid = 0;
  #root = 0;
  readonly #machine: Machine;
  readonly #mode: PagingMode;
  readonly #rules: WalkRules;
  readonly #memory: PhysicalMemory;
  readonly #peek: Walker;
  readonly #onFault: (fault: Fault) => 'retry' | 'signal';
  /** When each walker, and each MSHR, is free again. */
  readonly #walkersFree: number[];
  readonly #mshrsFree: number[];

  constructor(
    machine: Machine,
    rules: WalkRules,
    memory: PhysicalMemory,
    onFault: (fault: Fault) => 'retry' | 'signal',
  ) {
    this.#machine = machine;
    this.#mode = rules.mode;
    this.#rules = rules;
    this.#memory = memory;
    this.#onFault = onFault;
    this.tlbs = new OracleTlbs(machine.tlb);
    const { levels, latency } = machine.psc;
    const pageInvalidates = this.#mode.family === 'x86' ? 'asid' : 'path';
    this.psc = new OraclePsc(levels, latency, spanShifts(this.#mode), pageInvalidates);
    const real = new OracleCaches(machine.caches, machine.dram.latency);
    this.pteCaches = machine.pteThroughCaches ? real : new OracleCaches([], machine.pteLatency);
    this.dataCaches = real;
    this.clock = new OracleClock(machine.core.issueWidth, machine.core.window);
    this.#walkersFree = Array(machine.walkers.count).fill(0);
    this.#mshrsFree = Array(machine.walkers.mshrs).fill(0);
    const none = new CacheHierarchy([], new Dram(0), 56);
    this.#peek = new Walker(rules, { memory, caches: none, psc: null, memoryMap: null, adUpdate: 0 });
  }

  switchTo(asid: number, root: number): void {
    this.#asid = asid;
    this.#root = root;
  }

  invalidatePage(asid: number, vpn: number): void {
    this.invalidateRange(asid, vpn, 1);
  }

  invalidateRange(asid: number, vpn: number, pages: number): void {
    this.tlbs.invalidateRange(asid, vpn, pages);
    this.psc.invalidateRange(asid, vpn, pages);
  }

  invalidateAsid(asid: number): void {
    this.tlbs.invalidateAsid(asid);
    this.psc.invalidateAsid(asid);
  }

  invalidateAll(): void {
    this.tlbs.invalidateAll();
    this.psc.invalidateAll();
  }

  /** One record: issues, translates (again after each fault that the kernel repaired), goes to memory. */
  access(vpn: number, offset: number, type: AccessType): void {
    this.clock.beginRecord();
    for (let attempt = 0; ; attempt++) {
      if (attempt === MAX_RETRIES) throw new Error('no progress');
      const progress: Progress = { vpn, offset, type, before: [], walk: null, after: [] };
      const answer = this.#translate(progress, attempt > 0);
      if ('vector' in answer) {
        this.#pend(progress);
        this.clock.drainAtFault();
        if (this.#onFault(answer) === 'retry') continue;
        this.signals++;
      } else {
        if (this.#machine.dataThroughCaches && type !== FETCH) this.#data(answer.frame, progress);
        this.#pend(progress);
      }
      break;
    }
    this.clock.endRecord();
  }

  /** Section 3 (TLBs), 5 (dirty bits), 6 (permissions). A repeated access is counted once. */
  #translate(progress: Progress, again: boolean): Translation | Fault {
    const { vpn, type } = progress;
    const { tlbs } = this;
    const first = type === FETCH ? tlbs.itlb : type === STORE ? tlbs.storeTlb : tlbs.dtlb;
    if (!again) first.lookups++;
    const hit = first.lookup(this.#asid, vpn);
    if (hit !== null) {
      progress.before.push(['tlb.first-level', first.latency]);
      return this.#useEntry(hit, progress);
    }
    if (!again) first.misses++;
    if (tlbs.stlb !== null) {
      if (!again) tlbs.stlb.lookups++;
      const second = tlbs.stlb.lookup(this.#asid, vpn);
      if (second !== null) {
        progress.before.push(['tlb.stlb-hit', tlbs.stlb.latency]);
        const { attributes, allowed } = second;
        const frame = second.frame + (vpn - second.first);
        first.fill(this.#owner(attributes), vpn, sizeShiftOf(attributes), frame, attributes, allowed);
        return this.#useEntry(second, progress);
      }
      if (!again) tlbs.stlb.misses++;
      progress.before.push(['tlb.stlb-miss', tlbs.stlb.latency]);
    }
    return this.#walk(progress);
  }

  #useEntry(entry: OracleEntry, progress: Progress): Translation | Fault {
    const { vpn, offset, type } = progress;
    const { dirty, permissionMiss } = this.#machine;
    const { attributes, allowed } = entry;
    if ((allowed >> type) & 1) return { frame: entry.frame + (vpn - entry.first), attributes, allowed };

    const refusal = this.#rules.check(attributes, type, USER);
    if (refusal === null && type === STORE && (attributes & ATTR_DIRTY) === 0) {
      this.walks.assists++;
      const answer = this.#walk(progress);
      if (!('vector' in answer)) progress.after.push(['dirty.assist', dirty.cycles]);
      return answer;
    }
    if (refusal !== null && permissionMiss === 'fault') {
      const { vector, code } = this.#rules.exception(refusal, attributes, type, USER);
      const { reason, step } = refusal;
      return { vector, code, reason, level: 0, vpn, offset, access: type, privilege: USER, step };
    }
    this.tlbs.invalidatePage(this.#asid, vpn);
    return this.#walk(progress);
  }

  /** Section 4. The whole path is looked at first (leaving no trace), then the reads that hardware makes are made. */
  #walk(progress: Progress): Translation | Fault {
    const { vpn, offset, type } = progress;
    const { walks, psc } = this;
    const parts: Parts = [];
    progress.walk = parts;
    walks.count++;
    const path = this.#path(vpn, offset, type);
    const outcome = this.#peek.result;
    if (path.length > 0) parts.push(['walk.psc', psc.latency]);

    const cached = path.length > 0 ? psc.lookup(this.#asid, vpn) : 0;
    const { names } = this.pteCaches;
    for (const { level, table, index, lo, leaf } of path) {
      if (cached !== 0 && level >= cached) continue;
      const { by, cycles } = this.pteCaches.access(table, index * 4);
      const line = `walk.L${level}.${names[by]}`;
      this.readsBy[line] = (this.readsBy[line] ?? 0) + 1;
      walks.reads++;
      parts.push([line, cycles]);
      const faultsHere = outcome.fault !== null && level === outcome.fault.level;
      if (faultsHere) break;
      const written = leaf ? this.#rules.touched(lo, type) : this.#rules.touchedTable(lo, level);
      if (written !== lo) {
        this.#memory.write(table, index, written);
        walks.adWrites++;
        parts.push(['walk.ad-update', this.#machine.walkers.adUpdate]);
      }
      if (!leaf) psc.fill(this.#asid, vpn, level);
    }
    walks.cycles += parts.reduce((sum, [, cycles]) => sum + cycles, 0);
    if (outcome.fault !== null) {
      walks.faulted++;
      return outcome.fault;
    }
    // The step says the attributes as the walk leaves them in memory: A set, after a store D too.
    const { pfn: frame, attributes } = outcome;
    const allowed = this.#rules.allowedMask(attributes);
    const shift = sizeShiftOf(attributes);
    this.walksBySize[sizeName(shift)] = (this.walksBySize[sizeName(shift)] ?? 0) + 1;
    const { tlbs } = this;
    const first = type === FETCH ? tlbs.itlb : type === STORE ? tlbs.storeTlb : tlbs.dtlb;
    tlbs.fillSecond(this.#owner(attributes), vpn, shift, frame, attributes, allowed);
    first.fill(this.#owner(attributes), vpn, shift, frame, attributes, allowed);
    return { frame, attributes, allowed };
  }

  /** Every entry on the way to a page, from the root to the leaf or to the entry that faults. */
  #path(vpn: number, offset: number, type: AccessType) {
    const walker = this.#peek;
    walker.root = this.#root;
    const path: { level: number; table: number; index: number; lo: number; leaf: boolean }[] = [];
    let more = walker.begin(vpn, offset, type, USER, PEEK);
    while (more) {
      more = walker.step();
      const { level, table, index, lo } = walker.result;
      path.push({ level, table, index, lo, leaf: !more });
    }
    return path;
  }

  /** Section 7: the line of the access's first byte, beyond what the nearest level costs. */
  #data(frame: number, { offset, after }: Progress): void {
    const { by, cycles } = this.dataCaches.access(frame, offset);
    const nearest = this.#machine.caches[0]?.latency ?? this.#machine.dram.latency;
    after.push([`data.${this.dataCaches.names[by]}`, cycles - nearest]);
  }

  /** Everything the access cost becomes one latency; a walk in it may first have to wait for a walker. */
  #pend({ before, walk, after }: Progress): void {
    const sum = (parts: Parts) => parts.reduce((total, [, cycles]) => total + cycles, 0);
    const parts: Parts = [...before];
    if (walk !== null && sum(walk) > 0) {
      const ready = this.clock.arrival + sum(before);
      const walker = indexOfLeast(this.#walkersFree);
      const mshr = indexOfLeast(this.#mshrsFree);
      const start = Math.max(ready, this.#walkersFree[walker]!, this.#mshrsFree[mshr]!);
      this.#walkersFree[walker] = this.#mshrsFree[mshr] = start + sum(walk);
      this.walks.queued += start - ready;
      parts.push(['walk.queue', start - ready], ...walk);
    }
    parts.push(...after);
    const real = parts.filter(([, cycles]) => cycles > 0);
    if (real.length > 0) this.clock.pend(real);
  }

  #owner(attributes: number): number | 'global' {
    return attributes & ATTR_GLOBAL ? 'global' : this.#asid;
  }
}

function indexOfLeast(values: number[]): number {
  return values.indexOf(Math.min(...values));
}

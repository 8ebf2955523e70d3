import { HOST_MEMORY } from '../../src/core/arena.ts';
import { sizeName } from '../../src/core/attributes.ts';
import { Ledger } from '../../src/core/ledger.ts';
import { RegionTable } from '../../src/core/regions.ts';
import { PhysicalMemory } from '../../src/memory/physical.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import type { Controls } from '../../src/mmu/rules/controls.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import { Accelerator } from '../../src/sim/accelerator/accelerator.ts';
import { unknownTo } from '../../src/sim/accelerator/eligible.ts';
import { SharedMemory } from '../../src/sim/accelerator/memory.ts';
import { canTellApart } from '../../src/sim/compacted-blocks.ts';
import { Cpu } from '../../src/sim/cpu.ts';
import { buildHardware } from '../../src/sim/hardware.ts';
import type { Machine } from '../../src/sim/machine/machine.ts';
import { IssueWindow } from '../../src/sim/window.ts';
import type { TlbHierarchy } from '../../src/tlb/hierarchy.ts';
import type { Chunk } from '../../src/trace/chunk.ts';
import { compact } from '../../src/trace/compaction.ts';
import { OracleCpu } from '../oracle/cpu.ts';
import { SPACES, type Step } from './script.ts';
import { TinyKernel } from './tiny-kernel.ts';

/** Everything that a run leaves behind: every counter, every ledger line, every fault, every page-table entry. */
export interface Observed {
  tlb: Record<string, { lookups: number; misses: number; evictions: number; invalidations: number }>;
  walks: Record<string, number>;
  walksBySize: Record<string, number>;
  readsBy: Record<string, number>;
  caches: { hits: number; misses: number }[];
  psc: { level: number; hits: number; misses: number }[];
  signals: number;
  total: number;
  ledger: Record<string, number>;
  hidden: Record<string, number>;
  faults: string[];
  entries: Record<string, [lo: number, hi: number]>;
}

/** How the real core is made to run: on its packed fast path, or on one of the exact slow ones. */
export type Path =
  /** Packed records, packed TLB keys: filters on. */
  | 'packed'
  /** Records in doubles: one by one, no filter. */
  | 'wide-records'
  /** So many regions that TLB keys are doubles. */
  | 'wide-regions'
  /** Address-space tags beyond the packed ones. */
  | 'wide-asids'
  /** As packed, but the regions and tags outgrow the packed keys in mid-run. */
  | 'widening'
  /** As packed, with the WebAssembly core. */
  | 'accelerated'
  /** As those, from compacted chunks. */
  | 'compacted'
  | 'compacted-accelerated';

type Access = Extract<Step, { kind: 'access' }>;

const MANY_REGIONS = 70;

export function runReal(machine: Machine, script: Step[], path: Path): Observed {
  const ledger = new Ledger();
  const regions = new RegionTable();
  if (path === 'wide-regions') internMany(regions);
  const accelerated = path === 'accelerated' || path === 'compacted-accelerated';
  const shared = accelerated && unknownTo(machine) === null ? new SharedMemory() : null;
  const arena = shared ?? HOST_MEMORY;
  const hardware = buildHardware(machine, regions, ledger, undefined, arena);
  const { mmu, mode, memory } = hardware;
  const window = new IssueWindow(ledger, machine.core.issueWidth, machine.core.window, arena);
  const accelerator = shared && new Accelerator(machine, hardware, window, ledger, shared);
  const cause = ledger.cause('kernel');
  const kernel = new TinyKernel(mode, memory, mmu, (cycles) => window.charge(cause, cycles), {
    spaces: SPACES,
    firstAsid: path === 'wide-asids' ? 30 : 1,
    napot: napotIn(machine),
  });
  const cpu = new Cpu(
    mmu,
    window,
    (fault) =>
      kernel.handleFault(fault) === 'retry'
        ? { kind: 'retry' }
        : { kind: 'signal', signal: 'SIGSEGV', code: 'SEGV_MAPERR' },
    hardware.data,
    accelerator,
  );
  cpu.switchTo(kernel.asid, kernel.root);

  const chunk: Chunk = {
    count: 0,
    keys: path === 'wide-records' ? new Float64Array(4096) : new Int32Array(4096),
    offsets: new Uint16Array(4096),
    sizes: new Uint16Array(4096),
    events: [],
    regions,
  };
  const put = ({ vpn, type, offset }: Access) => {
    const region = regions.intern(Math.floor(vpn / 2 ** 20));
    chunk.keys[chunk.count] = (region * 2 ** 20 + (vpn % 2 ** 20)) * 4 + type;
    chunk.offsets[chunk.count++] = offset;
  };
  if (path === 'compacted' || path === 'compacted-accelerated')
    compactAhead(chunk, script, put, hardware.tlbs);
  let from = 0;
  for (const [i, step] of script.entries()) {
    if (path === 'widening' && i === script.length >> 1) internMany(regions);
    if (step.kind === 'access') {
      put(step);
      continue;
    }
    cpu.run(chunk, from, chunk.count);
    from = chunk.count;
    window.drain();
    kernel.do(step);
    cpu.switchTo(kernel.asid, kernel.root);
  }
  cpu.run(chunk, from, chunk.count);

  const total = window.finish();
  const read = (table: number, word: number): [number, number] => [
    memory.read(table, word),
    mode.pteBytes === 8 ? memory.read(table, word + 1) : 0,
  ];
  const names = ledger.names();
  return {
    tlb: Object.fromEntries(
      hardware.tlbs.all.map(({ name, lookups, misses, evictions, invalidations }) => [
        name,
        { lookups, misses, evictions, invalidations },
      ]),
    ),
    walks: { ...mmu.counters },
    walksBySize: nonZero(Array.from(mmu.walksBySize, (count, shift) => [sizeName(shift), count] as const)),
    readsBy: nonZero(
      Array.from(mmu.readsBy, (count, i) => {
        const name = hardware.caches.names[i % mmu.caches];
        return [`walk.L${Math.floor(i / mmu.caches)}.${name}`, count] as const;
      }),
    ),
    caches: hardware.dataCaches.caches.map(({ hits, misses }) => ({ hits, misses })),
    psc: (hardware.psc?.levels ?? []).map(({ level, hits, misses }) => ({ level, hits, misses })),
    signals: cpu.signals,
    total,
    ledger: ledger.lines(),
    hidden: nonZero(Array.from(window.hidden, (cycles, id) => [names[id] ?? 'none', cycles] as const)),
    faults: kernel.log,
    entries: Object.fromEntries([...kernel.written].map(([name, at]) => [name, read(...at)])),
  };
}

/** As a whole trace is compacted before it runs: what the kernel will do stands as events among the records. */
function compactAhead(chunk: Chunk, script: Step[], put: (access: Access) => void, tlbs: TlbHierarchy): void {
  const events: Chunk['events'] = [];
  for (const step of script) {
    if (step.kind === 'access') put(step);
    else events.push({ at: chunk.count, event: { kind: 'switch', pid: 1 } });
  }
  const sets = [16, 8, 4, 2, 1].find((many) => canTellApart(tlbs, many))!;
  chunk.compacted = compact(chunk.keys as Int32Array, chunk.count, events, sets);
  chunk.count = 0;
}

/** The same script on the slow model, with page tables and a kernel of its own. */
export function runOracle(machine: Machine, script: Step[], firstAsid = 1): Observed {
  const mode = modeNamed(machine.paging.mode);
  const memory = new PhysicalMemory();
  const rules = rulesFor(mode, controlsOf(machine));
  const cpu: OracleCpu = new OracleCpu(machine, rules, memory, (fault) => kernel.handleFault(fault));
  const kernel = new TinyKernel(mode, memory, cpu, (cycles) => cpu.clock.charge('kernel', cycles), {
    spaces: SPACES,
    firstAsid,
    napot: napotIn(machine),
  });
  cpu.switchTo(kernel.asid, kernel.root);
  for (const step of script) {
    if (step.kind === 'access') {
      cpu.access(step.vpn, step.offset, step.type);
      continue;
    }
    cpu.clock.drain();
    kernel.do(step);
    cpu.switchTo(kernel.asid, kernel.root);
  }
  const total = cpu.clock.finish();
  const { dataCaches } = cpu;
  return {
    tlb: Object.fromEntries(
      cpu.tlbs.all.map(({ name, lookups, misses, evictions, invalidations }) => [
        name,
        { lookups, misses, evictions, invalidations },
      ]),
    ),
    walks: cpu.walks,
    walksBySize: cpu.walksBySize,
    readsBy: cpu.readsBy,
    caches: dataCaches.hits.map((hits, i) => ({ hits, misses: dataCaches.misses[i]! })),
    psc: cpu.psc.levels.map(({ level, hits, misses }) => ({ level, hits, misses })),
    signals: cpu.signals,
    total,
    ledger: cpu.clock.ledger,
    hidden: cpu.clock.hidden,
    faults: kernel.log,
    entries: Object.fromEntries(
      [...kernel.written].map(([name, [table, word]]) => [
        name,
        [memory.read(table, word), mode.pteBytes === 8 ? memory.read(table, word + 1) : 0],
      ]),
    ),
  };
}

/** The control bits that a machine runs user code with. */
export function controlsOf({ paging }: Machine): Controls {
  return paging.family === 'x86'
    ? { family: 'x86', ...paging.controls, ac: false, pkru: 0, pkrs: 0 }
    : { family: 'riscv', ...paging.controls, svrsw60t59b: false };
}

function napotIn({ paging }: Machine): boolean {
  return paging.family === 'riscv' && paging.controls.svnapot;
}

function internMany(regions: RegionTable): void {
  for (let high = 0; high < MANY_REGIONS; high++) regions.intern(0x7000_0000 + high);
}

function nonZero(lines: (readonly [name: string, count: number])[]): Record<string, number> {
  const kept: Record<string, number> = {};
  for (const [name, count] of lines) if (count !== 0) kept[name] = (kept[name] ?? 0) + count;
  return kept;
}

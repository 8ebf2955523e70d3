import { sizeShiftNamed } from '../core/attributes.ts';
import { InputError } from '../core/errors.ts';
import { Ledger } from '../core/ledger.ts';
import { RegionTable } from '../core/regions.ts';
import type { FaultKind } from '../kernel/counters.ts';
import { DemandKernel } from '../kernel/demand.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';
import { type AddressField, addressFields } from './address-fields.ts';
import { type AccessRequest, type ExplainedAccess, explainAccess } from './explain-access.ts';
import { buildHardware } from './hardware.ts';
import type { Machine } from './machine/machine.ts';
import { ScenarioRun } from './scenario/execute.ts';
import { ScenarioMachine } from './scenario/machine.ts';
import type { Scenario } from './scenario/script.ts';

/** One act of an explanation: an attempt, and what the kernel did when it faulted. */
export interface ExplainedAct {
  readonly access: ExplainedAccess;
  /** What the kernel did about the fault; null when there was none. */
  readonly kernel: string | null;
}

/** An access from its first attempt to the TLB hit of its repetition. */
export interface ExplainedStory {
  readonly machine: string;
  readonly mode: string;
  readonly levels: number;
  readonly canonicalFrom: number | null;
  readonly split: readonly AddressField[];
  readonly request: AccessRequest;
  readonly acts: readonly ExplainedAct[];
}

/** The access without an address space to put it in: the root table alone exists in the beginning. */
type Access = Omit<AccessRequest, 'asid' | 'root'>;

/**
 * A first touch on a machine where nothing is mapped: the walk that finds nothing, the fault, the page mapped by the
 * simplest kernel, the walk that finds it, and a repetition. An address that is not canonical ends with its fault.
 */
export function explainFirstTouch(machine: Machine, access: Access): ExplainedStory {
  const ledger = new Ledger();
  const regions = new RegionTable();
  const hardware = buildHardware(machine, regions, ledger);
  const kernel = new DemandKernel(
    hardware.memory,
    hardware.mode,
    { ...machine.kernel, pageShift: sizeShiftNamed(machine.paging.pageSize) },
    ledger,
    hardware.mmu,
  );
  const request = { ...access, asid: 0, root: kernel.rootOf(1) };
  const attempt = () => explainAccess(machine, hardware, regions, ledger, request);
  const acts: ExplainedAct[] = [{ access: attempt(), kernel: null }];
  const { fault } = hardware.mmu;
  if (fault !== null && fault.reason === 'not-present') {
    kernel.handleFault(1, fault);
    acts[0] = { ...acts[0]!, kernel: 'maps the page: readable, writable, executable, for user code' };
    acts.push({ access: attempt(), kernel: null });
    if (acts[1]!.access.outcome.kind === 'translated') acts.push({ access: attempt(), kernel: null });
  }
  return storyOf(machine, hardware.mode, request, acts);
}

/** More faults of one access than any kernel needs. */
const MAX_FAULTS = 16;

/** What the kernel does about a fault of each kind. */
const KERNEL_WORK: Readonly<Record<FaultKind, string>> = {
  demandZero: 'maps a new frame filled with zeros, writable (demand zero)',
  zeroPage: 'maps the shared zero page, read-only: nothing was ever written here',
  file: "maps the file's page, and its neighbours in the page cache",
  shared: 'maps the page of shared memory',
  fileCopy: "maps a copy of the file's page, writable (copy on write)",
  cowCopy: 'copies the frame and maps the copy, writable (copy on write)',
  cowReuse: 'makes the frame writable again: nobody else has it (copy on write, reuse)',
  mkwrite: "makes the file's page writable, and notes that it will be dirty",
  swap: 'reads the page back from swap',
  hugeDemandZero: 'maps a huge page filled with zeros, writable (demand zero)',
  hugeZeroPage: 'maps the shared huge zero page, read-only',
  hugeReuse: 'makes the huge page writable again: nobody else has it (copy on write, reuse)',
  hugeCopy: 'splits the huge page and copies 4 KiB of it (copy on write)',
  spurious: 'finds that the table allows it already',
  tableReuse: 'takes the shared page table for its own: nobody else uses it any more',
  tableCopy: 'copies the shared page table',
  accessCopy: 'copies the frame at the first access of any kind',
  mapShared: 'maps the page that is shared with the parent, as it is',
};

/**
 * An access by a process of a scenario, after the scenario has run: the machine's TLBs and caches are cold, its
 * kernel is Linux as the scenario left it. The machine must page as x86-64 does.
 */
export function explainAfterScenario(
  machine: Machine,
  scenario: Scenario,
  pid: number,
  access: Access,
): ExplainedStory {
  const run = new ScenarioRun(scenario, new ScenarioMachine());
  for (const _answer of run.answers());
  const { kernel } = run.machine;
  const process = kernel.state.processes.get(pid);
  if (!process || process.zombie)
    throw new InputError(`no process ${pid} is alive at the end of the scenario`, {
      place: scenario.path,
      remedy: 'name another with --pid',
    });
  const ledger = new Ledger();
  const regions = new RegionTable();
  const hardware = buildHardware(machine, regions, ledger, kernel.state.memory);
  const request = { ...access, asid: 0, root: kernel.rootOf(pid) };
  const acts: ExplainedAct[] = [];
  for (let faults = 0; faults < MAX_FAULTS; faults++) {
    const attempt = explainAccess(machine, hardware, regions, ledger, request);
    if (attempt.outcome.kind === 'translated') {
      acts.push({ access: attempt, kernel: null });
      break;
    }
    const outcome = kernel.handleFault(pid, hardware.mmu.fault!);
    hardware.mmu.invalidatePage(0, request.vpn);
    if (outcome.kind === 'signal') {
      acts.push({ access: attempt, kernel: `sends ${outcome.signal} (${outcome.code}) to process ${pid}` });
      break;
    }
    acts.push({
      access: attempt,
      kernel: kernel.lastFault ? KERNEL_WORK[kernel.lastFault] : 'handles the fault',
    });
  }
  return storyOf(machine, hardware.mode, request, acts);
}

function storyOf(
  machine: Machine,
  mode: PagingMode,
  request: AccessRequest,
  acts: readonly ExplainedAct[],
): ExplainedStory {
  return {
    machine: machine.name,
    mode: mode.name,
    levels: mode.levels,
    canonicalFrom: mode.canonical ? mode.vaBits : null,
    split: addressFields(mode, request.vpn, request.offset),
    request,
    acts,
  };
}

import { InputError } from '../../core/errors.ts';
import { PageContents } from '../../kernel/frame/contents.ts';
import type { LinuxKernel } from '../../kernel/linux.ts';
import type { Errno } from '../../kernel/outcome.ts';
import { type PageView, pageAt, presentPages } from '../../kernel/proc/pagemap.ts';
import type { CachedFile } from '../../kernel/vma/vma.ts';
import { type ScenarioHost, ScenarioMachine } from './machine.ts';
import { Pictures } from './pictures.ts';
import { RegionPlan } from './regions.ts';
import type { Action, ByteAddress, Operation, Scenario } from './script.ts';
import { regionSmaps } from './smaps.ts';
import { systemCall } from './system-call.ts';

/** One answer line; keys in the order in which they are printed. */
export type Answer = Record<string, unknown>;

const KIND_LETTERS: Record<PageView['kind'], string> = {
  none: '.',
  zero: 'Z',
  anon: 'A',
  file: 'F',
  swap: '.',
};

/** Runs a scenario on the model; one answer for each operation, in order. */
export class ScenarioRun {
  readonly machine: ScenarioHost;
  readonly #kernel: LinuxKernel;
  readonly #scenario: Scenario;
  readonly #files: CachedFile[];
  readonly #live = new Set<number>([1]);
  readonly #waited = new Set<number>();
  readonly #pictures: Pictures;
  readonly #plan: RegionPlan;

  constructor(scenario: Scenario, machine: ScenarioHost = new ScenarioMachine()) {
    this.#scenario = scenario;
    this.machine = machine;
    this.#kernel = machine.kernel;
    this.#plan = new RegionPlan(this.#kernel.state.mode);
    checkExtents(scenario, this.#plan);
    this.#pictures = new Pictures(this.#kernel, scenario, this.#plan);
    this.#files = scenario.files.map((file) => {
      const made = this.#kernel.createFile(file.name, file.tmpfs ? 'tmpfs' : 'ext4', file.bytes);
      this.#kernel.fillFile(made, (page) => PageContents.ramp(page * 17 + 0x41));
      return made;
    });
    this.#kernel.createProcess(1);
  }

  *answers(): Generator<Answer> {
    for (const operation of this.#scenario.operations) yield this.step(operation);
  }

  /** Does one operation. */
  step(operation: Operation): Answer {
    const { line, text, pid, action } = operation;
    this.#noteExtents(action);
    return { line, cmd: text, pid, op: action.op, ...this.#answer(pid, action) };
  }

  #noteExtents(action: Action): void {
    if (action.op === 'mmap' || action.op === 'mremap')
      this.#pictures.note(action.range.region, action.range.extent);
    if (action.op === 'mremap' && action.target)
      this.#pictures.note(action.target.region, action.target.extent);
  }

  #answer(pid: number, action: Action): Answer {
    switch (action.op) {
      case 'r':
      case 'w':
      case 'kr':
      case 'kw':
        return this.#oneByte(pid, action);
      case 'rr':
      case 'ww':
        return this.#counted(pid, action.range, () => this.#eachPage(pid, action));
      case 'nop':
        return { minflt: 0, majflt: 0 };
      case 'fork':
        this.#kernel.fork(pid, action.child);
        this.#live.add(action.child);
        return { ok: true };
      case 'exit':
        this.#exit(pid);
        return { ok: true };
      case 'wait':
        return this.#wait(action.child, action.ends, action.isChild);
      case 'smaps':
        return { smaps: regionSmaps(this.#kernel, pid, this.#plan, action.region) };
      case 'pagemap':
        return { pages: this.#pictures.pagemap(pid, action.region) };
      case 'frames':
        return { frames: this.#pictures.frames(this.#live, action.counts) };
      case 'fileread':
      case 'filewrite':
      case 'ftruncate':
      case 'fsync':
      case 'dropcache':
      case 'cached':
        return this.#onFile(this.#files[action.file]!, action);
      case 'sleepms':
        return { ok: true };
      default:
        return this.#counted(pid, action.range, () =>
          result(systemCall(this.#kernel, this.#files, this.#plan, pid, action)),
        );
    }
  }

  /** Adds faults and the change of present pages to what `body` answers. */
  #counted(pid: number, range: { region: number; extent: number }, body: () => Answer): Answer {
    const process = this.#kernel.process(pid);
    const { minflt, majflt } = process;
    const start = this.#plan.vpn(range.region, 0);
    const end = start + range.extent;
    const k = this.#kernel.state;
    const before = presentPages(k, process.mm, start, end);
    const answer = body();
    return {
      ...answer,
      minflt: process.minflt - minflt,
      majflt: process.majflt - majflt,
      dpresent: presentPages(k, process.mm, start, end) - before,
    };
  }

  #oneByte(pid: number, action: Extract<Action, { at: ByteAddress }>): Answer {
    const { at } = action;
    const vpn = this.#plan.vpn(at.region, at.page);
    const write = action.op === 'w' || action.op === 'kw';
    const byKernel = action.op === 'kr' || action.op === 'kw';
    const process = this.#kernel.process(pid);
    const faultsBefore = process.minflt + process.majflt;
    return this.#counted(pid, at, () => {
      const before = pageAt(this.#kernel.state, process.mm, vpn);
      const reached = this.machine.access(pid, vpn, at.offset, write, byKernel);
      const refused = typeof reached === 'object' ? reached : undefined;
      let value = -1;
      if (typeof reached === 'number') {
        if (write) this.#kernel.writeMemory(reached, at.offset, (action as { value: number }).value);
        else value = this.#kernel.readMemory(reached, at.offset);
      }
      const after = pageAt(this.#kernel.state, process.mm, vpn);
      const faulted = process.minflt + process.majflt > faultsBefore;
      return {
        ...(byKernel ? result(refused ? 'EFAULT' : undefined) : {}),
        ...(write ? {} : { val: value }),
        ...(refused && !byKernel ? { sig: refused.signal, code: refused.code } : {}),
        act: refused ? 'signal' : actOf(before, after, faulted),
        before: KIND_LETTERS[before.kind],
        after: KIND_LETTERS[after.kind],
        excl: after.mapcount === 1 ? 1 : 0,
        mapcount: after.mapcount,
      };
    });
  }

  #eachPage(pid: number, action: Extract<Action, { op: 'rr' | 'ww' }>): Answer {
    const { range } = action;
    let sum = 0n;
    for (let page = range.first; page < range.first + range.count; page++) {
      const reached = this.machine.access(pid, this.#plan.vpn(range.region, page), 0, action.op === 'ww');
      if (typeof reached === 'object')
        return { ...(action.op === 'rr' ? { sum: '0' } : {}), sig: reached.signal, code: reached.code };
      if (action.op === 'ww') this.#kernel.writeMemory(reached, 0, action.value);
      else sum = BigInt.asUintN(64, sum * 31n + BigInt(this.#kernel.readMemory(reached, 0)));
    }
    return action.op === 'rr' ? { sum: sum.toString(16) } : {};
  }

  #exit(pid: number): void {
    this.#kernel.exit(pid);
    this.#live.delete(pid);
  }

  #wait(child: number, ends: boolean, isChild: boolean): Answer {
    if (ends) this.#exit(child);
    if (!isChild || this.#waited.has(child)) return { errno: 'ECHILD' };
    this.#waited.add(child);
    return { ok: true };
  }

  #onFile(file: CachedFile, action: FileAction): Answer {
    const kernel = this.#kernel;
    switch (action.op) {
      case 'fileread':
        return { val: kernel.fileRead(file, action.offset) };
      case 'filewrite':
        kernel.fileWrite(file, action.offset, action.value);
        return { ok: true };
      case 'ftruncate':
        kernel.truncate(file, action.bytes);
        return { ok: true };
      case 'fsync':
        kernel.fsync(file);
        return { ok: true };
      case 'dropcache':
        kernel.dropCache(file);
        return { ok: true };
      case 'cached':
        return { cached: file.cache.size };
    }
  }
}

type FileAction = Extract<Action, { file: number }>;

function result(errno: Errno | undefined): Answer {
  return errno ? { errno } : { ok: true };
}

/** What an access did, read off the page before and after it. */
function actOf(before: PageView, after: PageView, faulted: boolean): string {
  if (!faulted) return 'hit';
  if (before.kind === 'none' || before.kind === 'swap')
    return after.kind === 'zero' ? 'map-zero' : after.kind === 'anon' ? 'map-anon' : 'map-file';
  return before.pfn === after.pfn ? 'reuse' : 'copy';
}

/** @throws InputError for the first line whose region is larger than the machine's addresses have room for */
function checkExtents({ path, operations }: Scenario, { stride }: RegionPlan): void {
  for (const { line, action } of operations) {
    if (action.op !== 'mmap' && action.op !== 'mremap') continue;
    const target = action.op === 'mremap' ? (action.target?.extent ?? 0) : 0;
    if (Math.max(action.range.extent, target) >= stride)
      throw new InputError(`on this machine a region has at most ${stride - 1} pages`, {
        place: `${path}:${line}`,
        remedy: 'take a machine of 64-bit addresses',
      });
  }
}

import { expect } from 'vitest';
import type { KernelConfig } from '../../src/kernel/state.ts';
import type { CachedFile, FileSystem } from '../../src/kernel/vma/vma.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';

/** A mapping that process 1 has from the start. */
export interface Region {
  readonly vpn: number;
  readonly pages: number;
  readonly shared: boolean;
  readonly file?: FileSystem;
  /** madvise that follows the mmap. */
  readonly advice?: string;
}

/** What one process sees of private memory: byte 0 of its pages. */
class View {
  readonly bytes: Map<number, number>;
  /** Pages given up by MADV_FREE: what they hold, or zero. */
  readonly given: Set<number>;

  constructor(bytes = new Map<number, number>(), given = new Set<number>()) {
    this.bytes = bytes;
    this.given = given;
  }

  copy(): View {
    return new View(new Map(this.bytes), new Set(this.given));
  }
}

/**
 * Processes on the kernel, beside what their memory means without frames: the last byte stored to each page by whoever
 * shares it. Every load is compared.
 */
export class MeantProcesses {
  readonly on: ScenarioMachine;
  readonly files: CachedFile[] = [];
  pids = [1];
  private readonly shared = new View();
  private readonly own = new Map([[1, new View()]]);

  constructor(regions: readonly Region[], config: Partial<KernelConfig>) {
    this.on = new ScenarioMachine(config);
    const { kernel } = this.on;
    kernel.createProcess(1);
    for (const { vpn, pages, shared, file: fs, advice } of regions) {
      const file = fs && kernel.createFile(`f${vpn}`, fs, pages * 4096);
      if (file) {
        // A ramp whose first byte is the page's number (frame/contents.ts).
        kernel.fillFile(file, (page) => page * 4 + 3);
        this.files.push(file);
      }
      kernel.mmap(1, { vpn, pages, prot: 'rw', shared, ...(file ? { file: { file, page: 0 } } : {}) });
      if (advice) kernel.madvise(1, vpn, pages, advice);
    }
  }

  private viewOf(pid: number, { shared }: Region): View {
    return shared ? this.shared : this.own.get(pid)!;
  }

  write(pid: number, region: Region, page: number, value: number): void {
    const vpn = region.vpn + page;
    const frame = this.on.access(pid, vpn, 0, true);
    expect(frame).toBeTypeOf('number');
    this.on.kernel.writeMemory(frame as number, 0, value);
    const { bytes, given } = this.viewOf(pid, region);
    bytes.set(vpn, value);
    given.delete(vpn);
  }

  read(pid: number, region: Region, page: number): void {
    const vpn = region.vpn + page;
    const frame = this.on.access(pid, vpn, 0, false) as number;
    const got = this.on.kernel.readMemory(frame, 0);
    const { bytes, given } = this.viewOf(pid, region);
    if (got === 0 && given.delete(vpn)) bytes.set(vpn, 0);
    expect(got, `process ${pid}, page ${vpn}`).toBe(bytes.get(vpn) ?? (region.file ? page : 0));
  }

  /** Pages [first, last) of a region, by an advice that keeps, drops or gives up what they hold. */
  advise(pid: number, region: Region, first: number, last: number, advice: string): void {
    this.on.kernel.madvise(pid, region.vpn + first, last - first, advice);
    if (region.shared) return;
    const { bytes, given } = this.viewOf(pid, region);
    for (let vpn = region.vpn + first; vpn < region.vpn + last; vpn++) {
      if (advice === 'free' && !region.file) given.add(vpn);
      if (advice !== 'dontneed') continue;
      bytes.delete(vpn);
      given.delete(vpn);
    }
  }

  fork(pid: number): void {
    const child = Math.max(...this.pids) + 1;
    expect(this.on.kernel.fork(pid, child)).toBeUndefined();
    this.own.set(child, this.own.get(pid)!.copy());
    this.pids.push(child);
  }

  exit(pid: number): void {
    this.on.kernel.exit(pid);
    this.pids = this.pids.filter((other) => other !== pid);
  }
}

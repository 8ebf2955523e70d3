import type { Mm } from './mm.ts';

/** A process as far as memory goes: its address space, its fault counts, its family. */
export class Process {
  readonly pid: number;
  readonly parent: number;
  name: string;
  mm: Mm;
  minflt = 0;
  majflt = 0;
  /** Ended, but not yet waited for. */
  zombie = false;

  constructor(pid: number, parent: number, name: string, mm: Mm) {
    this.pid = pid;
    this.parent = parent;
    this.name = name;
    this.mm = mm;
  }
}

import type { Pfn, Vpn } from '../../core/addr.ts';
import type { Mm } from '../../kernel/mm.ts';
import type { Process } from '../../kernel/process.ts';

/** A process at one moment. */
export interface ProcessView {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Number of its address space. */
  readonly space: number;
  readonly ended: boolean;
  readonly minflt: number;
  readonly majflt: number;
}

/** A VMA at one moment. Pages [start, end). */
export interface VmaView {
  readonly start: Vpn;
  readonly end: Vpn;
  /** kernel/vma/flags.ts. */
  readonly flags: number;
  /** Page of the file at `start`; for anonymous memory the page number it was first mapped at. */
  readonly pgoff: number;
  /** Number of the file behind it; 0 = none. */
  readonly file: number;
}

/** An address space at one moment. */
export interface SpaceView {
  readonly id: number;
  readonly root: Pfn;
  readonly anonPages: number;
  readonly filePages: number;
  readonly shmemPages: number;
  /** Page tables below the root. */
  readonly tables: number;
  readonly vmas: readonly VmaView[];
}

/** The process as it is now; `before` itself when nothing has changed. */
export function viewProcess(process: Process, before: ProcessView | undefined): ProcessView {
  const { pid, parent, name, zombie, minflt, majflt } = process;
  return kept(before, { pid, parent, name, space: process.mm.id, ended: zombie, minflt, majflt });
}

/** The address space as it is now; `before` itself when nothing has changed. */
export function viewSpace(mm: Mm, before: SpaceView | undefined): SpaceView {
  const { id, root, anonPages, filePages, shmemPages, tables } = mm;
  const vmas = viewVmas(mm, before?.vmas ?? []);
  return kept(before, { id, root, anonPages, filePages, shmemPages, tables, vmas });
}

function viewVmas(mm: Mm, before: readonly VmaView[]): readonly VmaView[] {
  const vmas: VmaView[] = [];
  for (const { start, end, flags, pgoff, file } of mm.vmas)
    vmas.push(kept(before[vmas.length], { start, end, flags, pgoff, file: file?.id ?? 0 }));
  const same = vmas.length === before.length && vmas.every((vma, i) => vma === before[i]);
  return same ? before : vmas;
}

function kept<T extends object>(before: T | undefined, now: T): T {
  if (before === undefined) return now;
  for (const key of Object.keys(now) as (keyof T)[]) if (now[key] !== before[key]) return now;
  return before;
}

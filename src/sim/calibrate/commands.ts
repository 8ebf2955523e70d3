/**
 * The commands of the probe (native/calibrate) as functions. A command's text is its name: phases and checks that
 * need the same measurement write the same text and share it.
 */
export interface Command {
  readonly text: string;
  /** 4 KiB pages that it has in use at its peak; machines with less leave it out. */
  readonly peakPages: number;
}

/** Pages of a huge page. */
export const HUGE = 512;
/** Scattered pages are drawn from eight times as many, all in use at once. */
const SCATTER_POOL = 9;

/** Fewer repetitions of what takes long; the first ones are thrown away (docs/calibration.md says why). */
function repetitions(units: number, copies: boolean): string {
  if (units <= 2048) return 'reps=7 drop=2';
  if (units <= 16384) return 'reps=5 drop=1';
  if (copies) return units <= 65536 ? 'reps=3 drop=1' : 'reps=2 drop=1';
  return units <= 131072 ? 'reps=5 drop=1' : 'reps=3 drop=1';
}

interface CycleOptions {
  /** How the frames lie; contiguous when nothing is said. */
  readonly layout?: 'natural' | 'scattered' | 'sparse' | 'huge';
  readonly child?: 'write';
  readonly parent?: 'write';
  readonly after?: 'none';
  readonly step?: number;
  readonly fresh?: 1;
}

/** Touch, fork, child works, parent writes, child exits, parent writes again. */
export function cycle(pages: number, options: CycleOptions = {}): Command {
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  const copies = options.child !== undefined || options.parent !== undefined;
  const touched = pages / (options.step ?? 1);
  const units = options.layout === 'huge' && !copies ? pages / HUGE : touched;
  return {
    text: ['cycle', `pages=${pages}`, ...words, repetitions(units, copies)].join(' '),
    peakPages: touched * (options.layout === 'scattered' ? SCATTER_POOL : copies ? 2 : 1),
  };
}

/** One access to each page of a region in the state that makes the access fault. */
export function fault(kind: string, pages: number): Command {
  return { text: `fault kind=${kind} pages=${pages} reps=3 drop=1`, peakPages: pages * 2 };
}

/** mprotect, MADV_DONTNEED, populate, munmap of a written region. */
export function mapping(pages: number): Command {
  const reps = pages <= 512 ? 'reps=15 drop=3' : 'reps=4 drop=1';
  return { text: `mapping pages=${pages} ${reps}`, peakPages: pages };
}

/** Clearing and copying 4 KiB at a time through a working set. */
export function memory(pages: number): Command {
  const passes = Math.max(1, 2048 / pages);
  return { text: `memory pages=${pages} passes=${passes} reps=4`, peakPages: pages * 2 };
}

/** Writes of a list of pages, all resident. */
export function stores(pages: number, list: string): Command {
  return { text: `stores pages=${pages} list=${list} reps=3`, peakPages: pages };
}

/** Writes of a list of pages while a child holds a snapshot of them. */
export function snapshot(pages: number, list: string, options: { readonly elsewhere?: 1 } = {}): Command {
  const where = options.elsewhere ? 'elsewhere=1 ' : '';
  return {
    text: `snapshot pages=${pages} list=${list} ${where}reps=${pages <= 8192 ? 3 : 2} drop=1`,
    peakPages: pages * 2,
  };
}

export const SYSCALL: Command = { text: 'syscall calls=20000 reps=5', peakPages: 0 };

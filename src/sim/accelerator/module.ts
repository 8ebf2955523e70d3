import { CORE_WASM } from './core-wasm.ts';
import { ASK_LEAVE } from './layout.ts';
import type { SharedMemory } from './memory.ts';

/** What accelerator/index.ts exports. */
export interface CoreExports {
  /**
   * Takes addresses of the columns, records from..to-1, whether to forget what the filter remembers, whether to ask
   * it, and the address of the accesses that need no look (layout.ts, CLEARED_; 0 = nobody looks). Returns the first record left over.
   */
  readonly run: (
    keys: number,
    offsets: number,
    places: number,
    from: number,
    to: number,
    forget: boolean,
    filtered: boolean,
    cleared: number,
  ) => number;
  /** Takes addresses of a rule (layout.ts, COPY_) and of two entries, and a number of entries. */
  readonly copyEntries: (rule: number, from: number, to: number, count: number) => number;
}

let compiled: WebAssembly.Module | null = null;

/** What it imports: accelerator/kernel.ts. */
export type Ask = (at: number, level: number) => number;

const NOBODY: Ask = () => ASK_LEAVE;

/** The core over a memory. @throws where the host has no WebAssembly */
export function instantiate({ memory }: SharedMemory, ask: Ask = NOBODY): CoreExports {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(CORE_WASM), (char) => char.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory }, kernel: { ask } });
  return exports as unknown as CoreExports;
}

// The loop of src/kernel/pagetable/copy-ordinary.ts, for 64-bit entries and columns of frames that are in this memory.
import {
  COPY_AND,
  COPY_EXCLUSIVE,
  COPY_FLAGS,
  COPY_KINDS,
  COPY_MAPCOUNTS,
  COPY_OLD,
  COPY_OR,
  COPY_ORDINARY,
  COPY_PFN_SHIFT,
  COPY_REFCOUNTS,
} from '../src/sim/accelerator/layout';

const PRESENT: u64 = 1;
const ENTRY_SHIFT = 3;
const COPIED_SHIFT = 16;

/**
 * Passes over `count` entries at `from` as far as they are empty or of ordinary pages: these get a reference and a
 * mapping more, and are written to both tables as `rule` says. Returns how many were passed, and in the upper half how
 * many of these were pages.
 */
export function copyEntries(rule: usize, from: usize, to: usize, count: i32): i32 {
  const flags = <usize>load<i32>(rule, COPY_FLAGS);
  const refcounts = <usize>load<i32>(rule, COPY_REFCOUNTS);
  const mapcounts = <usize>load<i32>(rule, COPY_MAPCOUNTS);
  const pfnShift = load<i32>(rule, COPY_PFN_SHIFT);
  const and = <u64>load<i32>(rule, COPY_AND);
  const or = <u64>load<u32>(rule, COPY_OR);
  const young = ~(<u64>load<u32>(rule, COPY_OLD));
  const kinds = load<i32>(rule, COPY_KINDS);
  const ordinary = load<i32>(rule, COPY_ORDINARY);
  const shared = ~load<i32>(rule, COPY_EXCLUSIVE);
  const end = from + ((<usize>count) << ENTRY_SHIFT);
  const ahead = to - from;
  let empty = 0;
  let at = from;
  for (; at < end; at += 1 << ENTRY_SHIFT) {
    const entry = load<u64>(at);
    if ((entry & PRESENT) === 0) {
      if (entry !== 0) break;
      empty++;
      continue;
    }
    const frame = (<u32>entry >>> pfnShift) << 2;
    const mark = load<i32>(flags + frame);
    if ((mark & kinds) !== ordinary) break;
    store<i32>(flags + frame, mark & shared);
    store<i32>(refcounts + frame, load<i32>(refcounts + frame) + 1);
    store<i32>(mapcounts + frame, load<i32>(mapcounts + frame) + 1);
    const kept = (entry & and) | or;
    store<u64>(at, kept);
    store<u64>(at + ahead, kept & young);
  }
  const passed = <i32>(at - from) >>> ENTRY_SHIFT;
  return passed | ((passed - empty) << COPIED_SHIFT);
}

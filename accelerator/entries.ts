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
const BYTES = 1 << ENTRY_SHIFT;
const COPIED_SHIFT = 16;

/**
 * Passes over `count` entries at `from` as far as they are empty or of ordinary pages: these get a reference and a
 * mapping more, and are written to both tables as `rule` says. Returns how many were passed, and in the upper half how
 * many of these were pages. Four at a time, since the host looks for interrupts at every turn of a loop.
 */
export function copyEntries(rule: usize, from: usize, to: usize, count: i32): i32 {
  const end = from + (<usize>count << ENTRY_SHIFT);
  const ahead = to - from;
  let empty = 0;
  let at = from;
  for (; at < end; at += BYTES) {
    while (at + 3 * BYTES < end) {
      if (!copyPage(rule, at, ahead)) break;
      at += BYTES;
      if (!copyPage(rule, at, ahead)) break;
      at += BYTES;
      if (!copyPage(rule, at, ahead)) break;
      at += BYTES;
      if (!copyPage(rule, at, ahead)) break;
      at += BYTES;
    }
    if (at === end) break;
    if (copyPage(rule, at, ahead)) continue;
    if (load<u64>(at) !== 0) break;
    empty++;
  }
  const passed = <i32>(at - from) >>> ENTRY_SHIFT;
  return passed | ((passed - empty) << COPIED_SHIFT);
}

/** One entry; false, and nothing done, when it is not of an ordinary page. */
@inline
function copyPage(rule: usize, at: usize, ahead: usize): bool {
  const entry = load<u64>(at);
  if ((entry & PRESENT) === 0) return false;
  const frame = <usize>(<u32>entry >>> load<i32>(rule, COPY_PFN_SHIFT)) << 2;
  const flags = <usize>load<i32>(rule, COPY_FLAGS) + frame;
  const mark = load<i32>(flags);
  if ((mark & load<i32>(rule, COPY_KINDS)) !== load<i32>(rule, COPY_ORDINARY)) return false;
  store<i32>(flags, mark & ~load<i32>(rule, COPY_EXCLUSIVE));
  increment(<usize>load<i32>(rule, COPY_REFCOUNTS) + frame);
  increment(<usize>load<i32>(rule, COPY_MAPCOUNTS) + frame);
  const kept = (entry & <u64>load<i32>(rule, COPY_AND)) | <u64>load<u32>(rule, COPY_OR);
  store<u64>(at, kept);
  store<u64>(at + ahead, kept & ~<u64>load<u32>(rule, COPY_OLD));
  return true;
}

@inline
function increment(at: usize): void {
  store<i32>(at, load<i32>(at) + 1);
}

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
 * many of these were pages. Four at a time: the host looks for interrupts at every turn of a loop.
 */
export function copyEntries(rule: usize, from: usize, to: usize, count: i32): i32 {
  const flags = <usize>load<i32>(rule, COPY_FLAGS);
  const refcounts = <usize>load<i32>(rule, COPY_REFCOUNTS);
  const mapcounts = <usize>load<i32>(rule, COPY_MAPCOUNTS);
  const shift = load<i32>(rule, COPY_PFN_SHIFT);
  const kinds = load<i32>(rule, COPY_KINDS);
  const ordinary = load<i32>(rule, COPY_ORDINARY);
  const shared = ~load<i32>(rule, COPY_EXCLUSIVE);
  const and = <u64>load<i32>(rule, COPY_AND);
  const or = <u64>load<u32>(rule, COPY_OR);
  const young = ~(<u64>load<u32>(rule, COPY_OLD));
  const end = from + ((<usize>count) << ENTRY_SHIFT);
  const ahead = to - from;
  let empty = 0;
  let at = from;
  for (; at < end; at += BYTES) {
    while (at + 3 * BYTES < end) {
      if (!take(at, shift, flags, refcounts, mapcounts, kinds, ordinary, shared)) break;
      write(at, ahead, and, or, young);
      at += BYTES;
      if (!take(at, shift, flags, refcounts, mapcounts, kinds, ordinary, shared)) break;
      write(at, ahead, and, or, young);
      at += BYTES;
      if (!take(at, shift, flags, refcounts, mapcounts, kinds, ordinary, shared)) break;
      write(at, ahead, and, or, young);
      at += BYTES;
      if (!take(at, shift, flags, refcounts, mapcounts, kinds, ordinary, shared)) break;
      write(at, ahead, and, or, young);
      at += BYTES;
    }
    if (at === end) break;
    if (take(at, shift, flags, refcounts, mapcounts, kinds, ordinary, shared)) {
      write(at, ahead, and, or, young);
    } else if (load<u64>(at) === 0) {
      empty++;
    } else {
      break;
    }
  }
  const passed = <i32>(at - from) >>> ENTRY_SHIFT;
  return passed | ((passed - empty) << COPIED_SHIFT);
}

/** The page of an entry is shared from now on; false, and nothing done, when it is not an ordinary one. */
function take(
  at: usize,
  shift: i32,
  flags: usize,
  refcounts: usize,
  mapcounts: usize,
  kinds: i32,
  ordinary: i32,
  shared: i32,
): bool {
  const entry = load<u64>(at);
  if ((entry & PRESENT) === 0) return false;
  const frame = (<u32>entry >>> shift) << 2;
  const mark = load<i32>(flags + frame);
  if ((mark & kinds) !== ordinary) return false;
  store<i32>(flags + frame, mark & shared);
  store<i32>(refcounts + frame, load<i32>(refcounts + frame) + 1);
  store<i32>(mapcounts + frame, load<i32>(mapcounts + frame) + 1);
  return true;
}

function write(at: usize, ahead: usize, and: u64, or: u64, young: u64): void {
  const kept = (load<u64>(at) & and) | or;
  store<u64>(at, kept);
  store<u64>(at + ahead, kept & young);
}

// The loops of src/sim/cpu.ts over packed records. A record that needs more than is known here (refused rights, large
// pages to be filled) ends the call before it has left a trace. Where a page is missing the walk is made to its end, and
// the kernel is asked.
import {
  ASK_AFRESH,
  ASK_LEAVE,
  CLEARED_ENTRIES,
  CLEARED_FRAME,
  CLEARED_PLACES,
  CORE,
  CORE_ASID_BITS,
  CORE_DATA_CACHES,
  CORE_DATA_CAUSES,
  CORE_DTLB,
  CORE_FILTER_MASKS,
  CORE_ITLB,
  CORE_STORE_TLB,
  CORE_TRIED,
  FILTER,
  FILTER_LINES,
  HIERARCHY_LINE_SHIFT,
  TLB_LOOKUPS,
} from '../src/sim/accelerator/layout';
import { countNearest, isNewest, latencyOf, pageLine, request } from './caches';
import { beginLatency, borrowClock, pend, returnClock, spend } from './clock';
import { ask } from './kernel';
import { allowed, FAULTED, frame, LEFT, reuse, translate } from './translate';
import { lastLevel } from './walk';

export { copyEntries } from './entries';

const FETCH = 0;
const LOAD = 1;
const STORE = 2;
const NOTHING = -1;
const OFFSET_MASK = 0xfff;
const COUNT_BITS = 21;
const COUNT_MASK = (1 << COUNT_BITS) - 1;

/** The record whose misses have been counted already. */
let retried: i32 = NOTHING;
/** Where the accesses stand that need no look (src/sim/check/cleared.ts); 0 when nobody looks. */
let cleared: usize = 0;

/**
 * Runs records from..to-1 of the columns, at most 2^21; the first one that was not run to its end, or `to`. `places`
 * are those of the records among all that were issued, 0 where the columns hold all of them. `forget` says that what
 * the filter remembers may not hold any more, `filtered` that it is worth asking: without it, what it remembers does not
 * hold afterwards. With `watched`, the list of accesses that need no look, the call ends behind any other, whose frame
 * is written there.
 */
export function run(
  keys: usize,
  offsets: usize,
  places: usize,
  from: i32,
  to: i32,
  forget: bool,
  filtered: bool,
  watched: usize,
): i32 {
  borrowClock();
  if (forget) forgetAll();
  retried = NOTHING;
  cleared = watched;
  const done =
    load<i32>(CORE, CORE_DATA_CACHES) === 0
      ? filtered
        ? runTranslations(keys, places, from, to)
        : runUnfiltered(keys, places, from, to)
      : runWithData(keys, offsets, from, to);
  store<i32>(CORE, done === retried ? 1 : 0, CORE_TRIED);
  returnClock();
  return done;
}

/**
 * The filter remembers for each set of a first-level TLB (or for several sets together) the record that used it last:
 * the same record again is a hit on the newest entry of its set, which changes nothing. Nothing here drops an entry
 * but a fill of its set, and a fill is remembered in its place.
 */
function runTranslations(keys: usize, places: usize, from: i32, to: i32): i32 {
  let counts: u64 = 0;
  let i = from;
  for (; i < to; i++) {
    const record = load<i32>(keys + (i << 2));
    const type = record & 3;
    if (load<i32>(placeOf(record, type)) !== record) {
      const key = (record >>> 2) | load<i32>(CORE, CORE_ASID_BITS);
      if (!reuse(type, key)) {
        const outcome = translate(record, type, key, i === retried);
        if (outcome === LEFT) break;
        pend(places === 0 ? i : <i32>load<u16>(places + (i << 1)));
        if (outcome === FAULTED) {
          if (!isToBeTried(i)) break;
          i--;
          continue;
        }
      }
      remember(record, type);
      if (cleared !== 0 && isNew(record)) {
        counts += (<u64>1) << (type * COUNT_BITS);
        i++;
        break;
      }
    }
    counts += (<u64>1) << (type * COUNT_BITS);
  }
  countLookups(counts);
  return i;
}

/** As {@link runTranslations}, without the filter. */
function runUnfiltered(keys: usize, places: usize, from: i32, to: i32): i32 {
  let counts: u64 = 0;
  let i = from;
  for (; i < to; i++) {
    const record = load<i32>(keys + (i << 2));
    const type = record & 3;
    const key = (record >>> 2) | load<i32>(CORE, CORE_ASID_BITS);
    if (!reuse(type, key)) {
      const outcome = translate(record, type, key, i === retried);
      if (outcome === LEFT) break;
      pend(places === 0 ? i : <i32>load<u16>(places + (i << 1)));
      if (outcome === FAULTED) {
        if (!isToBeTried(i)) break;
        i--;
        continue;
      }
    }
    counts += (<u64>1) << (type * COUNT_BITS);
    if (cleared !== 0 && isNew(record)) {
      i++;
      break;
    }
  }
  countLookups(counts);
  return i;
}

/** As {@link runTranslations}; every load and store also asks the data caches. */
function runWithData(keys: usize, offsets: usize, from: i32, to: i32): i32 {
  const caches = <usize>load<i32>(CORE, CORE_DATA_CACHES);
  const lineShift = load<i32>(caches, HIERARCHY_LINE_SHIFT);
  let counts: u64 = 0;
  let nearest = 0;
  let i = from;
  for (; i < to; i++) {
    const record = load<i32>(keys + (i << 2));
    const type = record & 3;
    const place = placeOf(record, type);
    const known = load<i32>(place) === record;
    let costly = false;
    if (!known) {
      const key = (record >>> 2) | load<i32>(CORE, CORE_ASID_BITS);
      costly = !reuse(type, key);
      if (costly) {
        const outcome = translate(record, type, key, i === retried);
        if (outcome === LEFT) break;
        if (outcome === FAULTED) {
          pend(i);
          if (!isToBeTried(i)) break;
          i--;
          continue;
        }
      }
      remember(record, type);
    }
    counts += (<u64>1) << (type * COUNT_BITS);
    if (type !== FETCH) {
      const first = known ? load<i32>(place + (FILTER_LINES - FILTER)) : pageLine(caches, frame);
      const line = first + ((load<u16>(offsets + (i << 1)) & OFFSET_MASK) >>> lineShift);
      if (isNewest(caches, line)) {
        nearest++;
      } else {
        if (!costly) beginLatency();
        costly = true;
        spendData(caches, line);
      }
    }
    if (costly) pend(i);
    if (cleared !== 0 && !known && isNew(record)) {
      i++;
      break;
    }
  }
  countNearest(caches, nearest);
  countLookups(counts);
  return i;
}

/** Asks the kernel for the page of a record whose walk met none. */
function isToBeTried(at: i32): bool {
  retried = at;
  returnClock();
  const answer = ask(at, lastLevel);
  borrowClock();
  if (answer === ASK_AFRESH) forgetAll();
  return answer !== ASK_LEAVE;
}

/** A loop, since memory.fill leaves the core for a function of the host. */
function forgetAll(): void {
  const nothing = i32x4.splat(NOTHING);
  for (let at = FILTER; at < FILTER_LINES; at += 16) v128.store(at, nothing);
}

function placeOf(record: i32, type: i32): usize {
  return FILTER + ((record & load<i32>(CORE + (type << 2), CORE_FILTER_MASKS)) << 2);
}

/** Whether an access that was just translated still needs a look; if so, its frame is written down. */
function isNew(record: i32): bool {
  const entry = cleared + CLEARED_ENTRIES + ((record & (CLEARED_PLACES - 1)) << 3);
  if (load<i32>(entry) === record && load<i32>(entry, 4) === <i32>frame) return false;
  store<i32>(cleared, <i32>frame, CLEARED_FRAME);
  return true;
}

/**
 * The page just translated is the newest of its set; where loads and stores share a TLB, for both, unless somebody
 * wants to look at either.
 */
function remember(record: i32, type: i32): void {
  const place = placeOf(record, type);
  if (type === FETCH) {
    store<i32>(place, record);
    return;
  }
  rememberData(place, record);
  if (load<i32>(CORE, CORE_DTLB) !== load<i32>(CORE, CORE_STORE_TLB)) return;
  const other = type === LOAD ? STORE : LOAD;
  rememberData(
    place + ((other - type) << 2),
    cleared === 0 && ((allowed >> other) & 1) !== 0 ? record + other - type : NOTHING,
  );
}

function rememberData(place: usize, record: i32): void {
  store<i32>(place, record);
  const caches = <usize>load<i32>(CORE, CORE_DATA_CACHES);
  if (caches !== 0) store<i32>(place, pageLine(caches, frame), FILTER_LINES - FILTER);
}

/** What the data cost beyond the nearest cache's latency (src/sim/data-side.ts). */
function spendData(caches: usize, line: i32): void {
  const answered = request(caches, line);
  if (answered === 0) return;
  const extra = latencyOf(caches, answered) - latencyOf(caches, 0);
  if (extra > 0) spend(load<u16>(<usize>load<i32>(CORE, CORE_DATA_CAUSES) + (answered << 1)), extra);
}

function countLookups(counts: u64): void {
  for (let type = FETCH; type <= STORE; type++) {
    const tlb = <usize>load<i32>(CORE + (type << 2), CORE_ITLB);
    const lookups = <i32>(counts >> (type * COUNT_BITS)) & COUNT_MASK;
    store<i32>(tlb, load<i32>(tlb, TLB_LOOKUPS) + lookups, TLB_LOOKUPS);
  }
}

// src/sim/window.ts, src/core/latency.ts and src/mmu/walker-pool.ts: what an access costs, and when.
import {
  CORE,
  CORE_CAUSE_QUEUE,
  CORE_CHARGES,
  CORE_CLOCK,
  CORE_HIDDEN,
  CORE_MSHR_COUNT,
  CORE_MSHRS,
  CORE_PART_CAUSE,
  CORE_PART_CYCLES,
  CORE_QUEUED,
  CORE_RING_COMPLETION,
  CORE_RING_INDEX,
  CORE_RING_MASK,
  CORE_RING_PARTS,
  CORE_WALKER_COUNT,
  CORE_WALKERS,
  CORE_WIDTH,
  CORE_WINDOW,
  RING_PARTS,
  SCRATCH,
} from '../src/sim/accelerator/layout';

const CAUSES: usize = SCRATCH;
const CYCLES: usize = SCRATCH + 256;

/** Records issued before record 0 of the columns. */
let issued: f64 = 0;
let stall: f64 = 0;
let head: i32 = 0;
let tail: i32 = 0;
let width: f64 = 1;
let window: f64 = 1;
let ringMask: i32 = 0;

// The latency of the access in hand.
let parts: i32 = 0;
let total: f64 = 0;
let walkFrom: i32 = 0;
let beforeWalk: f64 = 0;
let walkCycles: f64 = 0;

/** Takes the clock over for one call. */
export function borrowClock(): void {
  const clock = <usize>load<i32>(CORE, CORE_CLOCK);
  issued = load<f64>(clock);
  stall = load<f64>(clock, 8);
  head = <i32>load<f64>(clock, 16);
  tail = <i32>load<f64>(clock, 24);
  width = <f64>load<i32>(CORE, CORE_WIDTH);
  window = <f64>load<i32>(CORE, CORE_WINDOW);
  ringMask = load<i32>(CORE, CORE_RING_MASK);
}

export function returnClock(): void {
  const clock = <usize>load<i32>(CORE, CORE_CLOCK);
  store<f64>(clock, stall, 8);
  store<f64>(clock, <f64>head, 16);
  store<f64>(clock, <f64>tail, 24);
}

/** A new access. */
export function beginLatency(): void {
  parts = 0;
  total = 0;
  walkFrom = i32.MAX_VALUE;
  walkCycles = 0;
}

function charge(cause: i32, cycles: f64): void {
  const at = <usize>load<i32>(CORE, CORE_CHARGES) + (cause << 3);
  store<f64>(at, load<f64>(at) + cycles);
}

/** The next part of the latency. On a blocking core it is exposed in full: it goes to the ledger at once. */
export function spend(cause: i32, cycles: i32): void {
  if (cycles === 0) return;
  total += <f64>cycles;
  if (window === 1) {
    charge(cause, <f64>cycles);
    return;
  }
  store<i32>(CAUSES + (parts << 2), cause);
  store<f64>(CYCLES + (parts << 3), <f64>cycles);
  parts++;
}

export function beginWalk(): void {
  walkFrom = parts;
  beforeWalk = total;
}

export function endWalk(): void {
  walkCycles = total - beforeWalk;
}

/** The access in hand, record `index` of the columns, is pending for what was spent. */
export function pend(index: i32): void {
  if (total === 0) return;
  if (window === 1) {
    stall += total;
    return;
  }
  const record = issued + <f64>index;
  const indexAt = <usize>load<i32>(CORE, CORE_RING_INDEX);
  while (head !== tail && load<f64>(indexAt + (head << 3)) + window <= record) {
    retire(load<f64>(indexAt + (head << 3)) + window);
  }
  const arrival = Math.floor((record + 1) / width) + stall;
  const queued = queueWait(arrival);
  const first = tail * RING_PARTS;
  let part = first;
  for (let i = 0; i < parts; i++) {
    if (i === walkFrom && queued > 0) putPart(part++, load<i32>(CORE, CORE_CAUSE_QUEUE), queued);
    putPart(part++, load<i32>(CAUSES + (i << 2)), load<f64>(CYCLES + (i << 3)));
  }
  store<f64>(indexAt + (tail << 3), record);
  store<f64>(<usize>load<i32>(CORE, CORE_RING_COMPLETION) + (tail << 3), arrival + total + queued);
  store<u8>(<usize>load<i32>(CORE, CORE_RING_PARTS) + tail, <u8>(part - first));
  tail = (tail + 1) & ringMask;
}

function putPart(part: i32, cause: i32, cycles: f64): void {
  store<u16>(<usize>load<i32>(CORE, CORE_PART_CAUSE) + (part << 1), <u16>cause);
  store<f64>(<usize>load<i32>(CORE, CORE_PART_CYCLES) + (part << 3), cycles);
}

/** Record `next` waits for the oldest pending one; its last cycles are the exposed ones. */
function retire(next: f64): void {
  const time = Math.floor(next / width) + stall;
  const completion = load<f64>(<usize>load<i32>(CORE, CORE_RING_COMPLETION) + (head << 3));
  let exposed: f64 = completion > time ? completion - time : 0;
  stall += exposed;
  const first = head * RING_PARTS;
  const hidden = <usize>load<i32>(CORE, CORE_HIDDEN);
  for (
    let part = first + <i32>load<u8>(<usize>load<i32>(CORE, CORE_RING_PARTS) + head) - 1;
    part >= first;
    part--
  ) {
    const cause = <i32>load<u16>(<usize>load<i32>(CORE, CORE_PART_CAUSE) + (part << 1));
    const cycles = load<f64>(<usize>load<i32>(CORE, CORE_PART_CYCLES) + (part << 3));
    const charged = cycles < exposed ? cycles : exposed;
    if (charged > 0) charge(cause, charged);
    const at = hidden + (cause << 3);
    store<f64>(at, load<f64>(at) + cycles - charged);
    exposed -= charged;
  }
  head = (head + 1) & ringMask;
}

/** Cycles for which the walk waits for a walker and an MSHR, which it then takes. */
function queueWait(arrival: f64): f64 {
  if (walkCycles === 0) return 0;
  const walker = firstFree(<usize>load<i32>(CORE, CORE_WALKERS), load<i32>(CORE, CORE_WALKER_COUNT));
  const mshr = firstFree(<usize>load<i32>(CORE, CORE_MSHRS), load<i32>(CORE, CORE_MSHR_COUNT));
  const ready = arrival + beforeWalk;
  const start = max(ready, max(load<f64>(walker), load<f64>(mshr)));
  store<f64>(walker, start + walkCycles);
  store<f64>(mshr, start + walkCycles);
  store<f64>(CORE, load<f64>(CORE, CORE_QUEUED) + (start - ready), CORE_QUEUED);
  return start - ready;
}

function firstFree(at: usize, count: i32): usize {
  let first = at;
  for (let other = at + 8; other < at + (count << 3); other += 8) {
    if (load<f64>(other) < load<f64>(first)) first = other;
  }
  return first;
}

// src/mmu/psc.ts and psc-level.ts.
import {
  PSC_ATTRIBUTES,
  PSC_CROWDS,
  PSC_GUESSES,
  PSC_INSIDE,
  PSC_MASK,
  PSC_NEWER,
  PSC_NEWEST,
  PSC_OLDER,
  PSC_SETS,
  PSC_SPACES,
  PSC_TABLES,
  PSC_TAGS,
  PSC_WAYS,
} from '../src/sim/accelerator/layout';
import { ringTouch, ringTurn } from './order';

const EMPTY = -1;
const GOLDEN: i32 = 0x9e3779b1;
const NAMELESS_BITS = 9;

/** A page as all levels name it: VPN bits 40..9, and bits 44..41 with the ASID above. */
export function nameOf(vpn: u64): i32 {
  return <i32>(vpn >> NAMELESS_BITS);
}

export function spaceOf(asid: i32, vpn: u64): i32 {
  return (asid << 4) | (<i32>(vpn >> 41) & 15);
}

function bucketOf(tag: i32): i32 {
  return (tag * GOLDEN) >>> 22;
}

function setOf(psc: usize, name: i32, space: i32): i32 {
  const inside = load<i32>(psc, PSC_INSIDE);
  const mask = load<i32>(psc, PSC_MASK);
  if (mask >= 0) return (name >> inside) & mask;
  const upper = ((<u64>(space & 15)) << (32 - inside)) + <u64>(<u32>name >>> inside);
  return <i32>(upper % <u64>load<i32>(psc, PSC_SETS));
}

/** The slot of the entry on the way to a page, or -1; changes nothing. */
export function findEntry(psc: usize, name: i32, space: i32): i32 {
  const tag = name >> load<i32>(psc, PSC_INSIDE);
  const bucket = bucketOf(tag) << 1;
  if (load<u16>(<usize>load<i32>(psc, PSC_CROWDS) + bucket) === 0) return -1;
  const tags = <usize>load<i32>(psc, PSC_TAGS);
  const spaces = <usize>load<i32>(psc, PSC_SPACES);
  const guess = <i32>load<u16>(<usize>load<i32>(psc, PSC_GUESSES) + bucket);
  if (load<i32>(tags + (guess << 2)) === tag && load<i32>(spaces + (guess << 2)) === space) return guess;
  const ways = load<i32>(psc, PSC_WAYS);
  const first = setOf(psc, name, space) * ways;
  for (let slot = first; slot < first + ways; slot++) {
    if (load<i32>(tags + (slot << 2)) === tag && load<i32>(spaces + (slot << 2)) === space) return slot;
  }
  return -1;
}

export function useEntry(psc: usize, name: i32, space: i32, slot: i32): void {
  const newest = <usize>load<i32>(psc, PSC_NEWEST);
  const older = <usize>load<i32>(psc, PSC_OLDER);
  ringTouch(newest, older, <usize>load<i32>(psc, PSC_NEWER), setOf(psc, name, space), slot);
}

export function tableOf(psc: usize, slot: i32): f64 {
  return load<f64>(<usize>load<i32>(psc, PSC_TABLES) + (slot << 3));
}

export function attributesOfEntry(psc: usize, slot: i32): i32 {
  return load<i32>(<usize>load<i32>(psc, PSC_ATTRIBUTES) + (slot << 2));
}

/** Caches an entry that is not there, in place of the oldest of its set. */
export function insertEntry(psc: usize, name: i32, space: i32, table: f64, attributes: i32): void {
  const tag = name >> load<i32>(psc, PSC_INSIDE);
  const slot = ringTurn(
    <usize>load<i32>(psc, PSC_NEWEST),
    <usize>load<i32>(psc, PSC_NEWER),
    setOf(psc, name, space),
  );
  const crowds = <usize>load<i32>(psc, PSC_CROWDS);
  const tagAt = <usize>load<i32>(psc, PSC_TAGS) + (slot << 2);
  const spaceAt = <usize>load<i32>(psc, PSC_SPACES) + (slot << 2);
  if (load<i32>(spaceAt) !== EMPTY) {
    const left = crowds + (bucketOf(load<i32>(tagAt)) << 1);
    store<u16>(left, load<u16>(left) - 1);
  }
  store<i32>(tagAt, tag);
  store<i32>(spaceAt, space);
  store<f64>(<usize>load<i32>(psc, PSC_TABLES) + (slot << 3), table);
  store<i32>(<usize>load<i32>(psc, PSC_ATTRIBUTES) + (slot << 2), attributes);
  const bucket = bucketOf(tag) << 1;
  store<u16>(crowds + bucket, load<u16>(crowds + bucket) + 1);
  store<u16>(<usize>load<i32>(psc, PSC_GUESSES) + bucket, <u16>slot);
}

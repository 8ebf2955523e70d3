/**
 * LRU and FIFO by stamps: a counter value per slot, written on use (LRU) or on fill alone (FIFO); the victim is the
 * slot with the smallest. An empty slot has stamp 0, so it is always taken first.
 */

/** The way with the smallest stamp, the lowest way among equals. */
export function victimByStamp(stamps: Int32Array, base: number, ways: number): number {
  let victim = 0;
  let oldest = stamps[base]!;
  for (let way = 1; way < ways && oldest !== 0; way++) {
    const stamp = stamps[base + way]!;
    if (stamp < oldest) {
      oldest = stamp;
      victim = way;
    }
  }
  return victim;
}

/** Renumbers the stamps of every set 1..ways in their order, when the counter is about to leave 31 bits. */
export function renumberStamps(stamps: Int32Array, ways: number): void {
  for (let base = 0; base < stamps.length; base += ways) {
    const order = Array.from(stamps.subarray(base, base + ways), (stamp, way) => ({ stamp, way }))
      .filter(({ stamp }) => stamp !== 0)
      .sort((a, b) => a.stamp - b.stamp);
    for (const [rank, { way }] of order.entries()) stamps[base + way] = rank + 1;
  }
}

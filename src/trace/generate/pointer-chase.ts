import { bytes, count, kind } from './generator.ts';

/** A linked list through all nodes in an order without pattern: no access can begin before the last has ended. */
export const pointerChase = kind({
  name: 'pointer-chase',
  summary: 'a linked list through every node of an area, in random order',
  parameters: {
    size: bytes(64 << 20, 'bytes of the area; its nodes are rounded down to a power of two'),
    node: count(64, 'bytes of a node', 8),
  },
  *play(scene, { size, node }, rng) {
    const area = scene.map(scene.start('pointer-chase'), size);
    const bits = Math.min(31, Math.max(0, Math.floor(Math.log2(area.bytes / node))));
    const mask = 2 ** bits - 1;
    // A linear congruence of full period (Hull and Dobell): factor 1 modulo 4, odd increment.
    const factor = (rng.next() & ~3) | 5;
    const increment = rng.next() | 1;
    let at = rng.next() & mask;
    while (true) {
      // The low bits of a congruence have short periods: the node is the number with its bits in reverse order.
      area.load(reverse(at, bits) * node);
      at = (Math.imul(at, factor) + increment) & mask;
      if (scene.full) yield;
    }
  },
});

/** The low `bits` bits of a number in reverse order. */
function reverse(value: number, bits: number): number {
  let v = value;
  v = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1);
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2);
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4);
  v = ((v >>> 8) & 0x00ff00ff) | ((v & 0x00ff00ff) << 8);
  v = (v >>> 16) | (v << 16);
  return bits === 0 ? 0 : v >>> (32 - bits);
}

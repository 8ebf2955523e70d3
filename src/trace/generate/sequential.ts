import { bytes, count, kind, ratio } from './generator.ts';

/** One pass after another over an array. */
export const sequential = kind({
  name: 'sequential',
  summary: 'an array read and written from front to back, again and again',
  parameters: {
    size: bytes(64 << 20, 'bytes of the array'),
    step: count(8, 'bytes from one access to the next'),
    writes: ratio(0, 'share of the accesses that are stores'),
  },
  *play(scene, { size, step, writes }, rng) {
    const area = scene.map(scene.start('sequential'), size);
    const access = Math.min(step, 8);
    while (true)
      for (let at = 0; at + access <= area.bytes; at += step) {
        if (rng.unit() < writes) area.store(at, access);
        else area.load(at, access);
        if (scene.full) yield;
      }
  },
});

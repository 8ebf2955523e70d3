import { bytes, kind } from './generator.ts';

/** Random updates of a table: the GUPS of the HPC Challenge. */
export const uniform = kind({
  name: 'uniform',
  summary: 'random words of a table updated in place (GUPS)',
  parameters: { size: bytes(2 ** 30, 'bytes of the table') },
  *play(scene, { size }, rng) {
    const area = scene.map(scene.start('uniform'), size);
    const words = area.bytes / 8;
    // 53 random bits: one draw has too few for tables beyond 32 GiB.
    const draw = (): number => Math.floor((rng.next() * 0x200000 + (rng.next() >>> 11)) * 2 ** -53 * words);
    while (true) {
      area.modify(draw() * 8);
      if (scene.full) yield;
    }
  },
});

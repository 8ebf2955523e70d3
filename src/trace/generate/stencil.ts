import { count, kind } from './generator.ts';

/** A five-point stencil over a square grid of doubles, from one array into another. */
export const stencil = kind({
  name: 'stencil',
  summary: 'a five-point stencil over a square grid of doubles, back and forth between two arrays',
  parameters: { side: count(2048, 'points on a side', 3) },
  *play(scene, { side }) {
    const pid = scene.start('stencil');
    const row = side * 8;
    let from = scene.map(pid, side * row);
    let to = scene.map(pid, side * row);
    for (; ; [from, to] = [to, from])
      for (let y = 1; y < side - 1; y++)
        for (let x = 1; x < side - 1; x++) {
          const at = y * row + x * 8;
          for (const offset of [-row, -8, 0, 8, row]) from.load(at + offset);
          to.store(at);
          if (scene.full) yield;
        }
  },
});

import { bytes, count, kind, ratio } from './generator.ts';
import { scatter, Zipf } from './zipf.ts';

/** A key-value store: few items are used most of the time. */
export const zipfian = kind({
  name: 'zipf',
  summary: 'items of a store used with a zipf distribution, hot ones anywhere among the cold',
  parameters: {
    size: bytes(2 ** 30, 'bytes of the store'),
    item: count(64, 'bytes of an item', 8),
    theta: ratio(0.99, 'skew: 0 is uniform, 0.99 that of YCSB; below 1'),
    writes: ratio(0.3, 'share of the accesses that are stores'),
  },
  *play(scene, { size, item, theta, writes }, rng) {
    const area = scene.map(scene.start('zipf'), size);
    const items = Math.max(1, Math.floor(area.bytes / item));
    const zipf = new Zipf(items, theta);
    while (true) {
      const at = scatter(zipf.draw(rng), items) * item;
      if (rng.unit() < writes) area.store(at);
      else area.load(at);
      if (scene.full) yield;
    }
  },
});

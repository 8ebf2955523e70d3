import { bytes, count, kind, ratio } from './generator.ts';
import { scatter, Zipf } from './zipf.ts';

const ITEM = 64;
/** Turns of one process before the other's, while both run. */
const QUANTUM = 64;
const OUTPUT_BYTES = 1 << 16;

/** A store that saves itself as Redis does with BGSAVE: it forks, the child reads everything, the parent writes on. */
export const redisSnapshot = kind({
  name: 'redis-snapshot',
  summary: 'a store under zipf writes that forks a child to save it, again and again (BGSAVE)',
  parameters: {
    size: bytes(64 << 20, 'bytes of the store'),
    writes: ratio(0.5, 'share of the accesses that are stores'),
    theta: ratio(0.99, 'skew of the accesses'),
    interval: count(2_000_000, 'accesses from the end of one snapshot to the next'),
    saved: count(512, 'bytes that the child saves for each access of the parent', 64),
  },
  *play(scene, { size, writes, theta, interval, saved }, rng) {
    const parent = scene.start('store');
    const store = scene.map(parent, size);
    const output = scene.map(parent, OUTPUT_BYTES);
    const items = store.bytes / ITEM;
    const zipf = new Zipf(items, theta);

    function* serve(accesses: number): Generator<void, void, void> {
      scene.run(parent);
      for (let i = 0; i < accesses; i++) {
        const at = scatter(zipf.draw(rng), items) * ITEM;
        if (rng.unit() < writes) store.store(at);
        else store.load(at);
        if (scene.full) yield;
      }
    }

    // The data are loaded first: a snapshot of untouched memory would share nothing.
    for (let at = 0; at < store.bytes; at += 8 * ITEM) {
      store.store(at);
      if (scene.full) yield;
    }
    while (true) {
      yield* serve(interval);
      const child = scene.fork(parent);
      for (let at = 0; at < store.bytes; ) {
        yield* serve(QUANTUM);
        scene.run(child);
        for (let i = 0; i < QUANTUM && at < store.bytes; i++, at += saved) {
          store.load(at);
          output.store(at % OUTPUT_BYTES);
          if (scene.full) yield;
        }
      }
      scene.exit(child, parent);
    }
  },
});

import { bytes, count, kind } from './generator.ts';

const OBJECT = 64;
const QUANTUM = 512;
/** One object in so many bytes is marked: its page is what matters. */
const MARK_STEP = 1024;

/**
 * A runtime whose collector marks objects in their headers, and that has forked: each collection writes to every
 * live page, so that parent and children soon share nothing.
 */
export const garbageCollected = kind({
  name: 'gc',
  summary: 'a garbage-collected parent with forked children; marking writes to every live page',
  parameters: {
    heap: bytes(32 << 20, 'bytes of the heap'),
    children: count(4, 'children, forked once the heap is full'),
    interval: count(500_000, 'accesses of all of them between two collections'),
  },
  *play(scene, { heap: size, children, interval }, rng) {
    const parent = scene.start('gc');
    const heap = scene.map(parent, size);
    const objects = heap.bytes / OBJECT;
    for (let at = 0; at < heap.bytes; at += MARK_STEP) {
      heap.store(at);
      if (scene.full) yield;
    }
    const pids = [parent];
    while (pids.length <= children) pids.push(scene.fork(parent));
    for (let collection = 0; ; collection++) {
      for (let done = 0, turn = 0; done < interval; done += QUANTUM, turn++) {
        scene.run(pids[turn % pids.length]!);
        for (let i = 0; i < QUANTUM; i++) {
          const at = rng.below(objects) * OBJECT;
          if (i % 8 === 0) heap.store(at + 16);
          else heap.load(at + 16);
          if (scene.full) yield;
        }
      }
      // Mark: read a field of the object, write its header.
      scene.run(pids[collection % pids.length]!);
      for (let at = 0; at < heap.bytes; at += MARK_STEP) {
        heap.load(at + 8);
        heap.modify(at);
        if (scene.full) yield;
      }
    }
  },
});

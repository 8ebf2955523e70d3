import { bytes, count, kind, ratio } from './generator.ts';

const PAGE = 4096;
const QUANTUM = 256;

/** A warm process that forks every application: children read much of what it prepared and write little. */
export const zygote = kind({
  name: 'zygote',
  summary:
    'a warm process forks many children that live side by side, read its heap and write little (Android)',
  parameters: {
    size: bytes(32 << 20, 'bytes that the zygote has prepared'),
    children: count(16, 'children that live at a time'),
    writes: ratio(0.02, 'share of the children’s accesses that are stores to the shared heap'),
    own: bytes(1 << 20, 'bytes that each child maps for itself'),
    life: count(200_000, 'accesses of a child'),
  },
  *play(scene, { size, children, writes, own, life }, rng) {
    const parent = scene.start('zygote');
    const heap = scene.map(parent, size);
    const place = scene.reserve(own);
    for (let at = 0; at < heap.bytes; at += PAGE) {
      heap.store(at);
      if (scene.full) yield;
    }
    const alive: { readonly pid: number; left: number }[] = [];
    for (let turn = 0; ; turn++) {
      if (alive.length < children) {
        scene.run(parent);
        const pid = scene.fork(parent);
        scene.place(pid, place);
        alive.push({ pid, left: life });
      }
      const child = alive[turn % alive.length]!;
      scene.run(child.pid);
      for (let i = 0; i < QUANTUM; i++) {
        const page = rng.below(heap.pages) * PAGE;
        const choice = rng.unit();
        if (choice < writes) heap.store(page);
        else if (choice < 0.5) heap.load(page);
        else place.store(rng.below(place.pages) * PAGE);
        if (scene.full) yield;
      }
      child.left -= QUANTUM;
      if (child.left > 0) continue;
      scene.exit(child.pid, parent);
      alive.splice(alive.indexOf(child), 1);
    }
  },
});

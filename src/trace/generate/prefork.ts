import { bytes, count, kind, ratio } from './generator.ts';
import { scatter, Zipf } from './zipf.ts';

const PAGE = 4096;
const QUANTUM = 512;
/** Skew of the requests over the shared pages. */
const SKEW = 0.9;

/** A web server of the prefork kind: workers forked once, serving requests from then on. */
export const prefork = kind({
  name: 'prefork',
  summary: 'a server forks its workers once; each serves requests from shared data and its own memory',
  parameters: {
    size: bytes(32 << 20, 'bytes of code and data that the parent has loaded'),
    workers: count(8, 'workers'),
    own: bytes(4 << 20, 'bytes that each worker maps for itself'),
    writes: ratio(0.05, 'share of the accesses that are stores to the shared data'),
  },
  *play(scene, { size, workers, own, writes }, rng) {
    const parent = scene.start('prefork');
    const shared = scene.map(parent, size);
    const place = scene.reserve(own);
    const zipf = new Zipf(shared.pages, SKEW);
    for (let at = 0; at < shared.bytes; at += PAGE) {
      shared.store(at);
      if (scene.full) yield;
    }
    const pids: number[] = [];
    for (let i = 0; i < workers; i++) {
      shared.modify(0);
      if (scene.full) yield;
      const pid = scene.fork(parent);
      scene.place(pid, place);
      pids.push(pid);
    }
    while (true) {
      scene.run(pids[rng.below(workers)]!);
      for (let i = 0; i < QUANTUM; i++) {
        const page = scatter(zipf.draw(rng), shared.pages) * PAGE;
        const choice = rng.unit();
        if (choice < writes) shared.store(page);
        else if (choice < 0.6) shared.load(page);
        else place.modify(rng.below(place.pages) * PAGE);
        if (scene.full) yield;
      }
    }
  },
});

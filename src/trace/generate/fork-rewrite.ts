import { bytes, count, kind, ratio } from './generator.ts';

const PAGE = 4096;

/** What papers on fork measure: a process that fills memory and forks, then child and parent write to it in order. */
export const forkRewrite = kind({
  name: 'fork-rewrite',
  summary:
    'a process fills memory and forks, again and again; child, then parent write to its pages in order',
  parameters: {
    size: bytes(64 << 20, 'bytes that the process fills before the first fork'),
    shared: ratio(0, '1: a shared mapping'),
    huge: ratio(0, '1: 2 MiB pages (MADV_HUGEPAGE)'),
    populate: ratio(0, '1: filled by MAP_POPULATE, without an access'),
    child: count(1000, 'pages that each child writes', 0),
    parent: count(1000, 'pages that the parent writes while the child lives', 0),
  },
  *play(scene, { size, shared, huge, populate, child: childPages, parent: parentPages }) {
    const parent = scene.start('fork-rewrite');
    const how = { shared: shared > 0, thp: huge > 0, populate: populate > 0 };
    const memory = scene.map(parent, size, how);
    for (let at = 0; at < memory.bytes && !how.populate; at += PAGE) {
      memory.store(at);
      if (scene.full) yield;
    }
    while (true) {
      const child = scene.fork(parent);
      for (const [pid, pages] of [
        [child, childPages],
        [parent, parentPages],
      ] as const) {
        scene.run(pid);
        for (let page = 0; page < pages; page++) {
          memory.store((page % memory.pages) * PAGE);
          if (scene.full) yield;
        }
      }
      scene.exit(child, parent);
    }
  },
});

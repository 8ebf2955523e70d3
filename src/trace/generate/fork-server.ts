import { bytes, count, kind } from './generator.ts';

const PAGE = 4096;

/** A fuzzer's fork server: the target is loaded once, and every input runs in a fork of it. */
export const forkServer = kind({
  name: 'fork-server',
  summary: 'a loaded program forks one short-lived child for every input (fuzzing)',
  parameters: {
    size: bytes(16 << 20, 'bytes that the program has touched before the first fork'),
    reads: count(100, 'pages that a child reads', 0),
    writes: count(20, 'pages that a child writes', 0),
    accesses: count(50, 'accesses to each of these pages'),
  },
  *play(scene, { size, reads, writes, accesses }, rng) {
    const server = scene.start('fork-server');
    const memory = scene.map(server, size);
    for (let at = 0; at < memory.bytes; at += PAGE) {
      memory.store(at);
      if (scene.full) yield;
    }
    while (true) {
      // The server counts its inputs: one write between two forks, which is a COW fault of its own.
      memory.modify(0);
      if (scene.full) yield;
      const child = scene.fork(server);
      scene.run(child);
      for (let i = 0; i < reads + writes; i++) {
        const page = rng.below(memory.pages) * PAGE;
        for (let k = 0; k < accesses; k++) {
          const at = page + ((k * 8) % PAGE);
          if (i < writes) memory.store(at);
          else memory.load(at);
          if (scene.full) yield;
        }
      }
      scene.exit(child, server);
    }
  },
});

import { bytes, count, kind } from './generator.ts';

const PAGE = 4096;
/** What the shell itself does between two commands. */
const OWN_ACCESSES = 200;

/** A shell script: fork, a few writes, exec of a small program, its short life, and again. */
export const shell = kind({
  name: 'shell',
  summary: 'a shell forks a child that executes another program, again and again',
  parameters: {
    size: bytes(1 << 20, 'bytes that the shell itself uses'),
    before: count(12, 'pages that the child writes before the exec', 0),
    program: bytes(512 << 10, 'bytes that the program maps and touches'),
    accesses: count(20_000, 'accesses of the program'),
  },
  *play(scene, { size, before, program, accesses }, rng) {
    const parent = scene.start('shell');
    const memory = scene.map(parent, size);
    const place = scene.reserve(program);
    for (let at = 0; at < memory.bytes; at += PAGE) {
      memory.store(at);
      if (scene.full) yield;
    }
    while (true) {
      for (let i = 0; i < OWN_ACCESSES; i++) {
        memory.modify(rng.below(memory.pages) * PAGE);
        if (scene.full) yield;
      }
      const child = scene.fork(parent);
      scene.run(child);
      for (let i = 0; i < before; i++) {
        memory.store((i % memory.pages) * PAGE);
        if (scene.full) yield;
      }
      scene.exec(child, 'program');
      scene.place(child, place);
      for (let i = 0; i < accesses; i++) {
        const at = rng.below(place.pages) * PAGE + ((i * 8) % PAGE);
        if (i % 3 === 0) place.store(at);
        else place.load(at);
        if (scene.full) yield;
      }
      scene.exit(child, parent);
    }
  },
});

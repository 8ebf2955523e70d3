import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TinyKernel } from '../../src/lab/tiny-kernel.ts';
import { ScenarioRun } from '../../src/sim/scenario/execute.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';

const ACTS: Record<string, string> = {
  'map-anon': 'map',
  'map-zero': 'map',
  copy: 'copy',
  reuse: 'reuse',
  hit: 'hit',
};

describe('the tiny kernel', () => {
  it('does what the kernel layer does, act by act, value by value, mapping by mapping, in random programs', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom('w', 'w', 'kw', 'r', 'fork', 'exit', 'drop'), fc.nat(3), fc.nat(2)),
          {
            minLength: 5,
            maxLength: 30,
          },
        ),
        (steps) => {
          const tiny = new TinyKernel();
          const lines = ['1 mmap A 3 prot=rw flags=private,anon', '1 ww A 1'];
          for (const page of [0, 1, 2]) tiny.write(1, page, 1);
          const expected: unknown[] = [];
          const dropped = new Set<string>();
          let next = 2;
          let value = 2;
          for (const [op, who, page] of steps) {
            const live = tiny.live;
            const pid = live[who % live.length]!;
            const here = `${pid}/${page}`;
            if (op === 'w' || op === 'kw') {
              lines.push(`${pid} ${op} A+${page}p ${++value % 250}`);
              const act =
                op === 'w' ? tiny.write(pid, page, value % 250) : tiny.kernelWrite(pid, page, value % 250);
              dropped.delete(here);
              expected.push(act);
            } else if (op === 'r') {
              // The tiny kernel has no zero page: a page that is gone is left unread.
              if (dropped.has(here)) continue;
              lines.push(`${pid} r A+${page}p`);
              expected.push(tiny.read(pid, page));
            } else if (op === 'fork' && next < 6) {
              lines.push(`${pid} fork ${next}`);
              tiny.fork(pid, next);
              for (const p of [0, 1, 2]) if (dropped.has(`${pid}/${p}`)) dropped.add(`${next}/${p}`);
              next++;
            } else if (op === 'exit' && pid !== 1 && live.length > 1) {
              lines.push(`${pid} exit`);
              tiny.exit(pid);
            } else if (op === 'drop') {
              lines.push(`${pid} madvise A[${page}..${page + 1}] dontneed`);
              tiny.drop(pid, page);
              dropped.add(here);
            }
          }
          const run = new ScenarioRun(parseScenario('random', lines.join('\n')));
          const answers = [...run.answers()].slice(2);
          const actual = answers.flatMap(({ op, act, val }) =>
            op === 'w' || op === 'kw' ? [ACTS[String(act)]] : op === 'r' ? [val] : [],
          );
          expect(actual).toEqual(expected);

          const pictures = [
            ...new ScenarioRun(parseScenario('random', [...lines, '- frames c'].join('\n'))).answers(),
          ];
          const frames = pictures.at(-1)!.frames as Record<string, { A: string[] }>;
          for (const pid of tiny.live) {
            const counts = [0, 1, 2].map((page) => {
              const state = tiny.pageOf(pid, page);
              return state ? tiny.mapcountOf(state.frame) : 0;
            });
            const real = frames[pid]!.A.map((text) => Number(/\/(\d+)$/.exec(text)?.[1] ?? 0));
            expect(counts).toEqual(real);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves no frame in use that nobody maps or pins', () => {
    const kernel = new TinyKernel();
    kernel.write(1, 0, 7);
    kernel.fork(1, 2);
    kernel.write(2, 0, 8);
    expect(kernel.framesInUse).toBe(2);
    kernel.exit(2);
    expect(kernel.framesInUse).toBe(1);
    kernel.pin(1, 0);
    kernel.drop(1, 0);
    expect(kernel.framesInUse).toBe(1);
  });

  it('copies a pinned page at fork, so that the device keeps writing where its process reads', () => {
    const kernel = new TinyKernel();
    kernel.write(1, 0, 7);
    const pin = kernel.pin(1, 0);
    kernel.fork(1, 2);
    kernel.write(1, 0, 8);
    kernel.deviceWrite(pin, 9);
    expect([kernel.read(1, 0), kernel.read(2, 0)]).toEqual([9, 7]);
  });
});

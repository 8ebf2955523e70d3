import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TlbSim, type TlbSimShape } from '../../src/lab/tlbsim.ts';
import { ChunkBuilder } from '../../src/trace/chunk-builder.ts';
import { decodeStream } from '../../src/trace/decode.ts';
import { LackeyDecoder } from '../../src/trace/format/lackey.ts';

/** Runs the text of a trace; counts, and with `verbose` the lab's lines. */
async function simulate(shape: TlbSimShape, text: string): Promise<{ summary: string; lines: string[] }> {
  const builder = new ChunkBuilder();
  const simulator = new TlbSim(shape);
  const lines: string[] = [];
  async function* bytes() {
    yield new TextEncoder().encode(text);
  }
  for await (const chunk of decodeStream(bytes(), new LackeyDecoder(builder, 'test'), builder))
    simulator.run(chunk, ({ letter, address, size, outcomes }) =>
      lines.push(`${letter} ${address.toString(16)},${size} ${outcomes.join(' ')}`),
    );
  const { hits, misses, evictions } = simulator;
  return { summary: `hits:${hits} misses:${misses} evictions:${evictions}`, lines };
}

/** The trace in the handout of CS:APP's cache lab, and the reference simulator's answer printed there. */
const YI = ' L 10,1\n M 20,1\n L 22,1\n S 18,1\n L 110,1\n L 210,1\n M 12,1\n';

/**
 * The data accesses of the lab's trans.trace: a 4 x 4 transpose at 0x600a20 -> 0x600a60 compiled without
 * optimisation, its variables on the stack at 0x7ff000370.
 */
function transposeTrace(): string {
  const lines: string[] = [];
  const at = (letter: string, address: number, size: number) =>
    lines.push(` ${letter} ${address.toString(16).padStart(8, '0')},${size}`);
  const stack = (letter: string, offset: number, size = 4) => at(letter, 0x7ff000300 + offset, size);
  at('S', 0x600aa0, 1);
  for (const [offset, size] of [
    [0x98, 8],
    [0x90, 8],
    [0x78, 8],
    [0x70, 8],
    [0x84, 4],
  ] as const)
    stack('S', offset, size);
  stack('L', 0x84);
  for (let i = 0; i < 4; i++) {
    stack('S', 0x88);
    stack('L', 0x88);
    for (let j = 0; j < 4; j++) {
      stack('L', 0x84);
      stack('L', 0x78, 8);
      stack('L', 0x88);
      at('L', 0x600a20 + 4 * (4 * i + j), 4);
      stack('S', 0x8c);
      stack('L', 0x88);
      stack('L', 0x70, 8);
      stack('L', 0x84);
      stack('L', 0x8c);
      at('S', 0x600a60 + 4 * (4 * j + i), 4);
      stack('M', 0x88);
      stack('L', 0x88);
    }
    stack('M', 0x84);
    stack('L', 0x84);
  }
  stack('L', 0x90, 8);
  stack('L', 0x98, 8);
  at('L', 0x600aa0, 1);
  return `${lines.join('\n')}\n`;
}

describe('tlbsim', () => {
  it('says what the reference simulator of the cache lab says of the trace in its handout', async () => {
    expect(await simulate({ s: 4, E: 1, b: 4 }, YI)).toEqual({
      summary: 'hits:4 misses:5 evictions:3',
      lines: [
        'L 10,1 miss',
        'M 20,1 miss hit',
        'L 22,1 hit',
        'S 18,1 hit',
        'L 110,1 miss eviction',
        'L 210,1 miss eviction',
        'M 12,1 miss eviction hit',
      ],
    });
    expect((await simulate({ s: 4, E: 2, b: 4 }, YI)).summary).toBe('hits:4 misses:5 evictions:2');
  });

  it.each([
    [{ s: 2, E: 1, b: 3 }, 'hits:167 misses:71 evictions:67'],
    [{ s: 2, E: 2, b: 3 }, 'hits:201 misses:37 evictions:29'],
    [{ s: 2, E: 4, b: 3 }, 'hits:212 misses:26 evictions:10'],
    [{ s: 5, E: 1, b: 5 }, 'hits:231 misses:7 evictions:0'],
  ])(
    'counts the reference simulator’s hits, misses and evictions in the transpose: %o',
    async (shape, summary) => {
      expect((await simulate(shape, transposeTrace())).summary).toBe(summary);
    },
  );

  it('skips instruction fetches', async () => {
    const withFetches = YI.replaceAll('\n', '\nI  0400d7d4,8\n');
    expect(await simulate({ s: 4, E: 1, b: 4 }, withFetches)).toEqual(
      await simulate({ s: 4, E: 1, b: 4 }, YI),
    );
  });

  it('looks an access up once, even where it crosses a 4 KiB page', async () => {
    expect((await simulate({ s: 0, E: 4, b: 4 }, ' M 1ffe,8\n')).lines).toEqual(['M 1ffe,8 miss hit']);
  });

  it('is a plain LRU over address >> b, for any 64-bit addresses and any s, E, b', async () => {
    const address = fc.oneof(
      fc.bigInt(0n, 2n ** 64n - 9n),
      fc.bigInt(0n, 0x7fffn),
      fc.constantFrom(2n ** 33n, 2n ** 52n),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('L', 'S', 'M'), address), { maxLength: 60 }),
        fc.nat(4),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(45),
        async (accesses, s, E, b) => {
          const sets = new Map<bigint, bigint[]>();
          let hits = 0;
          let misses = 0;
          let evictions = 0;
          const touch = (va: bigint) => {
            const block = va >> BigInt(b);
            const index = block & ((1n << BigInt(s)) - 1n);
            const set = sets.get(index) ?? [];
            sets.set(index, set);
            const at = set.indexOf(block);
            if (at >= 0) {
              hits++;
              set.splice(at, 1);
            } else {
              misses++;
              if (set.length === E) {
                set.shift();
                evictions++;
              }
            }
            set.push(block);
          };
          for (const [letter, va] of accesses) {
            touch(va);
            if (letter === 'M') touch(va);
          }
          const text = accesses.map(([letter, va]) => ` ${letter} ${va.toString(16)},1\n`).join('');
          expect((await simulate({ s, E, b }, text)).summary).toBe(
            `hits:${hits} misses:${misses} evictions:${evictions}`,
          );
        },
      ),
    );
  });
});

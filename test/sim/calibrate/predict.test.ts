import { describe, expect, it } from 'vitest';
import {
  predictHugeRewrite,
  predictNaturalFork,
  predictPhase,
  predictSnapshot,
} from '../../../src/sim/calibrate/predict.ts';
import { madeUpHost } from './made-up-host.ts';

const host = madeUpHost();

describe('predictions', () => {
  it('of a fork are a fixed part and a part a page', () => {
    expect(predictPhase(host, 'fork', 1000)).toBe(20_000 + 25_000);
  });

  it('of a fork over frames as they come add a miss for each page that breaks the sequence', () => {
    // 65,536 pages bring 4 MiB of frame descriptors through 1 MiB: 3/4 of them miss, 80 ns each
    const contiguous = 20_000 + 65_536 * 25;
    expect(predictNaturalFork(host, 65_536, 0)).toBe(contiguous);
    expect(predictNaturalFork(host, 65_536, 1)).toBe(contiguous + 65_536 * 60);
    expect(predictNaturalFork(host, 65_536, 0.5)).toBe(contiguous + 65_536 * 30);
    // 16,384 pages bring 1 MiB, which fits: where the frames lie does not matter
    expect(predictNaturalFork(host, 16_384, 1)).toBe(20_000 + 16_384 * 25);
    expect(predictNaturalFork(host, 65_536, undefined)).toBeUndefined();
  });

  it('of the rewrite of huge pages split each once, then copy the other 511 pages', () => {
    // 1024 pages are 2 huge pages; 8 MiB through 8 MiB is hot: 2 * 5000 + 1022 * 700
    expect(predictHugeRewrite(host, 1024)).toBe(10_000 + 1022 * 700);
  });

  it('of a snapshot add fork, a copy a distinct page, a store each other write', () => {
    // 600 distinct pages: copies bring 4.7 MiB (hot, 800), stores 37.5 KiB (hot, 8)
    expect(predictSnapshot(host, 1000, 5000, 600)).toBe(20_000 + 25_000 + 600 * 800 + 4400 * 8);
  });

  it('are not made without a measurement they rest on', () => {
    expect(predictHugeRewrite({ ...host, figures: {} }, 1024)).toBeUndefined();
    expect(predictSnapshot({ ...host, phases: {} }, 1000, 5000, 600)).toBeUndefined();
    expect(predictPhase({ ...host, phases: {} }, 'fork', 1)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitCosts, relativeErrors } from '../../../src/sim/calibrate/fit.ts';

describe('least squares of relative errors', () => {
  it('finds the line through two points: 100 at 10 pages and 300 at 50 give 50 + 5 n', () => {
    const [fixed, perPage] = fitCosts(
      [
        [1, 10],
        [1, 50],
      ],
      [100, 300],
    );
    expect(fixed).toBeCloseTo(50, 9);
    expect(perPage).toBeCloseTo(5, 9);
  });

  it('weighs a point by its relative error, not by its size', () => {
    // One term, y = 10 and y = 2000 at x = 1 and x = 100: minimise (a/10 - 1)^2 + (100a/2000 - 1)^2.
    // d/da: (a/10 - 1)/10 + (a/20 - 1)/20 = 0, so a (1/100 + 1/400) = 1/10 + 1/20, a = 0.15 / 0.0125 = 12.
    expect(fitCosts([[1], [100]], [10, 2000])[0]).toBeCloseTo(12, 9);
  });

  it('leaves out a term that would be a gain', () => {
    // 100 at 10, 100 at 50: the line is flat; 120 at 10, 100 at 50 would fall, so only a constant is left.
    // Constant c: minimise (c/120 - 1)^2 + (c/100 - 1)^2, so c = (1/120 + 1/100) / (1/120^2 + 1/100^2).
    const [fixed, perPage] = fitCosts(
      [
        [1, 10],
        [1, 50],
      ],
      [120, 100],
    );
    expect(perPage).toBe(0);
    expect(fixed).toBeCloseTo((1 / 120 + 1 / 100) / (1 / 120 ** 2 + 1 / 100 ** 2), 9);
  });

  it('gives 0 to a term that no row has', () => {
    expect(fitCosts([[0, 2]], [6])).toEqual([0, 3]);
  });

  it('says how far off a solution is, row by row', () => {
    expect(
      relativeErrors(
        [
          [1, 10],
          [1, 20],
        ],
        [100, 200],
        [10, 10],
      ),
    ).toEqual([110 / 100 - 1, 210 / 200 - 1]);
  });

  it('finds any planted costs again from exact observations', () => {
    const cost = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(cost, fc.double({ min: 1, max: 1e3, noNaN: true }), (fixed, perPage) => {
        const sizes = [64, 512, 4096, 32768];
        const rows = sizes.map((n) => [1, n]);
        const found = fitCosts(
          rows,
          sizes.map((n) => fixed + n * perPage),
        );
        expect(found[0]! + 512 * found[1]!).toBeCloseTo(fixed + 512 * perPage, 3);
        expect(found[1]! / perPage).toBeCloseTo(1, 6);
      }),
    );
  });
});

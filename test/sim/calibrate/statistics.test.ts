import { describe, expect, it } from 'vitest';
import { median, quantile, summarize } from '../../../src/sim/calibrate/statistics.ts';

describe('robust statistics', () => {
  it('takes the lower quartile, between two values in proportion', () => {
    // positions 0..3: the quartile is at 0.75, so 10 + 0.75 * (20 - 10)
    expect(quantile([10, 20, 30, 100], 0.25)).toBe(17.5);
    expect(quantile([10, 20, 30, 100], 0.5)).toBe(25);
    expect(quantile([7], 0.25)).toBe(7);
  });

  it('is not moved by one wild value', () => {
    // sorted 10 11 12 13 900: quartile at position 1, median 12, deviations 0 1 1 2 888, their median 1
    expect(summarize([900, 12, 10, 13, 11])).toEqual({
      value: 11,
      median: 12,
      min: 10,
      spread: 1 / 12,
      count: 5,
    });
  });

  it('calls equal values without spread', () => {
    expect(summarize([5, 5, 5]).spread).toBe(0);
    expect(summarize([0, 0]).spread).toBe(0);
  });

  it('does not sum up nothing', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });

  it('takes the median of an even number of values half-way', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

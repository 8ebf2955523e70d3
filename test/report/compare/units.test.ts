import { describe, expect, it } from 'vitest';
import { scaleFor } from '../../../src/report/compare/units.ts';

describe('the unit of a column', () => {
  it.each([
    ['ns', 2_235, 'ns', '2,235'],
    ['ns', 15_804, 'us', '15.80'],
    ['ns', 2_814_700, 'us', '2,814.7'],
    ['ns', 23_770_000, 'ms', '23.77'],
    ['ns', 12_500_000_000, 's', '12.50'],
    ['bytes', 344 * 1024, 'KiB', '344'],
    ['bytes', 32 * 2 ** 20, 'MiB', '32.0'],
    ['bytes', 24 * 2 ** 30, 'GiB', '24.00'],
    ['cycles', 12_112_731, '', '12,112,731'],
    ['cycles', 25e9, 'M', '25,000'],
    ['count', 9_832, '', '9,832'],
    ['mpki', 0.1304, '', '0.130'],
  ] as const)('%s up to %d is written in %s: %s', (unit, value, name, text) => {
    const scale = scaleFor(unit, value);
    expect([scale.name, scale.write(value)]).toEqual([name, text]);
  });

  it('is one for the whole column, small values too', () => {
    expect(scaleFor('ns', 2_814_700).write(352)).toBe('0.4');
  });
});

import { describe, expect, it } from 'vitest';
import { combinationsOf, listOf, settingAxis } from '../../../src/sim/compare/grid.ts';

describe('the grid of a comparison', () => {
  it('is the product of its axes, the last running fastest', () => {
    const axes = [
      { name: 'machine', values: ['skylake', 'zen3'] },
      { name: 'kernel', values: ['linux'] },
      { name: 'tlb.stlb.ways', values: ['4', '8'] },
    ];
    expect(combinationsOf(axes)).toEqual([
      ['skylake', 'linux', '4'],
      ['skylake', 'linux', '8'],
      ['zen3', 'linux', '4'],
      ['zen3', 'linux', '8'],
    ]);
  });

  it('takes key=1,2,4 as an axis, and leaves commas inside brackets, braces and quotes alone', () => {
    expect(settingAxis('tlb.stlb.ways=4, 8,12')).toEqual({ name: 'tlb.stlb.ways', values: ['4', '8', '12'] });
    expect(listOf('[a, b],{x: 1, y: 2},"c,d"')).toEqual(['[a, b]', '{x: 1, y: 2}', '"c,d"']);
    expect(settingAxis('tlb.stlb=none').values).toEqual(['none']);
  });

  it('refuses a setting without a key or a value list with a hole', () => {
    expect(() => settingAxis('ways')).toThrow(/key=value/);
    expect(() => listOf('1,,2')).toThrow(/empty item/);
  });

  it('refuses the same value twice: the two points would be one', () => {
    expect(() => combinationsOf([{ name: 'policy', values: ['eager', 'eager'] }])).toThrow(/'eager' twice/);
  });

  it('refuses more points than anybody means', () => {
    const values = Array.from({ length: 101 }, (_, i) => String(i));
    expect(() => combinationsOf(['a', 'b'].map((name) => ({ name, values })))).toThrow(/10201 points/);
  });
});

import { describe, expect, it } from 'vitest';
import { LOAD, USER } from '../../src/core/access.ts';
import { boxed } from '../../src/report/box.ts';
import { walkText } from '../../src/report/walk.ts';
import { explainFirstTouch } from '../../src/sim/explain-story.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';

describe('a walk in the terminal', () => {
  it('shows the split, the fault with its code, each entry, each check and the hit after it', async () => {
    const { machine } = await loadMachine('skylake');
    const text = walkText(
      explainFirstTouch(machine, { vpn: 0x7f0012345, offset: 0x678, access: LOAD, privilege: USER }),
    );
    for (const words of [
      '0x7f0012345678: a load by user code on skylake (x86-64, 4 levels)',
      '│ hold │ 254 (0xfe) │ 0 (0x0)    │ 145 (0x91) │ 325 (0x145) │ 0x678              │',
      'bits 63..48 repeat bit 47: the address is canonical',
      '#PF, error code 0x4 = U: the page is not there; a load by user code',
      '✓ P = 1 in every entry',
      '= physical address',
      '3. Once more: the TLB remembers',
    ])
      expect(text).toContain(words);
    const order = ['│ PML4 ', '│ PDPT ', '│ PD ', '│ PT '].map((name) => text.lastIndexOf(name));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });
});

describe('a box', () => {
  it('has as wide columns as their widest cells, short rows filled up', () => {
    expect(boxed([['a', 'number'], ['long', '1'], ['b']], ['left', 'right']).split('\n')).toEqual([
      '┌──────┬────────┐',
      '│ a    │ number │',
      '├──────┼────────┤',
      '│ long │      1 │',
      '│ b    │        │',
      '└──────┴────────┘',
    ]);
  });
});

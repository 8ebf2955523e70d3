import { describe, expect, it } from 'vitest';
import { FETCH, LOAD, STORE } from '../../src/core/access.ts';
import type { Compacted } from '../../src/trace/compacted.ts';
import { compact } from '../../src/trace/compaction.ts';

const TYPES = { I: FETCH, L: LOAD, S: STORE } as const;

/** `I1 L2`: a fetch from page 1, a load from page 2. `|` is an event. */
function compacted(text: string, sets = 1): Compacted {
  const keys: number[] = [];
  const events: Parameters<typeof compact>[2] = [];
  for (const word of text.split(' ')) {
    if (word === '|') events.push({ at: keys.length, event: { kind: 'switch', pid: 1 } });
    else keys.push(Number(word.slice(1)) * 4 + TYPES[word[0] as 'I' | 'L' | 'S']);
  }
  return compact(Int32Array.from(keys), keys.length, events, sets);
}

const placesOf = (text: string, sets?: number) => [...compacted(text, sets).places];

describe('compaction', () => {
  it('leaves out a fetch from the page of the last fetch, whatever data was accessed since', () => {
    expect(placesOf('I1 L2 I1 S3 I1 I4 I1')).toEqual([0, 1, 3, 5, 6]);
  });

  it('leaves out a load whose page the last load and the last access to data had', () => {
    expect(placesOf('L1 L1 S2 L1')).toEqual([0, 2, 3]);
  });

  it('keeps the first store to a page that was only loaded from: it may set D', () => {
    expect(placesOf('L1 S1 S1 L1')).toEqual([0, 1]);
  });

  it('keeps the first load after a store to a page: they need not share a TLB', () => {
    expect(placesOf('S1 L1 L1 S1')).toEqual([0, 1]);
  });

  it('tells sets apart by the lowest bits of the page: what another set does is nothing to this one', () => {
    expect(placesOf('I1 I2 I1 I3 I1', 2)).toEqual([0, 1, 3, 4]);
    expect(placesOf('L1 S2 L1 S2 L4 S2', 2)).toEqual([0, 1, 4, 5]);
    expect(placesOf('L1 S1 L2 S1 L1 S3 L1', 2)).toEqual([0, 1, 2, 5, 6]);
  });

  it('counts by type and block what it leaves out, and a block begins with each event', () => {
    const { records, kept, folded, keys } = compacted('I1 I1 L2 L2 L2 | I1 S3 S3 | | S3');
    expect([...records]).toEqual([0, 5, 8, 9]);
    expect([...kept]).toEqual([0, 2, 4, 5]);
    expect([...folded]).toEqual([1, 2, 0, 0, 0, 1, 0, 0, 0]);
    expect([...keys]).toEqual([4, 9, 4, 14, 14]);
  });

  it('begins a block after 4,096 records at the latest', () => {
    const { records, places } = compact(new Int32Array(10_000).fill(4 + LOAD), 9000, [], 1);
    expect([...records]).toEqual([0, 4096, 8192, 9000]);
    expect([...places]).toEqual([0, 4096, 8192]);
  });
});

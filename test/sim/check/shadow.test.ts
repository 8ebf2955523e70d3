import { describe, expect, it } from 'vitest';
import { ShadowMemory, UNKNOWN } from '../../../src/sim/check/shadow.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';

const map = (more: object = {}): TraceEvent => ({
  kind: 'mmap',
  pid: 1,
  vpn: 100,
  pages: 10,
  prot: 'rw',
  shared: false,
  backing: { kind: 'anon' },
  ...more,
});
const fork: TraceEvent = { kind: 'fork', pid: 1, child: 2 };
const advise = (advice: string): TraceEvent => ({ kind: 'madvise', pid: 1, vpn: 100, pages: 10, advice });

function memory(...events: TraceEvent[]): ShadowMemory {
  const shadow = new ShadowMemory();
  for (const event of events) shadow.apply(event, false);
  return shadow;
}

describe('what a program must see', () => {
  it('fork copies private pages: neither side sees what the other stores later', () => {
    const shadow = memory(map());
    shadow.stored(1, 101).value = 7;
    shadow.apply(fork, false);
    shadow.stored(1, 101).value = 8;
    shadow.stored(2, 102).value = 9;
    expect([shadow.loaded(1, 101).value, shadow.loaded(2, 101).value, shadow.loaded(1, 102).value]).toEqual([
      8, 7, 0,
    ]);
  });

  it('shared anonymous memory is the same on both sides of a fork', () => {
    const shadow = memory(map({ shared: true }), fork);
    shadow.stored(2, 103).value = 5;
    expect(shadow.loaded(1, 103).value).toBe(5);
  });

  it('a private mapping of a file shows the file until it is stored to', () => {
    const file = { backing: { kind: 'file', file: 1, pageOffset: 3 } };
    const shadow = memory(map(file), map({ ...file, vpn: 200, shared: true }));
    shadow.stored(1, 200).value = 4;
    expect(shadow.loaded(1, 100).value).toBe(4);
    shadow.stored(1, 100).value = 6;
    shadow.stored(1, 200).value = 5;
    expect([shadow.loaded(1, 100).value, shadow.loaded(1, 200).value]).toEqual([6, 5]);
    shadow.apply(advise('dontneed'), false);
    expect(shadow.loaded(1, 100).value).toBe(5);
  });

  it('MADV_DONTNEED zeroes private memory, and MADV_FREE leaves it unknown until the next store', () => {
    const shadow = memory(map());
    shadow.stored(1, 100).value = 3;
    shadow.apply(advise('free'), false);
    expect(shadow.loaded(1, 100).value).toBe(UNKNOWN);
    shadow.stored(1, 100).value = 4;
    expect(shadow.loaded(1, 100).value).toBe(4);
    shadow.apply(advise('dontneed'), false);
    expect(shadow.loaded(1, 100).value).toBe(0);
  });

  it('a child has zeros where memory is WIPEONFORK', () => {
    const shadow = memory(map());
    shadow.stored(1, 100).value = 3;
    shadow.apply(advise('wipeonfork'), false);
    shadow.apply(fork, false);
    expect([shadow.loaded(1, 100).value, shadow.loaded(2, 100).value]).toEqual([3, 0]);
  });

  it('mremap takes the contents along, of shared memory too, and leaves nothing behind', () => {
    const move: TraceEvent = { kind: 'mremap', pid: 1, vpn: 104, pages: 4, newVpn: 300, newPages: 6 };
    for (const shared of [false, true]) {
      const shadow = memory(map({ shared }));
      shadow.stored(1, 105).value = 2;
      shadow.apply(move, false);
      expect([shadow.loaded(1, 301).value, shadow.loaded(1, 105).value]).toEqual([2, 0]);
    }
  });

  it('threads share their memory, exec begins anew, and a heap that shrank comes back as zeros', () => {
    const shadow = memory(map(), { ...fork, vm: 'share' });
    shadow.stored(2, 100).value = 1;
    expect(shadow.loaded(1, 100).value).toBe(1);
    shadow.apply({ kind: 'exec', pid: 2, name: 'x' }, false);
    expect([shadow.loaded(1, 100).value, shadow.loaded(2, 100).value]).toEqual([1, 0]);
    for (const endVpn of [500, 510]) shadow.apply({ kind: 'brk', pid: 1, endVpn }, false);
    shadow.stored(1, 505).value = 9;
    for (const endVpn of [503, 510]) shadow.apply({ kind: 'brk', pid: 1, endVpn }, false);
    expect(shadow.loaded(1, 505).value).toBe(0);
  });

  it('a munmap that was refused leaves what is there unknown', () => {
    const shadow = memory(map());
    shadow.stored(1, 100).value = 1;
    shadow.apply({ kind: 'munmap', pid: 1, vpn: 100, pages: 1 }, true);
    expect(shadow.loaded(1, 100).value).toBe(UNKNOWN);
  });
});

import { describe, expect, it } from 'vitest';
import { procText } from '../../src/report/smaps.ts';
import { procView } from '../../src/sim/proc.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';

const A = 0x557fc4a8d;

function machine(): ScenarioMachine {
  const on = new ScenarioMachine();
  on.kernel.createProcess(1, 0, 'head');
  return on;
}

describe('smaps text', () => {
  it('has the fields, order and widths of the kernel (a mapping of two clean file pages)', () => {
    const on = machine();
    const file = on.kernel.createFile('/usr/bin/head', 'ext4', 8192);
    on.kernel.fillFile(file, () => 0);
    on.kernel.mmap(1, { vpn: A, pages: 2, prot: 'r', shared: false, file: { file, page: 0 } });
    on.access(1, A, 0, false);
    // As Linux 6.18 printed it for such a mapping; only the inode is the model's own.
    expect(procText(procView(on.kernel, 1), 'smaps')).toBe(
      [
        '557fc4a8d000-557fc4a8f000 r--p 00000000 fe:00 1                          /usr/bin/head',
        'Size:                  8 kB',
        'KernelPageSize:        4 kB',
        'MMUPageSize:           4 kB',
        'Rss:                   8 kB',
        'Pss:                   8 kB',
        'Pss_Dirty:             0 kB',
        'Shared_Clean:          0 kB',
        'Shared_Dirty:          0 kB',
        'Private_Clean:         8 kB',
        'Private_Dirty:         0 kB',
        'Referenced:            8 kB',
        'Anonymous:             0 kB',
        'KSM:                   0 kB',
        'LazyFree:              0 kB',
        'AnonHugePages:         0 kB',
        'ShmemPmdMapped:        0 kB',
        'FilePmdMapped:         0 kB',
        'Shared_Hugetlb:        0 kB',
        'Private_Hugetlb:       0 kB',
        'Swap:                  0 kB',
        'SwapPss:               0 kB',
        'Locked:                0 kB',
        'THPeligible:           0',
        'ProtectionKey:         0',
        'VmFlags: rd mr mw me ',
        '',
      ].join('\n'),
    );
  });

  it('shares Pss among those who map a page: 4 kB by three is 1 kB each, rounded down', () => {
    const on = machine();
    on.kernel.mmap(1, { vpn: A, pages: 1, prot: 'rw', shared: false });
    on.access(1, A, 0, true);
    on.kernel.fork(1, 2);
    on.kernel.fork(1, 3);
    const text = procText(procView(on.kernel, 3), 'smaps');
    expect(text).toMatch(/^Rss: {19}4 kB$/m);
    expect(text).toMatch(/^Pss: {19}1 kB$/m);
    expect(text).toMatch(/^Shared_Dirty: {10}4 kB$/m);
  });
});

describe('pagemap text', () => {
  it('has bit 63 for present, 61 for files and shared memory, 56 for mapped once; the frame below', () => {
    const on = machine();
    on.kernel.mmap(1, { vpn: A, pages: 3, prot: 'rw', shared: false });
    const written = on.access(1, A, 0, true) as number;
    const zero = on.access(1, A + 1, 0, false) as number;
    on.kernel.mmap(1, { vpn: A + 10, pages: 1, prot: 'rw', shared: true });
    const shared = on.access(1, A + 10, 0, true) as number;
    on.kernel.fork(1, 2);
    const words = procText(procView(on.kernel, 1), 'pagemap')
      .trimEnd()
      .split('\n')
      .map((line) => BigInt(`0x${line.split(' ')[1]}`));
    expect(words).toEqual([
      (1n << 63n) | BigInt(written), // mapped by the child too: no bit 56
      (1n << 63n) | BigInt(zero),
      0n,
      (1n << 63n) | (1n << 61n) | (1n << 56n) | BigInt(shared), // fork did not copy it
    ]);
  });
});

describe('status text', () => {
  it('counts resident pages by kind, tables and locked memory in kB', () => {
    const on = machine();
    on.kernel.mmap(1, { vpn: A, pages: 8, prot: 'rw', shared: false, locked: true });
    on.kernel.mmap(1, { vpn: A + 100, pages: 4, prot: 'rw', shared: true, populate: true });
    const text = procText(procView(on.kernel, 1), 'status');
    expect(text).toContain('Name:\thead\n');
    expect(text).toContain('VmSize:\t      48 kB\n');
    expect(text).toContain('VmLck:\t      32 kB\n');
    expect(text).toContain('VmRSS:\t      48 kB\n');
    expect(text).toContain('RssAnon:\t      32 kB\n');
    expect(text).toContain('RssShmem:\t      16 kB\n');
    // One table of each of the three levels below the root.
    expect(text).toContain('VmPTE:\t      12 kB\n');
  });
});

import type { LinuxKernel } from '../../src/kernel/linux.ts';

/** Bits of x86-64 entries (SDM vol. 3, 5.5.4) and of src/kernel/vma/flags.ts by value. */
const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const GLOBAL = 256;
const NX = 0x80000000;
const READ = 1;
const WRITE = 2;
const EXEC = 4;

/**
 * What entries allow against what their VMAs do: an entry maps a page of a VMA; where the VMA allows nothing the entry
 * is hidden (global bit in place of the present bit); where it allows something, programs may reach it, may execute it
 * if the VMA lets them, and may not write it unless the VMA lets them. Returns what is not so, in words.
 */
export function wrongRights(kernel: LinuxKernel): string[] {
  const k = kernel.state;
  const wrong: string[] = [];
  for (const { zombie, mm } of k.processes.values()) {
    if (zombie) continue;
    const areas = [...mm.vmas];
    const check = (vpn: number, lo: number, hi: number): void => {
      const area = areas.find(({ start, end }) => vpn >= start && vpn < end);
      const say = (what: string): void => void wrong.push(`space ${mm.id}, page ${vpn}: ${what}`);
      if (!area) {
        say('an entry without a VMA');
        return;
      }
      const allows = area.flags & (READ | WRITE | EXEC);
      if ((lo & (PRESENT | GLOBAL)) === 0) return;
      if ((lo & PRESENT) === 0) {
        if (allows !== 0) say('hidden in a VMA that allows accesses');
        return;
      }
      if (allows === 0) say('present in a VMA that allows nothing');
      if ((lo & USER) === 0) say('not for programs');
      if ((lo & WRITABLE) !== 0 && (allows & WRITE) === 0) say('writable in a VMA that is not');
      if (((hi & NX) === 0) !== ((allows & EXEC) !== 0)) say('executable or not, other than the VMA');
    };
    const walk = (table: number, level: number, base: number): void => {
      for (let index = 0; index < 512; index++) {
        const lo = k.memory.read(table, index * 2);
        const hi = k.memory.read(table, index * 2 + 1);
        if (lo === 0 && hi === 0) continue;
        const vpn = base + index * 512 ** (level - 1);
        const pointer = level > 1 && (lo & PRESENT) !== 0 && (lo & 128) === 0;
        if (pointer) walk((hi & 0xfffff) * 0x100000 + (lo >>> 12), level - 1, vpn);
        else check(vpn, lo, hi);
      }
    };
    walk(mm.root, 4, 0);
  }
  return wrong;
}

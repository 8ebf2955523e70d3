import type { Outcome } from './translate-x86.ts';

/**
 * Sv32, Sv39, Sv48 and Sv57 translation, written a second time from the RISC-V privileged manual ("Virtual Address
 * Translation Process", steps 1 to 9, with Svnapot, Svpbmt, Svade/Svadu, Svrsw60t59b), slowly and with whole words:
 * what the walker is compared with.
 */
export interface RiscvCase {
  mode: 'sv32' | 'sv39' | 'sv48' | 'sv57';
  root: bigint;
  va: bigint;
  access: 'r' | 'w' | 'x';
  user: boolean;
  sum: boolean;
  mxr: boolean;
  adue: boolean;
  svnapot: boolean;
  svpbmt: boolean;
  svrsw60t59b: boolean;
  /** Where there is memory, as first and last byte. */
  memoryRanges: readonly (readonly [first: bigint, last: bigint])[];
}

const SHAPES = {
  sv32: { levels: 2, indexBits: 10, pteBytes: 4n, ppnHigh: 31 },
  sv39: { levels: 3, indexBits: 9, pteBytes: 8n, ppnHigh: 53 },
  sv48: { levels: 4, indexBits: 9, pteBytes: 8n, ppnHigh: 53 },
  sv57: { levels: 5, indexBits: 9, pteBytes: 8n, ppnHigh: 53 },
};

const field = (word: bigint, high: number, low: number): bigint =>
  (word >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);

export function translateRiscv(memory: Map<bigint, bigint>, c: RiscvCase): Outcome {
  const { levels, indexBits, pteBytes, ppnHigh } = SHAPES[c.mode];
  const which = { x: 0, r: 1, w: 2 }[c.access];
  const cause = (code: number): Outcome => ({ vector: code, code });
  const pageFault = cause([12, 13, 15][which]!);
  const accessFault = cause([1, 5, 7][which]!);

  const width = 12 + levels * indexBits;
  if (c.mode !== 'sv32') {
    const sign = field(c.va, 63, width - 1);
    if (sign !== 0n && sign !== (1n << BigInt(65 - width)) - 1n) return pageFault;
  }

  let a = c.root; // step 1
  for (let i = levels - 1; ; i--) {
    // Step 2
    const low = 12 + i * indexBits;
    const address = a + field(c.va, low + indexBits - 1, low) * pteBytes;
    const inMemory = c.memoryRanges.some(
      ([first, last]) => address >= first && address + pteBytes - 1n <= last,
    );
    if (!inMemory) return accessFault;
    const pte = memory.get(address) ?? 0n;

    // Step 3
    const [V, R, W, X, U, , A, D] = Array.from({ length: 8 }, (_, n) => field(pte, n, n) === 1n);
    const ppn = field(pte, ppnHigh, 10);
    const N = field(pte, 63, 63) === 1n;
    const pbmt = Number(field(pte, 62, 61));
    if (!V || (!R && W)) return pageFault;
    if (field(pte, c.svrsw60t59b ? 58 : 60, 54) !== 0n) return pageFault;
    if (N && !c.svnapot) return pageFault;
    if ((pbmt !== 0 && !c.svpbmt) || pbmt === 3) return pageFault;

    // Step 4
    if (!R && !X) {
      if (D || A || U || N || pbmt !== 0) return pageFault;
      if (i === 0) return pageFault;
      a = ppn << 12n;
      continue;
    }
    if (N && (i !== 0 || ppn % 16n !== 8n)) return pageFault;

    // Step 5
    const pagesBelow = 1n << BigInt(i * indexBits);
    if (ppn % pagesBelow !== 0n) return pageFault;

    // Step 6
    if (c.user && !U) return pageFault;
    if (!c.user && U && (c.access === 'x' || !c.sum)) return pageFault;

    // Step 7
    const allowed = { x: X, r: R || (c.mxr && X), w: W }[c.access];
    if (!allowed) return pageFault;

    // Step 8
    if (!A || (c.access === 'w' && !D)) {
      if (!c.adue) return pageFault;
      memory.set(address, pte | 0x40n | (c.access === 'w' ? 0x80n : 0n));
    }

    // Step 9
    const span = N ? 16n : pagesBelow;
    const vpn = c.va >> 12n;
    return { pa: ((ppn - (ppn % span) + (vpn % span)) << 12n) + (c.va & 0xfffn) };
  }
}

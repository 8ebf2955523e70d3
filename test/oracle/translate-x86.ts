/**
 * x86-64 4-level and 5-level translation, written a second time from the SDM (vol. 3A, "Paging"), slowly and with
 * whole 64-bit words: what the walker is compared with. Memory is a map from the address of an entry to the entry.
 */
export interface X86Case {
  levels: 4 | 5;
  root: bigint;
  va: bigint;
  access: 'r' | 'w' | 'x';
  user: boolean;
  maxphyaddr: number;
  nxe: boolean;
  wp: boolean;
  smep: boolean;
  smap: boolean;
  ac: boolean;
  pke: boolean;
  pks: boolean;
  pkru: number;
  pkrs: number;
  pdpe1gb: boolean;
}
export type Outcome = { pa: bigint } | { vector: number; code: number };

const bit = (word: bigint, n: number): boolean => ((word >> BigInt(n)) & 1n) === 1n;
const field = (word: bigint, high: number, low: number): bigint =>
  (word >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);

export function translateX86(memory: Map<bigint, bigint>, c: X86Case): Outcome {
  const width = c.levels === 5 ? 57 : 48;
  const sign = field(c.va, 63, width - 1);
  if (sign !== 0n && sign !== (1n << BigInt(65 - width)) - 1n) return { vector: 13, code: 0 };

  const store = c.access === 'w';
  const fetch = c.access === 'x';
  const cause = (store ? 2 : 0) + (c.user ? 4 : 0) + (fetch && (c.nxe || c.smep) ? 16 : 0);
  const fault = (bits: number): Outcome => ({ vector: 14, code: cause + bits });

  let table = c.root;
  let writable = true;
  let userPage = true;
  let executable = true;
  for (let level: number = c.levels; ; level--) {
    const indexLow = 12 + 9 * (level - 1);
    const address = table + 8n * field(c.va, indexLow + 8, indexLow);
    const entry = memory.get(address) ?? 0n;

    // 4.7: P first, then reserved bits.
    if (!bit(entry, 0)) return fault(0);
    const large = level > 1 && level <= 3 && bit(entry, 7) && (level !== 3 || c.pdpe1gb);
    const leaf = level === 1 || large;
    let reserved = false;
    for (let n = c.maxphyaddr; n <= 51; n++) reserved ||= bit(entry, n);
    if (bit(entry, 63) && !c.nxe) reserved = true;
    if (bit(entry, 7) && !leaf) reserved = true;
    if (large) for (let n = 13; n < indexLow; n++) reserved ||= bit(entry, n);
    if (reserved) return fault(1 + 8);

    // 4.6: the rights of all entries together.
    writable &&= bit(entry, 1);
    userPage &&= bit(entry, 2);
    executable &&= !bit(entry, 63);
    if (!leaf) {
      memory.set(address, entry | 0x20n);
      table = field(entry, 51, 12) << 12n;
      continue;
    }

    // 4.6.2: keys guard data accesses.
    const key = Number(field(entry, 62, 59));
    const keyRights = ((userPage ? c.pkru : c.pkrs) >>> (2 * key)) & 3;
    const keyOn = userPage ? c.pke : c.pks;
    const writeDisabled = keyRights >= 2 && (c.wp || (userPage && c.user));
    const keyFault = keyOn && !fetch && (keyRights % 2 === 1 || (store && writeDisabled));

    // 4.6.1, user accesses then supervisor accesses.
    let allowed: boolean;
    if (c.user) {
      allowed = userPage && (!store || writable) && (!fetch || executable);
    } else if (fetch) {
      allowed = executable && !(userPage && c.smep);
    } else {
      allowed = !(userPage && c.smap && !c.ac) && (!store || writable || !c.wp);
    }
    if (!allowed || keyFault) return fault(1 + (keyFault ? 32 : 0));

    memory.set(address, entry | 0x20n | (store ? 0x40n : 0n));
    const pageMask = (1n << BigInt(indexLow)) - 1n;
    return { pa: ((field(entry, 51, 12) << 12n) & ~pageMask) | (c.va & pageMask) };
  }
}

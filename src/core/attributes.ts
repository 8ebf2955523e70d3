/**
 * What a translation allows, in words that no page-table format owns. A walker folds the PTEs of one walk into
 * this, a TLB entry carries it, and the kernel says with it what a PTE shall hold.
 *
 *   31      23 22   18 17 16 15  12 11  8 7 6 5 4 3 2 1 0
 *   +---------+-------+-----+------+-----+-+-+-+-+-+-+-+-+
 *   |    0    | shift | mt  | 0    | key |S|D|A|G|U|X|W|R|
 *   +---------+-------+-----+------+-----+-+-+-+-+-+-+-+-+
 */
export const ATTR_READ = 1 << 0;
export const ATTR_WRITE = 1 << 1;
export const ATTR_EXEC = 1 << 2;
export const ATTR_USER = 1 << 3;
export const ATTR_GLOBAL = 1 << 4;
export const ATTR_ACCESSED = 1 << 5;
export const ATTR_DIRTY = 1 << 6;
/** Executable above user level, where a format has a bit for it (Arm PXN); X is then execution at user level. */
export const ATTR_SUPERVISOR_EXEC = 1 << 7;

/** Protection key of the leaf (x86 PKU/PKS), 0..15. */
export const ATTR_KEY_SHIFT = 8;
export const ATTR_KEY_MASK = 0xf << ATTR_KEY_SHIFT;
/** Memory type of the leaf as its format numbers it (Svpbmt: 0 PMA, 1 NC, 2 IO), 0..3. */
export const ATTR_MEMTYPE_SHIFT = 16;
/** log2 of the 4 KiB pages the leaf spans: 0 (4K), 4 (Svnapot 64K), 9 (2M), 10 (Sv32 4M), 18 (1G), 27 (512G), 36. */
export const ATTR_SIZE_SHIFT = 18;

/** log2 of the pages that a translation with these attributes spans. */
export function sizeShiftOf(attributes: number): number {
  return (attributes >>> ATTR_SIZE_SHIFT) & 0x3f;
}

const SIZE_NAMES = new Map([
  [0, '4K'],
  [4, '64K'],
  [9, '2M'],
  [10, '4M'],
  [18, '1G'],
  [27, '512G'],
  [36, '256T'],
]);

/** `4K`, `2M`, ... for a size shift. */
export function sizeName(shift: number): string {
  return SIZE_NAMES.get(shift) ?? `2^${shift + 12}B`;
}

/** The size shift of a name such as `2M`; -1 for no such size. */
export function sizeShiftNamed(name: string): number {
  for (const [shift, known] of SIZE_NAMES) if (known === name) return shift;
  return -1;
}

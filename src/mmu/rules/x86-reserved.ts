import type { PagingMode } from '../mode/mode.ts';
import { X86_PS } from '../mode/x86-format.ts';
import { bitRange } from './bits.ts';
import type { X86Controls } from './controls.ts';

/** Bits of the 32-bit mode's 4 MiB leaf that hold the physical address from bit 32 on (PSE-36), up to bit 39. */
const PSE36_LOW = 13;
const PSE36_WIDTH = 40;

/**
 * Bits that must be 0 in a present entry of a level, as a leaf or as a pointer (SDM vol. 3A, formats of the
 * paging-structure entries of 32-bit, PAE, 4-level and 5-level paging; 4.5.4 for MAXPHYADDR and XD).
 * @param span log2 of the 4 KiB pages that an entry of the level spans
 */
export function reservedBits(
  mode: PagingMode,
  controls: X86Controls,
  level: number,
  isLeaf: boolean,
  span: number,
): bigint {
  const { maxphyaddr, nxe } = controls;
  if (mode.pteBytes === 4) {
    // Bit 21, and below it what MAXPHYADDR leaves unused of the eight high address bits.
    const used = Math.min(PSE36_WIDTH, maxphyaddr) - 32;
    return isLeaf && level === 2 ? bitRange(21, PSE36_LOW + used) : 0n;
  }
  const isPae = mode.vaBits === 32;
  if (isPae && level === 3) return bitRange(63, maxphyaddr) | bitRange(8, 5) | bitRange(2, 1);

  const address = bitRange(isPae ? 62 : 51, maxphyaddr);
  const xd = nxe ? 0n : bitRange(63, 63);
  // A large page starts at a multiple of its size, but for bit 12, which is its PAT bit.
  if (isLeaf) return address | xd | bitRange(11 + span, 13);
  // PS = 1 where it makes no leaf.
  return address | xd | BigInt(X86_PS);
}

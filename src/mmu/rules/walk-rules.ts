import type { AccessType, Privilege } from '../../core/access.ts';
import type { PagingMode } from '../mode/mode.ts';
import type { Refusal, Verdict } from './refusal.ts';

/**
 * What a family's manual says of entries and rights, compiled for one mode and one set of control bits. The walker's
 * loop asks; everything that differs between architectures is answered here. Immutable, no side effects. PTEs are
 * passed as two signed words; attributes are those of core/attributes.ts.
 */
export interface WalkRules {
  readonly mode: PagingMode;
  /** What a walk starts with, before any entry has taken something away. */
  readonly rootAttributes: number;

  /** A present, well-formed pointer, such a leaf, or the first thing wrong with the entry. */
  examine(lo: number, hi: number, level: number): Verdict;
  /** `attributes` so far, with a pointer folded in. */
  foldTable(attributes: number, lo: number, hi: number, level: number): number;
  /** A pointer's low word once it has been followed: x86 sets A. */
  touchedTable(lo: number, level: number): number;
  /** `attributes` so far, with the leaf folded in: the translation's own, size included. */
  foldLeaf(attributes: number, lo: number, hi: number, level: number): number;
  /** Whether the translation allows the access: null or the first reason why not. */
  check(attributes: number, access: AccessType, privilege: Privilege): Refusal | null;
  /** What a TLB entry with these attributes allows without looking further: bit privilege * 3 + access. */
  allowedMask(attributes: number): number;
  /** The leaf's low word as the access leaves it: accessed, and dirty after a store. */
  touched(lo: number, access: AccessType): number;
  /** The refusal of an address that the mode has no translation for. */
  readonly nonCanonical: Refusal;
  /**
   * The exception vector (or cause) and code of a refusal. `level` is where the walk ended; without it a TLB entry
   * refused, whose attributes tell its size.
   */
  exception(
    refusal: Refusal,
    attributes: number,
    access: AccessType,
    privilege: Privilege,
    level?: number,
  ): { readonly vector: number; readonly code: number };
}

import type { Vpn } from '../../core/addr.ts';
import { type AnonVmaRegistry, anonVmaClone, unlinkAnonVmas } from './anon-vma.ts';
import { VM_ACCESS } from './flags.ts';
import type { VmaTree } from './tree.ts';
import type { AddressSpace, AnonVma, CachedFile } from './vma.ts';
import { Vma } from './vma.ts';

/** A range that wants to become one VMA with its neighbours (struct vma_merge_struct). */
interface Proposal {
  readonly start: Vpn;
  readonly end: Vpn;
  readonly flags: number;
  readonly pgoff: number;
  readonly file: CachedFile | undefined;
  readonly anonVma: AnonVma | undefined;
  /** The VMA that has `anonVma`: the one being changed, or the one that mremap copies from. */
  readonly owner: Vma | undefined;
}

/** Splitting and merging of VMAs after mm/vma.c of Linux 6.18. */
export class VmaEditor {
  private readonly tree: VmaTree;
  private readonly registry: AnonVmaRegistry;
  private readonly beforeBoundary: (vma: Vma, vpn: Vpn) => void;

  /** @param beforeBoundary told before a VMA boundary comes to lie at `vpn` inside `vma` (vma_adjust_trans_huge) */
  constructor(tree: VmaTree, registry: AnonVmaRegistry, beforeBoundary: (vma: Vma, vpn: Vpn) => void) {
    this.tree = tree;
    this.registry = registry;
    this.beforeBoundary = beforeBoundary;
  }

  /** split_vma: cuts a VMA in two at `at`; both keep its anon_vma. Returns the lower and the upper half. */
  split(vma: Vma, at: Vpn): [Vma, Vma] {
    this.beforeBoundary(vma, at);
    const upper = new Vma(vma.mm, at, vma.end, vma.flags, vma.indexOf(at), vma.file);
    upper.anonVma = vma.anonVma;
    anonVmaClone(upper, vma);
    vma.end = at;
    this.tree.insert(upper);
    upper.file?.addMapping(upper);
    return [vma, upper];
  }

  /**
   * vma_modify: gives [start, end) of a VMA other flags, merging with the neighbours or splitting as needed. Returns
   * the VMA that then covers the range; the caller sets what else the flags imply.
   */
  modifyFlags(vma: Vma, start: Vpn, end: Vpn, flags: number): Vma {
    const merged = this.mergeExisting(vma, start, end, flags);
    if (merged) return merged;
    let target = vma;
    if (target.start < start) target = this.split(target, start)[1];
    if (target.end > end) target = this.split(target, end)[0];
    target.flags = flags;
    return target;
  }

  /** vma_merge_new_range: a new mapping joins a neighbour. Undefined when a VMA of its own is needed. */
  mergeNew(
    start: Vpn,
    end: Vpn,
    flags: number,
    pgoff: number,
    file: CachedFile | undefined,
    copiedFrom?: Vma,
  ): Vma | undefined {
    const owner = copiedFrom?.anonVma ? copiedFrom : undefined;
    const proposal: Proposal = { start, end, flags, pgoff, file, anonVma: owner?.anonVma, owner };
    const previous = this.tree.previous(start);
    const next = this.tree.findAbove(end);
    const left = previous?.end === start && this.mergesAfter(proposal, previous);
    const right = next?.start === end && this.mergesBefore(proposal, next, left ? previous : undefined);
    if (left) {
      const bothEnd = right ? next.end : end;
      this.duplicate(previous, owner);
      if (right) {
        this.duplicate(previous, next);
        this.remove(next);
      }
      previous.end = bothEnd;
      return previous;
    }
    if (right) {
      this.duplicate(next, owner);
      this.resizeStart(next, start);
      return next;
    }
    return undefined;
  }

  /** A VMA of its own for a new mapping. */
  insertNew(
    mm: AddressSpace,
    start: Vpn,
    end: Vpn,
    flags: number,
    pgoff: number,
    file: CachedFile | undefined,
  ): Vma {
    const vma = new Vma(mm, start, end, flags, pgoff, file);
    this.tree.insert(vma);
    file?.addMapping(vma);
    return vma;
  }

  /** Takes a VMA out of the tree, its file's mappings and its anon_vmas. Its pages must be gone or another's. */
  remove(vma: Vma): void {
    this.tree.remove(vma);
    vma.file?.removeMapping(vma);
    unlinkAnonVmas(this.registry, vma);
  }

  /** vma_merge_existing_range; undefined when nothing merges. */
  private mergeExisting(vma: Vma, start: Vpn, end: Vpn, flags: number): Vma | undefined {
    const leftSide = start === vma.start;
    const rightSide = end === vma.end;
    if (!leftSide && !rightSide) return undefined;
    const previous = leftSide ? this.tree.previous(vma.start) : undefined;
    const next = rightSide ? this.tree.after(vma) : undefined;
    const proposal: Proposal = {
      start,
      end,
      flags,
      pgoff: vma.indexOf(start),
      file: vma.file,
      anonVma: vma.anonVma,
      owner: vma,
    };
    const left = previous?.end === start && this.mergesAfter(proposal, previous);
    const right = next?.start === end && this.mergesBefore(proposal, next, left ? previous : undefined);
    if (left && right) {
      this.duplicate(previous, next.anonVma ? next : vma);
      const newEnd = next.end;
      this.remove(vma);
      this.remove(next);
      previous.end = newEnd;
      return previous;
    }
    if (left) {
      this.duplicate(previous, vma);
      if (rightSide) this.remove(vma);
      else {
        this.beforeBoundary(vma, end);
        this.resizeStart(vma, end);
      }
      previous.end = end;
      return previous;
    }
    if (right) {
      this.duplicate(next, vma);
      if (leftSide) this.remove(vma);
      else {
        this.beforeBoundary(vma, start);
        vma.end = start;
      }
      this.resizeStart(next, start);
      return next;
    }
    return undefined;
  }

  private resizeStart(vma: Vma, start: Vpn): void {
    vma.pgoff = vma.indexOf(start);
    vma.start = start;
  }

  private mergesAfter(proposal: Proposal, previous: Vma): boolean {
    return (
      sameKind(proposal, previous) &&
      anonVmasMerge(proposal, previous) &&
      previous.indexOf(previous.end) === proposal.pgoff
    );
  }

  private mergesBefore(proposal: Proposal, next: Vma, previous: Vma | undefined): boolean {
    if (
      !sameKind(proposal, next) ||
      !anonVmasMerge(proposal, next) ||
      next.pgoff !== proposal.pgoff + (proposal.end - proposal.start)
    )
      return false;
    // Each fits the middle; that does not say that they fit each other.
    return !previous?.anonVma || !next.anonVma || previous.anonVma === next.anonVma;
  }

  /** dup_anon_vma: the grown VMA covers pages of `src` now and must be on their lists. */
  private duplicate(dst: Vma, src: Vma | undefined): void {
    if (!src?.anonVma || dst.anonVma) return;
    dst.anonVma = src.anonVma;
    anonVmaClone(dst, src);
  }
}

/** is_mergeable_vma. */
function sameKind(proposal: Proposal, vma: Vma): boolean {
  return vma.flags === proposal.flags && vma.file === proposal.file;
}

/**
 * is_mergeable_anon_vma: the same list, or only one side has one and that side is no fork child (whose VMA is on
 * several lists and must not drag others onto them).
 */
function anonVmasMerge(proposal: Proposal, target: Vma): boolean {
  if (!target.anonVma && proposal.anonVma) return !isForkChild(proposal.owner);
  if (target.anonVma && !proposal.anonVma) return !isForkChild(target);
  return target.anonVma === proposal.anonVma;
}

function isForkChild(vma: Vma | undefined): boolean {
  return vma?.anonVma !== undefined && vma.anonVmaChain.length !== 1;
}

/**
 * find_mergeable_anon_vma: a neighbour's anon_vma that this VMA may share, so that a later mprotect can merge the two
 * (anon_vma_compatible: access flags may differ).
 */
export function findMergeableAnonVma(tree: VmaTree, vma: Vma): AnonVma | undefined {
  const next = tree.after(vma);
  if (next?.start === vma.end && anonVmaCompatible(vma, next) && isReusable(next)) return next.anonVma;
  const previous = tree.previous(vma.start);
  if (previous?.end === vma.start && anonVmaCompatible(previous, vma) && isReusable(previous))
    return previous.anonVma;
  return undefined;
}

function anonVmaCompatible(lower: Vma, upper: Vma): boolean {
  return (
    lower.file === upper.file &&
    ((lower.flags ^ upper.flags) & ~VM_ACCESS) === 0 &&
    upper.pgoff === lower.indexOf(lower.end)
  );
}

/** reusable_anon_vma asks for a VMA that is on one list only. */
function isReusable(vma: Vma): boolean {
  return vma.anonVma !== undefined && vma.anonVmaChain.length === 1;
}

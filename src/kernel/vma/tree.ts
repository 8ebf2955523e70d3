import type { Vpn } from '../../core/addr.ts';
import type { Vma } from './vma.ts';

/** The VMAs of one address space, sorted and disjoint: what Linux keeps in a maple tree. */
export class VmaTree {
  private readonly vmas: Vma[] = [];

  get count(): number {
    return this.vmas.length;
  }

  [Symbol.iterator](): Iterator<Vma> {
    return this.vmas[Symbol.iterator]();
  }

  /** find_vma: the first VMA that ends above `vpn`, containing it or not. */
  findAbove(vpn: Vpn): Vma | undefined {
    return this.vmas[this.indexAbove(vpn)];
  }

  /** The VMA that contains `vpn`. */
  find(vpn: Vpn): Vma | undefined {
    const vma = this.findAbove(vpn);
    return vma && vma.start <= vpn ? vma : undefined;
  }

  /** The VMAs that overlap [start, end), as a list of its own: the tree may be changed while it is walked. */
  overlapping(start: Vpn, end: Vpn): Vma[] {
    const found: Vma[] = [];
    for (let i = this.indexAbove(start); i < this.vmas.length; i++) {
      const vma = this.vmas[i]!;
      if (vma.start >= end) break;
      found.push(vma);
    }
    return found;
  }

  /** The VMA below `vpn`: the last that ends at or below it. */
  previous(vpn: Vpn): Vma | undefined {
    return this.vmas[this.indexAbove(vpn) - 1];
  }

  /** The VMA after one that is in the tree. */
  after(vma: Vma): Vma | undefined {
    return this.findAbove(vma.end);
  }

  insert(vma: Vma): void {
    this.vmas.splice(this.indexAbove(vma.start), 0, vma);
  }

  remove(vma: Vma): void {
    const index = this.indexAbove(vma.start);
    if (this.vmas[index] !== vma) throw new Error('a VMA that is not in the tree was to be removed');
    this.vmas.splice(index, 1);
  }

  private indexAbove(vpn: Vpn): number {
    let low = 0;
    let high = this.vmas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.vmas[middle]!.end > vpn) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

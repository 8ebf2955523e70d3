import { AnonVma, type Vma } from './vma.ts';

/** All anon_vmas by number, as frames name them. */
export class AnonVmaRegistry {
  private readonly byId = new Map<number, AnonVma>();
  private next = 1;
  /** Told when a VMA has got an anon_vma of its own, and before it leaves all lists. */
  onPrepare: ((vma: Vma) => void) | undefined = undefined;
  onUnlink: ((vma: Vma) => void) | undefined = undefined;

  get(id: number): AnonVma | undefined {
    return this.byId.get(id);
  }

  create(parent: AnonVma | undefined): AnonVma {
    const created = new AnonVma(this.next++, parent);
    this.byId.set(created.id, created);
    return created;
  }

  forget(anonVma: AnonVma): void {
    this.byId.delete(anonVma.id);
  }
}

/** anon_vma_prepare: gives a VMA its anon_vma, a mergeable neighbour's where there is one. */
export function anonVmaPrepare(
  registry: AnonVmaRegistry,
  vma: Vma,
  findMergeable: (vma: Vma) => AnonVma | undefined,
): void {
  if (vma.anonVma) return;
  let anonVma = findMergeable(vma);
  if (!anonVma) {
    anonVma = registry.create(undefined);
    anonVma.children++;
  }
  vma.anonVma = anonVma;
  chain(vma, anonVma);
  anonVma.active++;
  registry.onPrepare?.(vma);
}

/**
 * anon_vma_clone: puts `dst` on every list that `src` is on. A VMA without an anon_vma of its own (a fork
 * child's) takes over one that has no VMA left and at most one child (`num_children < 2 && num_active_vmas == 0`).
 */
export function anonVmaClone(dst: Vma, src: Vma): void {
  dst.object ??= src.object?.clone();
  for (const anonVma of src.anonVmaChain) {
    chain(dst, anonVma);
    if (!dst.anonVma && anonVma.children < 2 && anonVma.active === 0) dst.anonVma = anonVma;
  }
  if (dst.anonVma) dst.anonVma.active++;
}

/** anon_vma_fork: the child's VMA joins the parent's lists and gets an anon_vma of its own for its new pages. */
export function anonVmaFork(registry: AnonVmaRegistry, child: Vma, parent: Vma): void {
  if (!parent.anonVma) return;
  child.anonVma = undefined;
  anonVmaClone(child, parent);
  if (child.anonVma) return;
  const anonVma = registry.create(parent.anonVma);
  anonVma.active++;
  anonVma.parent.children++;
  child.anonVma = anonVma;
  chain(child, anonVma);
}

/** unlink_anon_vmas: the VMA leaves all lists; lists that nobody needs any more are forgotten. */
export function unlinkAnonVmas(registry: AnonVmaRegistry, vma: Vma): void {
  registry.onUnlink?.(vma);
  const left = vma.anonVmaChain;
  vma.anonVmaChain = [];
  if (vma.anonVma) vma.anonVma.active--;
  vma.anonVma = undefined;
  const empty: AnonVma[] = [];
  for (const anonVma of left) {
    anonVma.vmas.delete(vma);
    if (anonVma.vmas.size === 0) {
      anonVma.parent.children--;
      empty.push(anonVma);
    }
  }
  for (const anonVma of empty) registry.forget(anonVma);
}

function chain(vma: Vma, anonVma: AnonVma): void {
  vma.anonVmaChain.push(anonVma);
  anonVma.vmas.add(vma);
}

/**
 * A path as people read and write it: `tlb.dtlb.2M.ways` for the array that holds 2 MiB pages, `caches.L1D.bytes`.
 *
 * @param root a machine, or the plain values of a machine file
 * @param path its keys, list positions as decimal strings
 */
export function shownPath(root: unknown, path: readonly string[]): string {
  const shown: string[] = [];
  let value: unknown = root;
  for (const key of path) {
    const inList = Array.isArray(value);
    value = (value as Record<string, unknown> | null | undefined)?.[key];
    const label = inList ? labelOf(value) : undefined;
    if (label !== undefined && shown.at(-1) === 'arrays') shown.pop();
    shown.push(label ?? key);
  }
  return shown.join('.');
}

/** Caches go by their name, TLB arrays by the first size they hold. */
function labelOf(item: unknown): string | undefined {
  const { name, sizes } = (item ?? {}) as { name?: unknown; sizes?: readonly unknown[] };
  return typeof name === 'string' ? name : typeof sizes?.[0] === 'string' ? sizes[0] : undefined;
}

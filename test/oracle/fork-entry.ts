/** What there may be in a private mapping's table, and what fork makes of it, said once more and slowly. */
export interface SlowEntry {
  readonly kind: 'empty' | 'swap' | 'prot-none' | 'file' | 'anonymous' | 'anonymous-large';
  readonly pfn: number;
  readonly written: boolean;
  readonly young: boolean;
}

export interface SlowPage {
  references: number;
  mappings: number;
  exclusive: boolean;
}

/** Entries that a loop over ordinary pages passes: those of single anonymous pages, and empty ones among them. */
export function ordinaryPrefix(entries: readonly SlowEntry[]): readonly SlowEntry[] {
  const other = entries.findIndex(({ kind }) => kind !== 'empty' && kind !== 'anonymous');
  return other < 0 ? entries : entries.slice(0, other);
}

/** copy_present_pte of each: one more reference and mapping, and nobody's own any longer. */
export function shareEach(passed: readonly SlowEntry[], pages: ReadonlyMap<number, SlowPage>): void {
  for (const { kind, pfn } of passed) {
    if (kind === 'empty') continue;
    const page = pages.get(pfn)!;
    page.references += 1;
    page.mappings += 1;
    page.exclusive = false;
  }
}

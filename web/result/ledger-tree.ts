/** A part of the ledger: all lines that begin with the same words. */
export interface LedgerPart {
  /** The last word of its name: `walk` of `walk`, `L1` of `walk.L1`. */
  readonly word: string;
  readonly name: string;
  readonly cycles: number;
  /** Largest first; empty for a line of the ledger. */
  readonly parts: readonly LedgerPart[];
}

/** The ledger's lines by the words of their names; a word that stands alone is joined with the one below it. */
export function ledgerTree(ledger: Readonly<Record<string, number>>): LedgerPart {
  const lines = Object.entries(ledger).filter(([, cycles]) => cycles > 0);
  return { ...partOf('', '', lines), word: 'all cycles' };
}

function partOf(word: string, prefix: string, lines: readonly (readonly [string, number])[]): LedgerPart {
  const cycles = lines.reduce((sum, [, count]) => sum + count, 0);
  if (lines.length === 1) {
    const [name] = lines[0]!;
    return { word: word + name.slice(prefix.length), name, cycles, parts: [] };
  }
  const groups = new Map<string, (readonly [string, number])[]>();
  const skipped = prefix === '' ? 0 : prefix.length + 1;
  for (const line of lines) {
    const next = line[0].slice(skipped).split('.')[0]!;
    const group = groups.get(next);
    if (group) group.push(line);
    else groups.set(next, [line]);
  }
  const parts = [...groups]
    .map(([next, group]) => partOf(next, prefix === '' ? next : `${prefix}.${next}`, group))
    .sort((a, b) => b.cycles - a.cycles);
  return { word, name: prefix, cycles, parts };
}

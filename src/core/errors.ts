/**
 * Something the user gave is wrong: a flag, a file, a machine. The message says what, `place` where (file and line
 * or byte), `remedy` what to do. The command line prints all three and exits with 2; a stack is never shown.
 */
export class InputError extends Error {
  readonly place: string | undefined;
  readonly remedy: string | undefined;

  constructor(message: string, where: { place?: string; remedy?: string } = {}) {
    super(message);
    this.name = 'InputError';
    this.place = where.place;
    this.remedy = where.remedy;
  }
}

/** The candidate closest to `word` by edit distance, when one is close enough to be a likely slip. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance; may stop early and return `cap` when the distance is at least that. */
function editDistance(a: string, b: string, cap: number): number {
  if (Math.abs(a.length - b.length) >= cap) return cap;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}

type Compound = Record<string | number, unknown>;

/**
 * `now`, with every part of it that equals the same part of `before` replaced by that part: what has not changed keeps
 * its identity, so that one comparison tells what must be drawn again. `now` is plain data just made, and is changed.
 */
export function keep<T>(before: unknown, now: T): T {
  if (!isCompound(before) || !isCompound(now)) return now;
  const isList = Array.isArray(now);
  if (isList !== Array.isArray(before)) return now;
  const same = isList ? keepItems(before as unknown as unknown[], now) : keepFields(before, now);
  return same ? (before as T) : now;
}

/** Whether all are the same as before. */
function keepItems(before: readonly unknown[], now: unknown[]): boolean {
  let same = before.length === now.length;
  for (let i = 0; i < now.length; i++) {
    if (now[i] === before[i]) continue;
    now[i] = keep(before[i], now[i]);
    if (now[i] !== before[i]) same = false;
  }
  return same;
}

/** Likewise. Views have the same fields at all times. */
function keepFields(before: Compound, now: Compound): boolean {
  let same = true;
  for (const key in now) {
    const part = now[key];
    if (part === before[key]) continue;
    const kept = keep(before[key], part);
    if (kept !== part) now[key] = kept;
    if (kept !== before[key]) same = false;
  }
  return same;
}

function isCompound(value: unknown): value is Compound {
  return typeof value === 'object' && value !== null;
}

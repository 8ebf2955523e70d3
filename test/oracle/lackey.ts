/** A lackey log read the slow, obvious way: split into lines, one regular expression, BigInt. */

/** One TLB lookup: the page of one access or of one half of a modify. */
export interface OracleRecord {
  readonly type: 'fetch' | 'load' | 'store';
  readonly address: bigint;
  readonly size: number;
  readonly continues: boolean;
  readonly modifies: boolean;
}

export function decodeLackey(text: string): OracleRecord[] {
  const records: OracleRecord[] = [];
  for (const line of text.split('\n')) {
    const access = /^(I | L| S| M) ([0-9a-f]+),(\d+)$/.exec(line);
    if (!access) continue;
    const address = BigInt(`0x${access[2]}`);
    const size = Number(access[3]);
    const letter = access[1]!.trim();
    if (letter === 'I') records.push(...pieces('fetch', address, size, false));
    if (letter === 'L' || letter === 'M') records.push(...pieces('load', address, size, false));
    if (letter === 'S' || letter === 'M') records.push(...pieces('store', address, size, letter === 'M'));
  }
  return records;
}

/** The part of an access in each page it touches. */
function pieces(
  type: OracleRecord['type'],
  address: bigint,
  size: number,
  modifies: boolean,
): OracleRecord[] {
  const found: OracleRecord[] = [];
  let at = address;
  const end = address + BigInt(size);
  while (at < end) {
    const pageEnd = (at / 4096n + 1n) * 4096n;
    const stop = pageEnd < end ? pageEnd : end;
    found.push({ type, address: at, size: Number(stop - at), continues: at !== address, modifies });
    at = stop;
  }
  return found;
}

/** The value of each ASCII hex digit, 0xff for every other byte: the OR of several is above 15 when one is bad. */
export const HEX_VALUE: Uint8Array = new Uint8Array(256).fill(0xff);
for (let digit = 0; digit < 10; digit++) HEX_VALUE[0x30 + digit] = digit;
for (let letter = 0; letter < 6; letter++) {
  HEX_VALUE[0x61 + letter] = 10 + letter;
  HEX_VALUE[0x41 + letter] = 10 + letter;
}

/** The two 32-bit halves (unsigned) of a hex number of 1..16 significant digits; null when it has more than 64 bits. */
export function parseHex64(digits: string): { high: number; low: number } | null {
  const significant = digits.replace(/^0+(?=.)/, '');
  if (significant.length > 16) return null;
  const split = Math.max(0, significant.length - 8);
  return {
    high: split === 0 ? 0 : Number.parseInt(significant.slice(0, split), 16),
    low: Number.parseInt(significant.slice(split), 16),
  };
}

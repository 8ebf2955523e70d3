import type { Random } from './random.ts';

/** Numbers where programs that count break. */
const NUMBERS = [
  '0',
  '-1',
  '1',
  '15',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '18446744073709551615',
  '18446744073709551616',
  '1e308',
  '1e999',
  '0.5',
  '-0',
  'NaN',
  '0x',
  '0xffffffffffffffff',
  '0x1_0',
  '9'.repeat(400),
] as const;

/** Words and signs that mean something to one reader or another. */
const SIGNS = [
  '\n',
  '\r\n',
  '\0',
  '\t',
  ',',
  ':',
  '{',
  '[',
  '"',
  '&a ',
  '*a',
  '<<: *a',
  '!!js/function',
  '---',
  '../..',
  '__proto__',
  'constructor',
  '%s',
  '\ufeff',
  '\u2028',
  '\ud800',
  '==1== ',
  'null',
  'true',
] as const;

type Step = (input: Buffer, random: Random, others: readonly Uint8Array[]) => Buffer;

function cut(input: Buffer, from: number, to: number, between: Uint8Array | string): Buffer {
  return Buffer.concat([input.subarray(0, from), Buffer.from(between), input.subarray(to)]);
}

/** A stretch [from, to) of the input, mostly short. */
function stretch(input: Buffer, random: Random): [number, number] {
  const from = random.int(input.length + 1);
  const longest = random.chance(4) ? input.length : 16;
  return [from, Math.min(input.length, from + random.int(longest + 1))];
}

/** One of the numbers or words in a text, or an empty stretch. */
function token(input: Buffer, random: Random, pattern: RegExp): [number, number] {
  const text = input.toString('latin1', 0, 20_000);
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return [0, 0];
  const match = random.pick(found);
  return [match.index, match.index + match[0].length];
}

const STEPS: readonly Step[] = [
  function flipBit(input, random) {
    const output = Buffer.from(input);
    if (output.length > 0) output[random.int(output.length)]! ^= 1 << random.int(8);
    return output;
  },
  function otherByte(input, random) {
    const output = Buffer.from(input);
    if (output.length > 0) output[random.int(output.length)] = random.int(256);
    return output;
  },
  function truncate(input, random) {
    return input.subarray(0, random.int(input.length + 1));
  },
  function remove(input, random) {
    const [from, to] = stretch(input, random);
    return cut(input, from, to, '');
  },
  function repeat(input, random) {
    const [from, to] = stretch(input, random);
    const times = random.chance(20) ? 2000 : 1 + random.int(4);
    const piece = input.subarray(from, Math.min(to, from + 64));
    return cut(input, from, from, Buffer.concat(Array.from({ length: times }, () => piece)));
  },
  function insertSign(input, random) {
    const at = random.int(input.length + 1);
    return cut(input, at, at, random.pick(SIGNS));
  },
  function longRun(input, random) {
    const at = random.int(input.length + 1);
    return cut(
      input,
      at,
      at,
      random.pick(['[', '{', 'a', ' ', '-', '\n', '0']).repeat(1 + random.int(20_000)),
    );
  },
  function absurdNumber(input, random) {
    const [from, to] = token(input, random, /-?\b(0x[0-9a-f]+|\d+(\.\d+)?)\b/gi);
    return cut(input, from, to, random.pick(NUMBERS));
  },
  function nearNumber(input, random) {
    const [from, to] = token(input, random, /\b\d{1,9}\b/g);
    const value = Number(input.toString('latin1', from, to)) + random.pick([-1, 1, 7, -64, 4096]);
    return cut(input, from, to, String(value));
  },
  function otherWord(input, random, others) {
    const [from, to] = token(input, random, /[\w.=-]+/g);
    const other = Buffer.from(random.pick(others));
    const [start, end] = token(other, random, /[\w.=-]+/g);
    return cut(input, from, to, other.subarray(start, end));
  },
  function otherLine(input, random, others) {
    const [from, to] = token(input, random, /[^\n]*\n/g);
    const other = Buffer.from(random.pick(others));
    const [start, end] = token(other, random, /[^\n]*\n/g);
    return cut(input, from, random.chance(2) ? to : from, other.subarray(start, end));
  },
  function splice(input, random, others) {
    const other = random.pick(others);
    return Buffer.concat([
      input.subarray(0, random.int(input.length + 1)),
      other.subarray(random.int(other.length + 1)),
    ]);
  },
];

/** No mutated input gets longer. */
const MAX_BYTES = 1 << 20;

/** One of the seeds with one to a few things wrong with it. */
export function mutate(seeds: readonly Uint8Array[], random: Random): Buffer {
  let input: Buffer = Buffer.from(random.pick(seeds));
  const steps = 1 + random.int(random.chance(4) ? 12 : 3);
  for (let i = 0; i < steps; i++) input = random.pick(STEPS)(input, random, seeds);
  return input.subarray(0, MAX_BYTES);
}

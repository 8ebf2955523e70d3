import { z } from 'zod';
import { InputError } from '../core/errors.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';
import { quoteLine } from '../trace/format/text.ts';
import { modeOfFormat } from './conform-formats.ts';

/**
 * Walker vectors: one JSON object a line (docs/vectors.md). This file knows their form; conform.ts runs them.
 */
const hex = (bits: number) =>
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{1,16}$/, 'expected a hexadecimal number such as "0x1f000"')
    .transform((text) => BigInt(text))
    .refine((value) => value < 1n << BigInt(bits), `expected at most ${bits} bits`);

const address = hex(56);
const word = hex(64);
const flag = z.union([z.literal(0), z.literal(1), z.boolean()]).transform((value) => Number(value) === 1);
const register = z.union([
  hex(32).transform(Number),
  z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
]);
const words = z.record(z.string(), word).transform((entries, context) => {
  const map = new Map<bigint, bigint>();
  for (const [key, value] of Object.entries(entries)) {
    const at = address.safeParse(key);
    if (at.success) map.set(at.data, value);
    else context.addIssue({ code: 'custom', path: [key], message: at.error.issues[0]!.message });
  }
  return map;
});

/** Control bits by their short names; what is absent is 0, but `pse` and `pdpe1gb`, which are 1. */
const controls = z.object({
  wp: flag.optional(),
  nxe: flag.optional(),
  smep: flag.optional(),
  smap: flag.optional(),
  ac: flag.optional(),
  pge: flag.optional(),
  pse: flag.optional(),
  pdpe1gb: flag.optional(),
  pke: flag.optional(),
  pks: flag.optional(),
  pkru: register.optional(),
  pkrs: register.optional(),
  sum: flag.optional(),
  mxr: flag.optional(),
  adue: flag.optional(),
  pbmte: flag.optional(),
  svnapot: flag.optional(),
  svrsw60t59b: flag.optional(),
  ha: flag.optional(),
  hd: flag.optional(),
  pan: flag.optional(),
  ips: z.number().int().min(32).max(48).optional(),
});
export type VectorControls = z.output<typeof controls>;

const expectation = z.union(
  [
    z.object({ pa: address }),
    z.object({
      fault: z
        .object({
          code: z.number().int().optional(),
          vector: z.number().int().optional(),
          ec: z.number().int().optional(),
        })
        .transform(({ code, vector, ec }) => ({ code, vector: vector ?? ec }))
        .refine(({ code, vector }) => code !== undefined || vector !== undefined),
    }),
  ],
  'expected {"pa": "0x..."} or {"fault": {"code": N}}',
);
export type Expectation = z.output<typeof expectation>;

const asid = z.number().int().min(0).max(65535);
const request = {
  root: address,
  va: word,
  access: z.enum(['r', 'w', 'x']),
  user: flag,
  expect: expectation,
};

const step = z.discriminatedUnion('op', [
  z.object({ op: z.literal('access'), asid: asid.default(0), ...request, ...controls.shape }),
  z.object({ op: z.literal('write'), pa: address, word }),
  z.object({
    op: z.literal('sfence'),
    va: word.nullable().default(null),
    asid: asid.nullable().default(null),
  }),
]);
export type VectorStep = z.output<typeof step>;

const common = {
  fmt: z.string(),
  maxphyaddr: z.number().int().min(32).max(52).optional(),
  pmem: z.array(z.object({ base: hex(64), size: hex(64) })).optional(),
  mem: words,
  ctl: controls.extend({ asid: asid.optional() }).default({}),
};

const single = z
  .object({
    ...common,
    ...request,
    twice: flag.default(false),
    after: words.default(new Map()),
    ignore: words.default(new Map()),
  })
  .transform(({ fmt, maxphyaddr, pmem, mem, ctl, twice, after, ignore, ...access }) => {
    const steps: VectorStep[] = [{ op: 'access', asid: ctl.asid ?? 0, ...access }];
    return { fmt, maxphyaddr, pmem, mem, ctl, twice, steps, final: new Map([...mem, ...after]), ignore };
  });

const sequence = z
  .object({
    ...common,
    kind: z.literal('seq'),
    steps: z.array(step),
    final: words,
    ignore: words.default(new Map()),
  })
  .transform(({ mem, final, ...rest }) => ({
    ...rest,
    mem,
    twice: false,
    final: new Map([...mem, ...final]),
  }));

/** What decides how the rest of a line is read. */
const header = z.object({ fmt: z.string(), kind: z.string().optional() });

/** A vector of either kind, as steps: a single translation is a sequence of one access. */
export type Vector = (z.output<typeof single> | z.output<typeof sequence>) & { readonly mode: PagingMode };

/**
 * One line as a vector; the name of its format when we have no such mode.
 * @param place file and line, for messages
 * @throws InputError saying what was expected
 */
export function parseVector(line: string, place: string): Vector | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw badVector(`expected a JSON object, found ${quoteLine(line)}`, place);
  }
  const named = header.safeParse(json);
  if (!named.success) throw badVector(describe(named.error), place);
  const { fmt, kind } = named.data;
  const mode = modeOfFormat(fmt);
  if (mode === undefined) return fmt;
  const parsed = kind === undefined ? single.safeParse(json) : sequence.safeParse(json);
  if (!parsed.success) throw badVector(describe(parsed.error), place);
  const vector = { ...parsed.data, mode };
  for (const problem of misfits(vector)) throw badVector(problem, place);
  return vector;
}

/** What the mode has no room for: unaligned tables and entries, words and addresses that are too wide. */
function* misfits({ mode, mem, final, steps, maxphyaddr }: Vector): Iterable<string> {
  const entryBytes = BigInt(mode.pteBytes);
  const entries = [
    ...mem,
    ...final,
    ...steps.flatMap((step) => (step.op === 'write' ? [[step.pa, step.word]] : [])),
  ];
  for (const [at, word] of entries as [bigint, bigint][]) {
    if (at % entryBytes !== 0n)
      yield `an entry at 0x${at.toString(16)}: expected a multiple of ${entryBytes}`;
    if (word >> (entryBytes * 8n))
      yield `the word 0x${word.toString(16)}: expected at most ${entryBytes} bytes`;
  }
  for (const step of steps) {
    if (step.op !== 'access') continue;
    const align = mode.name === 'pae' ? 32n : 4096n;
    if (step.root % align !== 0n) yield `'root' 0x${step.root.toString(16)}: expected a multiple of ${align}`;
    if (!mode.canonical && step.va >> BigInt(mode.vaBits)) yield `'va': expected at most ${mode.vaBits} bits`;
  }
  if (mode.family === 'x86' && maxphyaddr === undefined) yield "'maxphyaddr': expected a number, 32 to 52";
}

function describe(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return path.length === 0 ? lowerFirst(message) : `'${path.join('.')}': ${lowerFirst(message)}`;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function badVector(message: string, place: string): InputError {
  return new InputError(message, { place, remedy: 'docs/vectors.md describes the format' });
}

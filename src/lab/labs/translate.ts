import { type AccessType, LOAD, STORE, USER } from '../../core/access.ts';
import { formatAddress, type Vpn } from '../../core/addr.ts';
import { ATTR_ACCESSED, ATTR_EXEC, ATTR_READ, ATTR_USER, ATTR_WRITE } from '../../core/attributes.ts';
import type { Rng } from '../../core/rng.ts';
import { X86_64 } from '../../mmu/mode/x86-64.ts';
import { PEEK } from '../../mmu/walker.ts';
import { boxed } from '../../report/box.ts';
import { between, distinct, pick, shuffled } from '../draw.ts';
import type { Answers, PaperLab } from '../lab.ts';
import { ExerciseTables, hex, indexAt, physicalAddress, teachingMode } from '../paging.ts';
import { page, wrap } from '../text.ts';

interface Access {
  readonly vpn: Vpn;
  readonly offset: number;
  readonly access: AccessType;
}

export interface TranslateVariant {
  readonly tables: ExerciseTables;
  readonly accesses: readonly Access[];
  /** Which of {@link accesses} goes through a superpage. */
  readonly superpage: number;
}

const USER_RO = ATTR_READ | ATTR_EXEC | ATTR_USER | ATTR_ACCESSED;
const USER_RW = USER_RO | ATTR_WRITE;
const KERNEL_RW = USER_RW & ~ATTR_USER;

/** Geometries from the easiest (every hex digit an index) to the real thing. */
const MODES = [
  teachingMode([4, 4], [1, 2]),
  teachingMode([4, 4, 4], [1, 2]),
  teachingMode([6, 5], [1, 2]),
  teachingMode([5, 3, 6], [1, 2]),
  teachingMode([10, 10], [1, 2]),
  X86_64,
];

/** Five accesses by user code: a page, a superpage, a page that is not there, a read-only and a kernel page. */
export const TRANSLATE: PaperLab<TranslateVariant> = {
  kind: 'paper',
  id: 'translate',
  title: 'Translate by hand',
  minutes: 30,
  about: 'split addresses, follow page tables of any geometry, name the fault code',
  generate,
  statement,
  questions: ({ tables: { mode }, accesses }) => [
    {
      id: 'q0',
      prompt: `The indices of access 1 into the tables of level ${mode.levels} down to 1, then its page offset.`,
      points: 2,
      form: { form: 'list', of: { form: 'number', hex: true }, length: mode.levels + 1 },
    },
    ...accesses.map((_access, i) => ({
      id: `q${i + 1}`,
      prompt: `Access ${i + 1}: the physical address, or the page fault's error code.`,
      points: 2,
      form: { form: 'translation' } as const,
    })),
  ],
  key: (variant) => ({ q0: split(variant), ...answersOf(variant, (one) => translation(variant, one)) }),
  working: (variant) =>
    variant.accesses.map((one, i) => `access ${i + 1}: ${explain(variant, one)}`).join('\n'),
  mistakes: [
    {
      id: 'rights-ignored',
      why: 'There is a frame for this page, but the access is not allowed: look at R/W and U/S of the entries.',
      keeps: 0.25,
      answers: (variant) => answersOf(variant, (one) => physical(variant, one)),
    },
    {
      id: 'code-without-p',
      why: 'The right exception with a wrong code: bit 0 (P) says that the page was there and the rights were not.',
      keeps: 0.75,
      answers: (variant, key) =>
        answersOf(variant, (_one, i) => {
          const code = /^fault (\d+)$/.exec(String(key[`q${i + 1}`]))?.[1];
          return code !== undefined && Number(code) & 1 ? `fault ${Number(code) & ~1}` : undefined;
        }),
    },
    {
      id: 'superpage-as-page',
      why: 'The entry that ends this walk has PS = 1: all address bits below its level are the offset.',
      keeps: 0.5,
      answers: (variant) => {
        const one = variant.accesses[variant.superpage]!;
        const first = peek(variant, { ...one, vpn: superpageStart(variant, one.vpn) });
        return { [`q${variant.superpage + 1}`]: physicalAddress(first.pfn, one.offset) };
      },
    },
    {
      id: 'offset-forgotten',
      why: 'This is where the page starts: the offset of the address comes behind it.',
      keeps: 0.5,
      answers: (variant, key) =>
        answersOf(variant, (_one, i) => {
          const right = String(key[`q${i + 1}`]);
          return right.startsWith('0x') ? hex(BigInt(right) & ~0xfffn) : undefined;
        }),
    },
  ],
};

function generate(rng: Rng): TranslateVariant {
  const mode = pick(rng, MODES);
  const frames = distinct(rng, 24, 0x10, 0xef);
  const tables = new ExerciseTables(mode, frames);
  const { levels } = mode;
  const bits = mode.indexBits.slice(0, levels - 1).reduce((sum, one) => sum + one, 0);
  // All pages below two root entries, so that the tables stay few.
  const roots = distinct(rng, 2, 1, 2 ** mode.indexBits[levels - 1]! / (mode.canonical ? 2 : 1) - 1);
  const draw = () => pick(rng, roots) * 2 ** bits + nearby(rng, mode.indexBits, levels);
  const span = 2 ** mode.indexBits[0]!;
  const big = pick(rng, roots) * 2 ** bits + (2 ** bits - span);

  const taken = new Set<Vpn>();
  const fresh = (): Vpn => {
    let vpn = draw();
    while (taken.has(vpn) || Math.floor(vpn / span) === Math.floor(big / span)) vpn = draw();
    taken.add(vpn);
    return vpn;
  };
  const frame = () => between(rng, 0x100, 0xeff);
  const plain = fresh();
  const readOnly = fresh();
  const kernel = fresh();
  tables.map(plain, frame(), USER_RW);
  tables.map(readOnly, frame(), USER_RO);
  tables.map(kernel, frame(), KERNEL_RW);
  for (let i = 0; i < 3; i++) tables.map(fresh(), frame(), pick(rng, [USER_RW, USER_RO]));
  tables.map(big, pick(rng, superpageFrames(span)), USER_RW, 2);
  const within = big + between(rng, 1, span - 1);

  const offset = () => between(rng, 1, 0xfff);
  const list = shuffled<Access>(rng, [
    { vpn: plain, offset: offset(), access: pick(rng, [LOAD, STORE]) },
    { vpn: within, offset: offset(), access: LOAD },
    { vpn: fresh(), offset: offset(), access: pick(rng, [LOAD, STORE]) },
    { vpn: readOnly, offset: offset(), access: STORE },
    { vpn: kernel, offset: offset(), access: pick(rng, [LOAD, STORE]) },
  ]);
  return { tables, accesses: list, superpage: list.findIndex(({ vpn }) => vpn === within) };
}

/** Aligned frames for a superpage. Bit 21 of such an entry of 4 bytes is reserved, so it stays 0. */
function superpageFrames(span: number): number[] {
  const frames = Array.from({ length: 11 }, (_, i) => (i + 4) * span);
  return frames.filter((frame) => (frame & 0x200) === 0);
}

/** A page number below the root's index: small indices, few tables. */
function nearby(rng: Rng, indexBits: readonly number[], levels: number): number {
  let vpn = 0;
  for (let level = levels - 1; level >= 1; level--) {
    const size = 2 ** indexBits[level - 1]!;
    vpn = vpn * size + (level === 1 ? rng.below(size) : between(rng, size / 2 - 1, size / 2));
  }
  return vpn;
}

function statement({ tables, accesses }: TranslateVariant): string {
  const { mode } = tables;
  const digits = mode.pteBytes * 2;
  const entries = tables
    .entries()
    .map(({ table, index, value }) => [hex(table), hex(index), hex(value, digits)]);
  const list = accesses.map(({ vpn, offset, access }, i) => [
    String(i + 1),
    access === STORE ? 'store' : 'load',
    formatAddress(vpn, offset),
  ]);
  const shares = [...mode.indexBits].reverse().map((bits, i) => `${bits} bits for level ${mode.levels - i}`);
  const extra = digits === 16 ? ', XD 63 (unused)' : '';
  return page(
    wrap(`A machine with ${mode.vaBits}-bit virtual addresses. From the top: ${shares.join(', ')};
      the last 12 are the page offset. An entry has ${mode.pteBytes} bytes, so entry i of a table is at
      table * 4096 + i * ${mode.pteBytes}:`),
    `    frame ${digits === 16 ? '51:12' : '31:12'}, PS 7 (in level 2: a superpage), D 6, A 5, U/S 2, R/W 1, P 0${extra}`,
    wrap(`An access by user code needs P = 1 and U/S = 1 in every entry of its walk, a store also R/W = 1.
      A page fault's error code adds up: 1 the page is there and its rights refuse (P); 2 it was a store (W);
      4 it was user code (U).`),
    `The root table (level ${mode.levels}) is in frame ${hex(tables.root)}. Entries not shown are 0.`,
    boxed([['table', 'entry', 'value'], ...entries], ['right', 'right', 'right']),
    'User code makes these accesses:',
    boxed([['access', 'does', 'virtual address'], ...list], ['right', 'left', 'right']),
  );
}

function split({ tables: { mode }, accesses }: TranslateVariant): string[] {
  const { vpn, offset } = accesses[0]!;
  const indices = [];
  for (let level = mode.levels; level >= 1; level--) indices.push(hex(indexAt(mode, vpn, level)));
  return [...indices, hex(offset)];
}

function peek({ tables }: TranslateVariant, { vpn, offset, access }: Access) {
  return tables.walker.walk(vpn, offset, access, USER, PEEK);
}

function translation(variant: TranslateVariant, one: Access): string {
  const { fault, pfn } = peek(variant, one);
  return fault === null ? physicalAddress(pfn, one.offset) : `fault ${fault.code}`;
}

/** Where the page is, whatever may be done to it; undefined where there is none. */
function physical({ tables }: TranslateVariant, { vpn, offset }: Access): string | undefined {
  const { fault, pfn } = tables.walker.walk(vpn, offset, LOAD, 1, PEEK);
  return fault === null ? physicalAddress(pfn, offset) : undefined;
}

function superpageStart({ tables: { mode } }: TranslateVariant, vpn: Vpn): Vpn {
  const span = 2 ** mode.indexBits[0]!;
  return Math.floor(vpn / span) * span;
}

function explain(variant: TranslateVariant, one: Access): string {
  const { walker, mode } = variant.tables;
  const steps: string[] = [];
  for (let more = walker.begin(one.vpn, one.offset, one.access, USER, PEEK); more; ) {
    more = walker.step();
    const { level, table, index } = walker.result;
    const at = (index * 4) / mode.pteBytes;
    steps.push(`L${level} ${hex(table)}[${hex(at)}] = ${hex(variant.tables.entry(table, at))}`);
  }
  const { fault } = walker.result;
  return `${steps.join(', ')}: ${fault === null ? translation(variant, one) : `${fault.reason}, ${translation(variant, one)}`}`;
}

/** One answer an access; those that are undefined are left out. */
function answersOf(
  variant: TranslateVariant,
  answer: (one: Access, index: number) => string | undefined,
): Answers {
  const entries = variant.accesses.flatMap((one, i) => {
    const text = answer(one, i);
    return text === undefined ? [] : [[`q${i + 1}`, text] as const];
  });
  return Object.fromEntries(entries);
}

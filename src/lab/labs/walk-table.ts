import { type AccessType, LOAD, STORE, USER } from '../../core/access.ts';
import { formatAddress, type Vpn } from '../../core/addr.ts';
import { ATTR_EXEC, ATTR_READ, ATTR_USER, ATTR_WRITE } from '../../core/attributes.ts';
import type { Rng } from '../../core/rng.ts';
import type { PagingMode } from '../../mmu/mode/mode.ts';
import { SV39 } from '../../mmu/mode/sv39.ts';
import { SV48 } from '../../mmu/mode/sv48.ts';
import { X86_64 } from '../../mmu/mode/x86-64.ts';
import { FUNCTIONAL } from '../../mmu/walker.ts';
import { boxed } from '../../report/box.ts';
import { between, distinct, pick } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { ExerciseTables, hex, physicalAddress } from '../paging.ts';
import { page, wrap } from '../text.ts';

interface Access {
  readonly vpn: Vpn;
  readonly offset: number;
  readonly access: AccessType;
}

export interface WalkTableVariant {
  readonly mode: PagingMode;
  /** The tables as they are before the first access: a walk writes into them, so everybody takes fresh ones. */
  readonly tables: () => ExerciseTables;
  readonly accesses: readonly [load: Access, store: Access, neighbour: Access];
}

/** One entry as a walk found it and left it. */
interface Row {
  readonly level: number;
  readonly address: string;
  readonly before: bigint;
  readonly after: bigint;
}

const CLEAN = ATTR_READ | ATTR_WRITE | ATTR_EXEC | ATTR_USER;

/** A load, a store to the same page, and an access to a page that shares some of the walk: what is read, what written. */
export const WALK_TABLE: PaperLab<WalkTableVariant> = {
  kind: 'paper',
  id: 'walk-table',
  title: 'Fill in a walk',
  minutes: 30,
  about: 'which entries a walk reads, at which physical address, and where it sets A and D',
  generate,
  statement,
  questions: ({ mode: { levels } }) => [
    {
      id: 'q1',
      prompt: 'Access 1: the physical addresses of the entries that the walk reads, from the root down.',
      points: 3,
      form: { form: 'list', of: { form: 'number', hex: true }, length: levels },
    },
    {
      id: 'q2',
      prompt: 'Access 1: what these entries hold after the walk, in the same order.',
      points: 3,
      form: { form: 'list', of: { form: 'number', hex: true }, length: levels },
    },
    {
      id: 'q3',
      prompt: 'Access 2: the levels of the entries that its walk changes ([] if none).',
      points: 1,
      form: { form: 'list', of: { form: 'number' }, length: 1, set: true },
    },
    {
      id: 'q4',
      prompt: 'Access 2: what the entry of level 1 holds after the walk.',
      points: 1,
      form: { form: 'number', hex: true },
    },
    {
      id: 'q5',
      prompt: 'Access 3: the levels of the entries that its walk changes ([] if none).',
      points: 2,
      form: { form: 'list', of: { form: 'number' }, length: 1, set: true },
    },
    { id: 'q6', prompt: 'Access 3: its physical address.', points: 2, form: { form: 'translation' } },
  ],
  key: (variant) => {
    const tables = variant.tables();
    const [load, store, neighbour] = variant.accesses.map((one) => walk(tables, one));
    return {
      q1: load!.map(({ address }) => address),
      q2: load!.map(({ after }) => hex(after)),
      q3: changed(store!),
      q4: hex(store!.at(-1)!.after),
      q5: changed(neighbour!),
      q6: physicalAddress(tables.walker.result.pfn, variant.accesses[2].offset),
    };
  },
  working,
  mistakes: [
    {
      id: 'index-not-scaled',
      why: 'An entry has 8 bytes: entry i of a table is 8 * i bytes behind its start.',
      keeps: 0.5,
      answers: (variant) => ({
        q1: walk(variant.tables(), variant.accesses[0]).map(({ address }) => {
          const start = BigInt(address) & ~0xfffn;
          return hex(start + (BigInt(address) - start) / 8n);
        }),
      }),
    },
    {
      id: 'accessed-in-wrong-entries',
      why: 'Look again at which entries get A here: x86 sets it in every entry that a walk uses, RISC-V in the leaf alone.',
      keeps: 0.5,
      answers: (variant) => {
        const { mode } = variant;
        const tables = variant.tables();
        const [load, , neighbour] = variant.accesses.map((one) => walk(tables, one));
        const wrong = (row: Row) => {
          if (row.level === 1) return row.after;
          return mode.family === 'x86' ? row.before : row.before | BigInt(mode.format.accessed);
        };
        const shared = new Set(load!.map(({ address }) => address));
        const levels = neighbour!
          .filter(({ level, address }) => level === 1 || (mode.family === 'riscv' && !shared.has(address)))
          .map(({ level }) => String(level));
        return { q2: load!.map((row) => hex(wrong(row))), q5: levels };
      },
    },
    {
      id: 'dirty-by-load',
      why: 'D says that a page was written to: a load leaves it as it is.',
      keeps: 0.5,
      answers: (variant, key) => {
        const values = [...key.q2!];
        values[values.length - 1] = hex(BigInt(values.at(-1)!) | BigInt(variant.mode.format.dirty));
        return { q2: values, q3: [] };
      },
    },
  ],
};

function generate(rng: Rng): WalkTableVariant {
  const mode = pick(rng, [X86_64, SV39, SV48]);
  const { levels } = mode;
  const frames = distinct(rng, 2 * levels, 0x10, 0xef);
  const [first, second] = distinct(rng, 2, 0x100, 0xeff);
  const indices = Array.from({ length: levels }, (_, i) => between(rng, 1, i === levels - 1 ? 0xff : 0x1ff));
  // The second page leaves the first one's path at this level.
  const fork = between(rng, 1, levels - 1);
  const others = indices.map((index, i) => (i < fork ? (index + between(rng, 1, 0x1fe)) % 0x200 : index));
  const vpnOf = (path: readonly number[]) => path.reduceRight((vpn, index) => vpn * 0x200 + index, 0);
  const vpn = vpnOf(indices);
  const neighbour = vpnOf(others);
  const tables = () => {
    const fresh = new ExerciseTables(mode, frames);
    fresh.map(vpn, first!, CLEAN);
    fresh.map(neighbour, second!, CLEAN);
    fresh.clearAccessedInPointers();
    return fresh;
  };
  const offset = () => between(rng, 0, 0xfff);
  return {
    mode,
    tables,
    accesses: [
      { vpn, offset: offset(), access: LOAD },
      { vpn, offset: offset(), access: STORE },
      { vpn: neighbour, offset: offset(), access: pick(rng, [LOAD, STORE]) },
    ],
  };
}

function statement({ mode, tables, accesses }: WalkTableVariant): string {
  const fresh = tables();
  const x86 = mode.family === 'x86';
  const entries = fresh.entries().map(({ table, index, value }) => [hex(table), hex(index), hex(value, 16)]);
  const list = accesses.map(({ vpn, offset, access }, i) => [
    String(i + 1),
    access === STORE ? 'store' : 'load',
    formatAddress(vpn, offset),
  ]);
  const bits = x86
    ? '    frame 51:12, D 6, A 5, U/S 2, R/W 1, P 0'
    : '    frame 53:10, D 7, A 6, G 5, U 4, X 3, W 2, R 1, V 0; R = W = X = 0 points to the next table';
  return page(
    wrap(`${x86 ? 'x86-64' : `RISC-V ${mode.name[0]!.toUpperCase()}${mode.name.slice(1)}`}, ${mode.levels} levels of
      9 index bits, 4 KiB pages, 8-byte entries:`),
    bits,
    wrap(`The hardware sets A and D itself${x86 ? '' : ' (Svadu)'}. Nothing is cached: no TLB, no paging-structure
      cache, every access walks from the root, which is in frame ${hex(fresh.root)}. Before the first access the tables hold
      (everything else is 0):`),
    boxed([['table', 'entry', 'value'], ...entries], ['right', 'right', 'right']),
    'User code makes three accesses, one after the other:',
    boxed([['access', 'does', 'virtual address'], ...list], ['right', 'left', 'right']),
  );
}

function walk(tables: ExerciseTables, { vpn, offset, access }: Access): Row[] {
  const { walker } = tables;
  const rows: Row[] = [];
  for (let more = walker.begin(vpn, offset, access, USER, FUNCTIONAL); more; ) {
    more = walker.step();
    const { level, table, index, lo, hi } = walker.result;
    const before = (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));
    const after = tables.entry(table, index / 2);
    rows.push({ level, address: physicalAddress(table, index * 4), before, after });
  }
  return rows;
}

function changed(rows: readonly Row[]): string[] {
  return rows.filter(({ before, after }) => before !== after).map(({ level }) => String(level));
}

function working(variant: WalkTableVariant): string {
  const tables = variant.tables();
  const rows = variant.accesses.flatMap((one, i) =>
    walk(tables, one).map(({ level, address, before, after }) => [
      String(i + 1),
      `L${level}`,
      address,
      hex(before),
      before === after ? '' : hex(after),
    ]),
  );
  return boxed(
    [['access', 'level', 'entry at', 'holds', 'becomes'], ...rows],
    ['right', 'left', 'right', 'right', 'right'],
  );
}

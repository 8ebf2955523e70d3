import type { Pfn, Vpn } from '../../core/addr.ts';
import { formatAddress } from '../../core/addr.ts';
import {
  PG_ANON,
  PG_EXCLUSIVE,
  PG_FREE,
  PG_LARGE,
  PG_SWAPCACHE,
  PG_TABLE,
  PG_ZERO,
} from '../../kernel/frame/frames.ts';
import type { Mm } from '../../kernel/mm.ts';
import { mapcountOf } from '../../kernel/rmap.ts';
import type { KernelState } from '../../kernel/state.ts';
import type { Finding } from './finding.ts';

/** Findings of one law that are reported; one is enough to stop, a few help. */
const ENOUGH = 5;

/**
 * Conservation of frames, counted anew from what exists: page tables of all processes, page caches, and nothing else.
 * - a page's mapcount is the number of page-table entries that map it;
 * - no entry maps a free frame or a page table;
 * - no writable entry maps an anonymous page that is mapped twice or that is not exclusive;
 * - no two tables are the same frame, but for those that a policy shares, whose references equal their users; every
 *   table that exists is reached; used frames are exactly those reached, or kept by a policy.
 */
export class FrameCheck {
  readonly #k: KernelState;
  readonly #findings: Finding[] = [];
  readonly #operation: string;
  /** By frame: entries that map it, a huge entry once for each of its pages. */
  readonly #mapped = new Map<Pfn, number>();
  readonly #used = new Set<Pfn>();
  /** By frame of a table that a policy shares: entries that point to it. */
  readonly #users = new Map<Pfn, number>();
  #tables = 0;

  constructor(k: KernelState, operation: string) {
    this.#k = k;
    this.#operation = operation;
  }

  /** All findings; at most a few of each law. */
  run(): Finding[] {
    const k = this.#k;
    for (const mm of liveSpaces(k)) this.#walkSpace(mm);
    for (const file of k.files.values()) for (const pfn of file.cache.values()) this.#use(pfn);
    for (const [pfn, count] of this.#mapped) {
      const kept = mapcountOf(k, pfn);
      if (kept !== count) {
        this.#report(
          'mapcounts equal the mappings that exist',
          `frame ${pfn}: mapcount ${kept}, mapped ${count} times`,
        );
      }
    }
    for (const [table, count] of this.#users) {
      const kept = k.frames.refcount[table]!;
      if (kept !== count)
        this.#report('a shared table knows its users', `table ${table}: ${kept} users, ${count} entries`);
    }
    for (const pfn of keptByPolicy(k)) this.#use(pfn);
    this.#checkLeaks();
    return this.#findings;
  }

  #walkSpace(mm: Mm): void {
    this.#walkTable(mm, mm.root, this.#k.mode.levels, 0);
    for (const table of mm.deposits) this.#useTable(table);
  }

  #walkTable(mm: Mm, table: Pfn, level: number, base: Vpn): void {
    this.#useTable(table);
    const { tables, pte } = this.#k;
    for (let index = 0; index < tables.entries[level]!; index++) {
      const vpn = base + index * tables.span[level]!;
      const ref = tables.entry(table, level, vpn);
      const lo = tables.lo(ref);
      if (lo === 0) continue;
      const below = level > 1 ? tables.tableAt(ref) : -1;
      if (below >= 0) {
        if (!this.#isSharedAgain(below)) this.#walkTable(mm, below, level - 1, vpn);
      } else if (pte.present(lo)) {
        const pages = tables.span[level]!;
        const pfn = pte.pfn(lo, tables.hi(ref));
        for (let page = 0; page < pages; page++) this.#map(mm, pfn + page, vpn + page);
        if (pte.writable(lo)) this.#checkWritable(mm, pfn, vpn, level);
      }
    }
  }

  /** A table that a policy shares is looked into once; its pages count once, as its entries do. */
  #isSharedAgain(table: Pfn): boolean {
    if (!this.#k.policyMemory.tables.has(table)) return false;
    const users = this.#users.get(table) ?? 0;
    this.#users.set(table, users + 1);
    return users > 0;
  }

  #map(mm: Mm, pfn: Pfn, vpn: Vpn): void {
    const k = this.#k;
    if (k.isZero(pfn)) return;
    this.#mapped.set(pfn, (this.#mapped.get(pfn) ?? 0) + 1);
    this.#use(pfn);
    if (k.frames.has(pfn, PG_FREE) || k.frames.refcount[this.#head(pfn)]! <= 0) {
      this.#report('no entry maps a free frame', `${place(mm, vpn)} maps frame ${pfn}`);
    }
    if (k.frames.has(pfn, PG_TABLE)) {
      this.#report('no entry maps a page table', `${place(mm, vpn)} maps frame ${pfn}`);
    }
  }

  #checkWritable(mm: Mm, pfn: Pfn, vpn: Vpn, level: number): void {
    const { frames } = this.#k;
    const law = 'no writable entry leads to a shared private page';
    if (this.#k.isZero(pfn)) {
      this.#report(law, `${place(mm, vpn)} maps the zero page writable`);
      return;
    }
    if (!frames.has(pfn, PG_ANON)) return;
    const mapcount = mapcountOf(this.#k, pfn);
    if (mapcount > 1)
      this.#report(law, `${place(mm, vpn)} maps frame ${pfn} writable, mapped ${mapcount} times`);
    else if (level === 1 && !frames.has(pfn, PG_EXCLUSIVE)) {
      this.#report(law, `${place(mm, vpn)} maps frame ${pfn} writable, which is not exclusive`);
    }
  }

  #useTable(table: Pfn): void {
    this.#tables++;
    if (this.#used.has(table)) this.#report('no frame is used twice', `frame ${table} is a table twice`);
    if (!this.#k.frames.has(table, PG_TABLE)) {
      this.#report('no frame is used twice', `frame ${table} is used as a table and is none`);
    }
    this.#use(table);
  }

  #use(pfn: Pfn): void {
    this.#used.add(pfn);
  }

  #head(pfn: Pfn): Pfn {
    return this.#k.frames.has(pfn, PG_LARGE) ? this.#k.folios.headOf(pfn) : pfn;
  }

  /** What exists and nothing refers to: tables, and frames with references that nobody was found to hold. */
  #checkLeaks(): void {
    const k = this.#k;
    const { counters, frames } = k;
    if (counters.tables !== this.#tables) {
      this.#report('no frame is leaked', `${counters.tables} page tables exist, ${this.#tables} are in use`);
    }
    const heads = new Set([...this.#used].map((pfn) => this.#head(pfn)));
    for (let pfn = 0; pfn < frames.length; pfn++) {
      if (frames.refcount[pfn]! <= 0 || frames.has(pfn, PG_ZERO | PG_SWAPCACHE) || heads.has(pfn)) continue;
      this.#report(
        'no frame is leaked',
        `frame ${pfn} has ${frames.refcount[pfn]} references that nobody holds`,
      );
    }
  }

  #report(law: string, what: string): void {
    const same = this.#findings.filter((finding) => finding.law === law).length;
    if (same < ENOUGH) this.#findings.push({ law, what, operation: this.#operation });
  }
}

/** Frames that shadow objects and snapshots hold, mapped or not. */
function* keptByPolicy({ policyMemory }: KernelState): Iterable<Pfn> {
  yield* policyMemory.holders.keys();
  for (const { saved } of policyMemory.sessions.values())
    for (const page of saved.values()) if (page.kind === 'page') yield page.pfn;
}

function liveSpaces(k: KernelState): Set<Mm> {
  return new Set([...k.processes.values()].filter(({ zombie }) => !zombie).map(({ mm }) => mm));
}

function place(mm: Mm, vpn: Vpn): string {
  return `address space ${mm.id}, page ${formatAddress(vpn, 0)}`;
}

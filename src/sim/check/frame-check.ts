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
  private readonly k: KernelState;
  private findings: Finding[] = [];
  private operation = '';
  /** By frame: entries that map it, a huge entry once for each of its pages. */
  private mapped = new Int32Array(0);
  /** By frame, 1 for those that are in use; of the pages of a folio, its head has it too. */
  private used = new Uint8Array(0);
  /** By frame of a table that a policy shares: entries that point to it. */
  private readonly users = new Map<Pfn, number>();
  private tables = 0;

  constructor(k: KernelState) {
    this.k = k;
  }

  /** All findings after an operation; at most a few of each law. */
  run(operation: string): Finding[] {
    const k = this.k;
    this.#begin(operation);
    for (const mm of liveSpaces(k)) this.#walkSpace(mm);
    for (const file of k.files.values()) for (const pfn of file.cache.values()) this.#use(pfn);
    this.#checkMapcounts();
    for (const [table, count] of this.users) {
      const kept = k.frames.refcount[table]!;
      if (kept !== count)
        this.#report('a shared table knows its users', `table ${table}: ${kept} users, ${count} entries`);
    }
    for (const pfn of keptByPolicy(k)) this.#use(pfn);
    this.#checkLeaks();
    return this.findings;
  }

  #begin(operation: string): void {
    const { length } = this.k.frames;
    this.operation = operation;
    this.findings = [];
    this.users.clear();
    this.tables = 0;
    if (this.mapped.length < length) {
      this.mapped = new Int32Array(length);
      this.used = new Uint8Array(length);
    } else {
      this.mapped.fill(0);
      this.used.fill(0);
    }
  }

  #walkSpace(mm: Mm): void {
    this.#walkTable(mm, mm.root, this.k.mode.levels, 0);
    for (const table of mm.deposits) this.#useTable(table);
  }

  #walkTable(mm: Mm, table: Pfn, level: number, base: Vpn): void {
    this.#useTable(table);
    const { tables, pte, mode } = this.k;
    const { step, wide, memory } = tables;
    const span = tables.span[level]!;
    memory.seek(table);
    const { words, at } = memory;
    const end = at + tables.entries[level]! * step;
    for (let word = at, vpn = base; word < end; word += step, vpn += span) {
      const lo = words[word]!;
      if (lo === 0) continue;
      const hi = wide ? words[word + 1]! : 0;
      const { format } = mode;
      if (level > 1 && format.isPresent(lo, hi) && !format.isLeaf(lo, hi, level)) {
        const below = format.pfnOf(lo, hi);
        if (!this.#isSharedAgain(below)) this.#walkTable(mm, below, level - 1, vpn);
      } else if (pte.present(lo)) {
        const pfn = pte.pfn(lo, hi);
        for (let page = 0; page < span; page++) this.#map(mm, pfn + page, vpn + page);
        if (pte.writable(lo)) this.#checkWritable(mm, pfn, vpn, level);
      }
    }
  }

  /** A table that a policy shares is looked into once; its pages count once, as its entries do. */
  #isSharedAgain(table: Pfn): boolean {
    if (!this.k.policyMemory.tables.has(table)) return false;
    const users = this.users.get(table) ?? 0;
    this.users.set(table, users + 1);
    return users > 0;
  }

  #map(mm: Mm, pfn: Pfn, vpn: Vpn): void {
    const k = this.k;
    const flags = k.frames.flags[pfn] ?? PG_FREE;
    if (flags & PG_ZERO) return;
    if (flags & PG_FREE || k.frames.refcount[this.#head(pfn)]! <= 0) {
      this.#report('no entry maps a free frame', `${place(mm, vpn)} maps frame ${pfn}`);
    }
    if (flags & PG_TABLE) {
      this.#report('no entry maps a page table', `${place(mm, vpn)} maps frame ${pfn}`);
    }
    if (pfn >= this.mapped.length) return;
    this.mapped[pfn]!++;
    this.#use(pfn);
  }

  #checkWritable(mm: Mm, pfn: Pfn, vpn: Vpn, level: number): void {
    const { frames } = this.k;
    const law = 'no writable entry leads to a shared private page';
    if (this.k.isZero(pfn)) {
      this.#report(law, `${place(mm, vpn)} maps the zero page writable`);
      return;
    }
    if (!frames.has(pfn, PG_ANON)) return;
    const mapcount = mapcountOf(this.k, pfn);
    if (mapcount > 1)
      this.#report(law, `${place(mm, vpn)} maps frame ${pfn} writable, mapped ${mapcount} times`);
    else if (level === 1 && !frames.has(pfn, PG_EXCLUSIVE)) {
      this.#report(law, `${place(mm, vpn)} maps frame ${pfn} writable, which is not exclusive`);
    }
  }

  #useTable(table: Pfn): void {
    this.tables++;
    if (this.used[table] === 1) this.#report('no frame is used twice', `frame ${table} is a table twice`);
    if (!this.k.frames.has(table, PG_TABLE)) {
      this.#report('no frame is used twice', `frame ${table} is used as a table and is none`);
    }
    this.#use(table);
  }

  #use(pfn: Pfn): void {
    this.used[pfn] = 1;
    this.used[this.#head(pfn)] = 1;
  }

  #head(pfn: Pfn): Pfn {
    return this.k.frames.has(pfn, PG_LARGE) ? this.k.folios.headOf(pfn) : pfn;
  }

  #checkMapcounts(): void {
    const k = this.k;
    const { frames } = k;
    for (let pfn = 0; pfn < frames.length; pfn++) {
      const count = this.mapped[pfn]!;
      if (count === frames.mapcount[pfn] && !frames.has(pfn, PG_LARGE)) continue;
      const kept = mapcountOf(k, pfn);
      if (kept === count) continue;
      this.#report(
        'mapcounts equal the mappings that exist',
        `frame ${pfn}: mapcount ${kept}, mapped ${count} times`,
      );
    }
  }

  /** What exists and nothing refers to: tables, and frames with references that nobody was found to hold. */
  #checkLeaks(): void {
    const { counters, frames } = this.k;
    if (counters.tables !== this.tables) {
      this.#report('no frame is leaked', `${counters.tables} page tables exist, ${this.tables} are in use`);
    }
    for (let pfn = 0; pfn < frames.length; pfn++) {
      const references = frames.refcount[pfn]!;
      if (references <= 0 || this.used[pfn] === 1 || frames.has(pfn, PG_ZERO | PG_SWAPCACHE)) continue;
      this.#report('no frame is leaked', `frame ${pfn} has ${references} references that nobody holds`);
    }
  }

  #report(law: string, what: string): void {
    const same = this.findings.filter((finding) => finding.law === law).length;
    if (same < ENOUGH) this.findings.push({ law, what, operation: this.operation });
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

import { type Pfn, REGION_PAGES, type Vpn } from '../../core/addr.ts';
import type { RegionTable } from '../../core/regions.ts';
import type { Cell } from './shadow.ts';

const PLACES = 2 ** 16;
/** Spreads address spaces over the places. */
const SPREAD = 0x9e3779b1;

/** What is known of a page of an address space, from the looks at it so far. */
export interface PageView {
  /** The views of its address space. */
  readonly space: ReadonlyMap<number, PageView>;
  /** As records of the trace number it. */
  readonly page: number;
  readonly vpn: Vpn;
  /** What its loads must see and where its stores go, once that was asked (shadow.ts). */
  loaded: Cell | null;
  stored: Cell | null;
  /** What its entry showed, and where (use-bits-check.ts). */
  term: number;
  place: number;
  frame: Pfn;
  bits: number;
}

/** The views of all pages that were looked at, by address space; one is selected. */
export class PageViews {
  private readonly regions: RegionTable;
  private readonly spaces = new Map<Pfn, Map<number, PageView>>();
  private readonly rootOf = new Map<number, Pfn>();
  /** Views used lately, each page having one place: a short cut past the Maps. */
  private readonly lately = new Array<PageView | null>(PLACES).fill(null);
  private pages = new Map<number, PageView>();
  private offset = 0;

  constructor(regions: RegionTable) {
    this.regions = regions;
  }

  /** Goes over to the address space of `pid`, whose root table this is. */
  select(pid: number, root: Pfn): void {
    if (this.rootOf.get(pid) !== root) {
      this.rootOf.set(pid, root);
      this.spaces.delete(root);
    }
    this.offset = Math.imul(root, SPREAD);
    let pages = this.spaces.get(root);
    if (pages === undefined) {
      pages = new Map();
      this.spaces.set(root, pages);
    }
    this.pages = pages;
  }

  /** The view of a page of the selected address space. */
  of(page: number): PageView {
    const place = (page + this.offset) & (PLACES - 1);
    const known = this.lately[place]!;
    if (known !== null && known.page === page && known.space === this.pages) return known;
    let view = this.pages.get(page);
    if (view === undefined) {
      view = this.#look(page);
      this.pages.set(page, view);
    }
    this.lately[place] = view;
    return view;
  }

  #look(page: number): PageView {
    const low = page % REGION_PAGES;
    const vpn = this.regions.highOf((page - low) / REGION_PAGES) * REGION_PAGES + low;
    return { space: this.pages, page, vpn, loaded: null, stored: null, term: 0, place: 0, frame: 0, bits: 0 };
  }

  /** A call of `pid` has changed what its pages are, or ended it. One has to be selected before pages are asked for. */
  forget(pid: number): void {
    const root = this.rootOf.get(pid);
    if (root === undefined) return;
    this.rootOf.delete(pid);
    this.spaces.delete(root);
  }
}

import type { Pfn, Vpn } from '../../core/addr.ts';
import type { Cell } from './shadow.ts';

const PLACES = 2 ** 15;
/** Spreads address spaces over the places. */
const SPREAD = 0x9e3779b1;

/** What is known of a page of an address space, from the looks at it so far. */
export interface PageView {
  readonly root: Pfn;
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
  private readonly spaces = new Map<Pfn, Map<Vpn, PageView>>();
  private readonly rootOf = new Map<number, Pfn>();
  /** Views used lately, each page having one place: a short cut past the Maps. */
  private readonly lately = new Array<PageView | null>(PLACES).fill(null);
  private pages = new Map<Vpn, PageView>();
  private root: Pfn = 0;

  /** Goes over to the address space of `pid`, whose root table this is. */
  select(pid: number, root: Pfn): void {
    if (this.rootOf.get(pid) !== root) {
      this.rootOf.set(pid, root);
      this.#drop(root);
    }
    this.root = root;
    let pages = this.spaces.get(root);
    if (pages === undefined) {
      pages = new Map();
      this.spaces.set(root, pages);
    }
    this.pages = pages;
  }

  /** The view of a page of the selected address space. */
  of(vpn: Vpn): PageView {
    const { root } = this;
    const place = (vpn + root * SPREAD) & (PLACES - 1);
    const known = this.lately[place]!;
    if (known !== null && known.vpn === vpn && known.root === root) return known;
    let view = this.pages.get(vpn);
    if (view === undefined) {
      view = { root, vpn, loaded: null, stored: null, term: 0, place: 0, frame: 0, bits: 0 };
      this.pages.set(vpn, view);
    }
    this.lately[place] = view;
    return view;
  }

  /** A call of `pid` has changed what its pages are, or ended it. One has to be selected before pages are asked for. */
  forget(pid: number): void {
    const root = this.rootOf.get(pid);
    if (root === undefined) return;
    this.rootOf.delete(pid);
    this.#drop(root);
  }

  #drop(root: Pfn): void {
    if (!this.spaces.delete(root)) return;
    this.lately.fill(null);
  }
}

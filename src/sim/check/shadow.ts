import type { Vpn } from '../../core/addr.ts';
import type { TraceEvent } from '../../trace/event.ts';

/** What nobody can know from the program alone. */
export const UNKNOWN = -1;
/** What pages hold that were never stored to. */
const ZEROS = 0;

/** What a page holds. Pages that are one memory have one cell, at whatever addresses they are seen. */
export interface Cell {
  value: number;
}

/** Memory that several mappings show: a file, or a shared anonymous mapping. Pages never stored hold zeros. */
type SharedPages = Map<number, Cell>;

interface Area {
  readonly start: Vpn;
  readonly end: Vpn;
  /** null for anonymous private memory. */
  readonly object: SharedPages | null;
  /** Page of the object at `start`. */
  readonly page: number;
  readonly shared: boolean;
  readonly atFork: 'copied' | 'wiped' | 'left out';
}

/** What a program may believe of one address space. Outside all areas memory is private and zero at first. */
interface Space {
  areas: Area[];
  /** Private pages that were stored to; anonymous ones that were only loaded may be here too, with zeros. */
  own: Map<Vpn, Cell>;
  brk: Vpn | null;
}

/**
 * What a program's loads must see, by the meaning of its system calls alone: no frames, no page tables, no
 * copy-on-write. One value stands for a page. fork copies private pages and shares the shared ones (fork(2)); a
 * private mapping of a file shows the file until it is stored to (mmap(2)); MADV_DONTNEED of private memory gives
 * zeros or the file again (madvise(2)). After what a program must not rely on, values are UNKNOWN.
 *
 * A page keeps its cell until the next {@link apply}, but for a private page of a file, which gets another when it is
 * first stored to.
 */
export class ShadowMemory {
  private readonly processes = new Map<number, Space>();
  private readonly files = new Map<number, SharedPages>();

  /** The cell that a load of `pid` must see. */
  loaded(pid: number, vpn: Vpn): Cell {
    const space = this.#spaceOf(pid);
    const own = space.own.get(vpn);
    if (own !== undefined) return own;
    const area = areaAt(space, vpn);
    return area?.object ? cellIn(area.object, area.page + vpn - area.start) : cellIn(space.own, vpn);
  }

  /** The cell that a store of `pid` changes. It holds what a load saw until now. */
  stored(pid: number, vpn: Vpn): Cell {
    const space = this.#spaceOf(pid);
    const seen = this.loaded(pid, vpn);
    if (space.own.has(vpn) || areaAt(space, vpn)?.shared) return seen;
    const copy = { value: seen.value };
    space.own.set(vpn, copy);
    return copy;
  }

  /** What an event of the trace means. @param refused the kernel gave an errno: what it did before is unknown */
  apply(event: TraceEvent, refused: boolean): void {
    switch (event.kind) {
      case 'mmap':
        if (refused) this.#forget(event.pid, event.vpn, event.pages);
        else this.#mmap(event);
        break;
      case 'munmap':
        if (refused) this.#forget(event.pid, event.vpn, event.pages);
        else clear(this.#spaceOf(event.pid), event.vpn, event.vpn + event.pages);
        break;
      case 'mremap':
        if (!refused) this.#move(event);
        else {
          this.#forget(event.pid, event.vpn, event.pages);
          this.#forget(event.pid, event.newVpn, event.newPages);
        }
        break;
      case 'madvise':
        this.#advise(event, refused);
        break;
      case 'brk':
        if (!refused) this.#brk(event.pid, event.endVpn);
        break;
      case 'fork':
        if (!refused) this.#fork(event.pid, event.child, event.vm !== undefined);
        break;
      case 'exec':
        this.processes.set(event.pid, emptySpace());
        break;
      case 'exit':
        this.processes.delete(event.pid);
        break;
      default:
        break;
    }
  }

  #spaceOf(pid: number): Space {
    let space = this.processes.get(pid);
    if (!space) {
      space = emptySpace();
      this.processes.set(pid, space);
    }
    return space;
  }

  #mmap({ pid, vpn, pages, shared, backing }: Extract<TraceEvent, { kind: 'mmap' }>): void {
    const space = this.#spaceOf(pid);
    clear(space, vpn, vpn + pages);
    const object = backing.kind === 'file' ? this.#file(backing.file) : shared ? new Map() : null;
    const page = backing.kind === 'file' ? backing.pageOffset : 0;
    space.areas.push({ start: vpn, end: vpn + pages, object, page, shared, atFork: 'copied' });
  }

  #file(number: number): SharedPages {
    let file = this.files.get(number);
    if (!file) {
      file = new Map();
      this.files.set(number, file);
    }
    return file;
  }

  #move({ pid, vpn, pages, newVpn, newPages }: Extract<TraceEvent, { kind: 'mremap' }>): void {
    const space = this.#spaceOf(pid);
    if (newVpn === vpn) {
      if (newPages < pages) clear(space, vpn + newPages, vpn + pages);
      if (newPages <= pages) return;
      dropOwn(space, vpn + pages, vpn + newPages);
      const last = areaAt(space, vpn + pages - 1);
      space.areas = space.areas.map((area) => (area === last ? { ...area, end: vpn + newPages } : area));
      return;
    }
    const kept = Math.min(pages, newPages);
    const by = newVpn - vpn;
    const moved = partsIn(space, vpn, vpn + kept);
    const cells = [...ownIn(space, vpn, vpn + kept)].map((page) => [page, space.own.get(page)!] as const);
    clear(space, vpn, vpn + pages);
    clear(space, newVpn, newVpn + newPages);
    for (const [page, cell] of cells) space.own.set(page + by, cell);
    for (const area of moved) {
      const end = area.end === vpn + kept ? newVpn + newPages : area.end + by;
      space.areas.push({ ...area, start: area.start + by, end });
    }
  }

  #advise({ pid, vpn, pages, advice }: Extract<TraceEvent, { kind: 'madvise' }>, refused: boolean): void {
    const space = this.#spaceOf(pid);
    const end = vpn + pages;
    const atFork = AT_FORK[advice];
    if (atFork !== undefined) {
      const parts = partsIn(space, vpn, end).map((area) => ({ ...area, atFork }));
      space.areas = [...partsIn(space, 0, vpn), ...partsIn(space, end, Number.POSITIVE_INFINITY), ...parts];
    } else if (advice === 'dontneed' && !refused) {
      dropOwn(space, vpn, end);
    } else if (advice === 'dontneed' || advice === 'free' || advice === 'remove') {
      this.#forget(pid, vpn, pages);
    }
  }

  #brk(pid: number, end: Vpn): void {
    const space = this.#spaceOf(pid);
    if (space.brk !== null && end < space.brk) clear(space, end, space.brk);
    space.brk = end;
  }

  #fork(pid: number, child: number, share: boolean): void {
    const parent = this.#spaceOf(pid);
    if (share) {
      this.processes.set(child, parent);
      return;
    }
    const areas = parent.areas.filter(({ atFork }) => atFork !== 'left out');
    const space: Space = { ...parent, areas, own: new Map() };
    for (const [page, { value }] of parent.own) if (value !== ZEROS) space.own.set(page, { value });
    for (const { start, end, atFork } of parent.areas) if (atFork !== 'copied') dropOwn(space, start, end);
    this.processes.set(child, space);
  }

  /** What pages with a value hold now, the program cannot tell; those without one are as they were. */
  #forget(pid: number, vpn: Vpn, pages: number): void {
    const space = this.#spaceOf(pid);
    for (const page of ownIn(space, vpn, vpn + pages)) forget(space.own.get(page)!);
    for (const { object, start, end, page } of space.areas) {
      if (!object || start >= vpn + pages || end <= vpn) continue;
      for (const [at, cell] of object) {
        const seen = at - page + start;
        if (seen >= Math.max(start, vpn) && seen < Math.min(end, vpn + pages)) forget(cell);
      }
    }
  }
}

const AT_FORK: Readonly<Record<string, Area['atFork']>> = {
  dontfork: 'left out',
  dofork: 'copied',
  wipeonfork: 'wiped',
  keeponfork: 'copied',
};

function cellIn(pages: Map<number, Cell>, page: number): Cell {
  let cell = pages.get(page);
  if (cell === undefined) {
    cell = { value: ZEROS };
    pages.set(page, cell);
  }
  return cell;
}

function forget(cell: Cell): void {
  if (cell.value !== ZEROS) cell.value = UNKNOWN;
}

function emptySpace(): Space {
  return { areas: [], own: new Map(), brk: null };
}

function areaAt({ areas }: Space, vpn: Vpn): Area | undefined {
  for (const area of areas) if (vpn >= area.start && vpn < area.end) return area;
  return undefined;
}

/** The parts of areas that lie in [start, end), as areas. */
function partsIn({ areas }: Space, start: Vpn, end: Vpn): Area[] {
  return areas
    .filter((area) => area.start < end && area.end > start)
    .map((area) => partOf(area, Math.max(start, area.start), Math.min(end, area.end)));
}

function partOf(area: Area, start: Vpn, end: Vpn): Area {
  return { ...area, start, end, page: area.page + start - area.start };
}

/** Nothing is mapped in [start, end) any more; areas that reach over it keep their other parts. */
function clear(space: Space, start: Vpn, end: Vpn): void {
  dropOwn(space, start, end);
  space.areas = [...partsIn(space, 0, start), ...partsIn(space, end, Number.POSITIVE_INFINITY)];
}

function* ownIn({ own }: Space, start: Vpn, end: Vpn): Generator<Vpn> {
  if (end - start < own.size) {
    for (let page = start; page < end; page++) if (own.has(page)) yield page;
  } else {
    for (const page of own.keys()) if (page >= start && page < end) yield page;
  }
}

function dropOwn(space: Space, start: Vpn, end: Vpn): void {
  for (const page of ownIn(space, start, end)) space.own.delete(page);
}

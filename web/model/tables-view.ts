import type { replay } from '../../src/index.ts';
import { ownersOf } from './owners.ts';

/** A page table as it is drawn. */
export interface TableView {
  readonly pfn: number;
  readonly level: number;
  readonly entries: readonly EntryView[];
  /** Entries in use that are not among them. */
  readonly omitted: number;
}

export interface EntryView {
  readonly index: number;
  readonly kind: replay.EntryKind;
  readonly pfn: number;
  readonly writable: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** On the way to the page at hand. */
  readonly onPath: boolean;
  readonly changed: boolean;
  /** Where it leads, if to a table. */
  readonly table: TableView | undefined;
}

/** The page tables of one address space. */
export interface TreeView {
  readonly space: number;
  /** A process that lives in it; 0 = none. */
  readonly pid: number;
  readonly tables: number;
  readonly root: TableView;
}

/** Entries of one table that are drawn at most: those around the one on the way to the page at hand. */
const MAX_ENTRIES = 16;
/** A table that is not on the way to it is drawn only when it has no more entries than this. */
const MAX_OFF_PATH = 8;

interface Context {
  readonly reader: replay.PageTableReader;
  readonly state: replay.ReplayState;
  readonly changes: replay.Changes;
}

/** The page tables of every address space at one moment. `focus` is the page at hand. */
export function viewTables(
  recording: replay.Recording,
  context: Context,
  focus: { readonly space: number; readonly vpn: number } | undefined,
): TreeView[] {
  const { state } = context;
  const owners = ownersOf(recording, state);
  return [...state.spaces.values()].map((value) => {
    const { id, root, tables } = recording.objects[value - 1] as replay.SpaceView;
    const path = focus?.space === id ? focus.vpn : undefined;
    return {
      space: id,
      pid: owners.get(id) ?? 0,
      tables: tables + 1,
      root: viewTable(context, root, recording.mode.levels, 0, path),
    };
  });
}

/** @param path the page at hand, while this table is on the way to it */
function viewTable(
  context: Context,
  pfn: number,
  level: number,
  base: number,
  path: number | undefined,
): TableView {
  const { reader, state } = context;
  const used = reader.used(state.memory, pfn, level);
  const span = reader.span(level);
  const isFolded = path === undefined && used.length > MAX_OFF_PATH;
  const at = path === undefined ? 0 : used.findIndex((index) => base + (index + 1) * span > path);
  const middle = (at < 0 ? used.length : at) - MAX_ENTRIES / 2;
  const first = Math.max(0, Math.min(middle, used.length - MAX_ENTRIES));
  const shown = isFolded ? [] : used.slice(first, first + MAX_ENTRIES);
  const entries = shown.map((index) =>
    viewEntry(context, pfn, reader.entry(state.memory, pfn, level, base, index), path),
  );
  return { pfn, level, entries, omitted: used.length - shown.length };
}

function viewEntry(
  context: Context,
  table: number,
  { index, kind, pfn, level, vpn, lo }: replay.Entry,
  path: number | undefined,
): EntryView {
  const { reader, changes } = context;
  const words = reader.mode.pteBytes / 4;
  const isLeaf = kind === 'leaf';
  const onPath = path !== undefined && path >= vpn && path < vpn + reader.span(level);
  return {
    index,
    kind,
    pfn,
    writable: isLeaf && reader.pte.writable(lo),
    accessed: isLeaf && reader.pte.isYoung(lo),
    dirty: isLeaf && reader.pte.isDirty(lo),
    onPath,
    changed: changes.word(table, index * words) || (words === 2 && changes.word(table, index * words + 1)),
    table: kind === 'table' ? viewTable(context, pfn, level - 1, vpn, onPath ? path : undefined) : undefined,
  };
}

import { replay } from '../../src/index.ts';

/** One page of a process, or one huge page. */
export interface PageRow {
  readonly key: string;
  readonly space: number;
  readonly vpn: number;
  readonly name: string;
  readonly kind: 'empty' | 'mapped' | 'hidden' | 'swap';
  readonly pfn: number;
  readonly writable: boolean;
  readonly dirty: boolean;
  readonly accessed: boolean;
  /** Pages of a huge leaf; 1 otherwise. */
  readonly pages: number;
}

export interface VmaBlock {
  readonly vma: replay.VmaView;
  readonly title: string;
  readonly perm: string;
  readonly rows: readonly PageRow[];
  /** Mapped pages that are not among the rows. */
  readonly omitted: number;
}

export interface ProcessBlock {
  readonly process: replay.ProcessView;
  /** Undefined once the process has ended. */
  readonly space: replay.SpaceView | undefined;
  readonly vmas: readonly VmaBlock[];
}

/** A process that maps a frame, and how many of its pages do. */
export interface Sharer {
  readonly pid: number;
  pages: number;
}

export interface FrameCard {
  readonly frame: replay.FrameView;
  /** Those among the rows shown. */
  readonly sharers: readonly Sharer[];
  /** The first row that maps it, by its key; undefined where none does. */
  readonly firstRow: string | undefined;
  /** `file f, page 3` */
  readonly owner: string;
}

export interface MemoryView {
  readonly processes: readonly ProcessBlock[];
  readonly frames: readonly FrameCard[];
  /** Data frames in use that are not among the cards. */
  readonly framesOmitted: number;
}

/** A VMA with no more pages than this is shown whole, empty pages too. */
const WHOLE_VMA = 16;
/** Mapped pages shown of a larger one, around the page at hand, and how many of them come and go at once. */
const MAX_ROWS = 16;
const ROWS_AT_ONCE = 8;
const MAX_UNMAPPED_CARDS = 12;

/** Processes, VMAs, pages and frames of one moment. `focus` is the page at hand. */
export function viewMemory(
  recording: replay.Recording,
  reader: replay.PageTableReader,
  state: replay.ReplayState,
  focus: { readonly space: number; readonly vpn: number } | undefined,
): MemoryView {
  const objects = recording.objects;
  const processes = [...state.processes.values()]
    .map((value) => objects[value - 1] as replay.ProcessView)
    .sort((a, b) => a.pid - b.pid);
  const blocks: ProcessBlock[] = [];
  const drawn = new Set<number>();
  for (const process of processes) {
    const value = state.spaces.get(process.space);
    const space = value === undefined ? undefined : (objects[value - 1] as replay.SpaceView);
    const isShared = drawn.has(process.space);
    drawn.add(process.space);
    const vmas = space && !isShared ? viewVmas(recording, reader, state, space, focus) : [];
    blocks.push({ process, space: process.ended ? undefined : space, vmas });
  }
  return { processes: blocks, ...viewFrames(recording, state, blocks) };
}

function viewVmas(
  recording: replay.Recording,
  reader: replay.PageTableReader,
  state: replay.ReplayState,
  space: replay.SpaceView,
  focus: { readonly space: number; readonly vpn: number } | undefined,
): VmaBlock[] {
  const leaves = reader.leaves(state.memory, space.root);
  return space.vmas.map((vma) => {
    const begin = leaves.from(vma.start);
    const end = leaves.from(vma.end);
    const isWhole = vma.end - vma.start <= WHOLE_VMA;
    // The same pages in every process: sharers stand side by side.
    const center = focus && focus.vpn >= vma.start && focus.vpn < vma.end ? focus.vpn : vma.start;
    const first = isWhole ? begin : firstRow(begin, end, leaves.from(center + 1) - 1);
    const count = isWhole ? end - begin : Math.min(MAX_ROWS, end - first);
    const mapped = Array.from({ length: count }, (_, i) =>
      rowOf(recording, reader, space.id, reader.leaf(state.memory, leaves, first + i)),
    );
    return {
      vma,
      title: vmaTitle(recording, vma),
      perm: replay.permText(vma.flags),
      rows: isWhole ? withEmptyRows(recording, space.id, vma, mapped) : mapped,
      omitted: end - begin - count,
    };
  });
}

/** The first leaf to show of those from `begin` to `end`, around leaf `at`; a huge one begins before the page at hand. */
function firstRow(begin: number, end: number, at: number): number {
  const wanted = (Math.floor(Math.max(0, at - begin) / ROWS_AT_ONCE) - 0.5) * ROWS_AT_ONCE;
  return begin + Math.max(0, Math.min(wanted, end - begin - MAX_ROWS));
}

function withEmptyRows(
  recording: replay.Recording,
  space: number,
  vma: replay.VmaView,
  mapped: readonly PageRow[],
): PageRow[] {
  const byVpn = new Map(mapped.map((row) => [row.vpn, row]));
  const rows: PageRow[] = [];
  for (let vpn = vma.start; vpn < vma.end; vpn++)
    rows.push(byVpn.get(vpn) ?? emptyRow(recording, space, vpn));
  return rows;
}

function rowOf(
  recording: replay.Recording,
  reader: replay.PageTableReader,
  space: number,
  entry: replay.Entry,
): PageRow {
  const { vpn, pfn, lo, level, kind } = entry;
  return {
    key: `${space}:${vpn}`,
    space,
    vpn,
    name:
      level === 1
        ? recording.names.page(vpn)
        : `${recording.names.page(vpn)}, ${sizeWords(reader.span(level))}`,
    kind: kind === 'hidden' || kind === 'swap' ? kind : 'mapped',
    pfn,
    writable: reader.writable(entry),
    dirty: reader.pte.isDirty(lo),
    accessed: reader.pte.isYoung(lo),
    pages: reader.span(level),
  };
}

function emptyRow(recording: replay.Recording, space: number, vpn: number): PageRow {
  const name = recording.names.page(vpn);
  const nothing = { pfn: -1, writable: false, dirty: false, accessed: false, pages: 1 };
  return { key: `${space}:${vpn}`, space, vpn, name, kind: 'empty', ...nothing };
}

/** `4 pages`, `2 MiB`, `128 TiB` */
export function sizeWords(pages: number): string {
  if (pages < 1024) return pages === 1 ? '1 page' : `${pages} pages`;
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(pages / 256) / 10));
  return `${Math.round((pages / 256 / 1024 ** unit) * 10) / 10} ${UNITS[unit]}`;
}

const UNITS = ['MiB', 'GiB', 'TiB'];

function vmaTitle(recording: replay.Recording, vma: replay.VmaView): string {
  const region = recording.names.region(vma.start);
  const place = region === '' ? recording.names.page(vma.start) : region;
  return vma.file === 0 ? place : `${place} = ${recording.fileName(vma.file)}`;
}

function viewFrames(
  recording: replay.Recording,
  state: replay.ReplayState,
  blocks: readonly ProcessBlock[],
): { frames: FrameCard[]; framesOmitted: number } {
  const cards = new Map<number, Omit<FrameCard, 'owner'> & { readonly sharers: Sharer[] }>();
  for (const { process, vmas } of blocks)
    for (const { rows } of vmas)
      for (const row of rows) {
        if (row.kind === 'empty' || row.kind === 'swap') continue;
        let card = cards.get(row.pfn);
        if (!card) {
          const frame = replay.frameAt(state, row.pfn);
          if (!frame) continue;
          card = { frame, sharers: [], firstRow: row.key };
          cards.set(row.pfn, card);
        }
        const sharer = card.sharers.find(({ pid }) => pid === process.pid);
        if (sharer) sharer.pages++;
        else card.sharers.push({ pid: process.pid, pages: 1 });
      }
  const { count, unmapped } = replay.surveyFrames(state, MAX_UNMAPPED_CARDS);
  for (const frame of unmapped) cards.set(frame.pfn, { frame, sharers: [], firstRow: undefined });
  const shown = [...cards.values()].filter(
    ({ frame }) => frame.kind !== 'zero' && frame.references > 0,
  ).length;
  const framesOmitted = count - shown;
  const frames = [...cards.values()].map((card) => ({ ...card, owner: ownerOf(recording, card.frame) }));
  return { frames, framesOmitted };
}

function ownerOf(recording: replay.Recording, { kind, file, index }: replay.FrameView): string {
  if (kind === 'zero') return 'the zero page';
  if (kind === 'anon') return 'anonymous';
  return `${recording.fileName(file)}, page ${index}`;
}

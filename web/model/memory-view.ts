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

export interface Sharer {
  readonly pid: number;
  readonly name: string;
  readonly writable: boolean;
}

export interface FrameCard {
  readonly frame: replay.FrameView;
  /** Those among the rows shown. */
  readonly sharers: readonly Sharer[];
  readonly rows: readonly PageRow[];
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
/** Mapped pages shown of a larger one, around the page at hand. */
const MAX_ROWS = 16;
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
  const leaves: replay.Entry[] = [];
  reader.leaves(state.memory, space.root, (entry) => leaves.push(entry));
  let next = 0;
  return space.vmas.map((vma) => {
    const from = next;
    while (next < leaves.length && leaves[next]!.vpn < vma.end) next++;
    const mapped = leaves.slice(from, next);
    const center = focus?.space === space.id ? focus.vpn : vma.start;
    const { rows, omitted } = rowsOf(recording, reader, space.id, vma, mapped, center);
    return { vma, title: vmaTitle(recording, vma), perm: replay.permText(vma.flags), rows, omitted };
  });
}

function rowsOf(
  recording: replay.Recording,
  reader: replay.PageTableReader,
  space: number,
  vma: replay.VmaView,
  mapped: readonly replay.Entry[],
  center: number,
): { rows: PageRow[]; omitted: number } {
  const row = (entry: replay.Entry) => rowOf(recording, reader, space, entry);
  if (vma.end - vma.start <= WHOLE_VMA && mapped.every(({ level }) => level === 1)) {
    const byVpn = new Map(mapped.map((entry) => [entry.vpn, entry]));
    const rows: PageRow[] = [];
    for (let vpn = vma.start; vpn < vma.end; vpn++) {
      const entry = byVpn.get(vpn);
      rows.push(entry ? row(entry) : emptyRow(recording, space, vpn));
    }
    return { rows, omitted: 0 };
  }
  let at = mapped.findIndex((entry) => entry.vpn + reader.span(entry.level) > center);
  if (at < 0) at = mapped.length;
  const first = Math.max(0, Math.min(at - MAX_ROWS / 2, mapped.length - MAX_ROWS));
  const shown = mapped.slice(first, first + MAX_ROWS);
  return { rows: shown.map(row), omitted: mapped.length - shown.length };
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
    name: recording.names.page(vpn),
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
  const cards = new Map<number, { frame: replay.FrameView; sharers: Sharer[]; rows: PageRow[] }>();
  for (const { process, vmas } of blocks)
    for (const { rows } of vmas)
      for (const row of rows) {
        if (row.kind === 'empty' || row.kind === 'swap') continue;
        let card = cards.get(row.pfn);
        if (!card) {
          const frame = replay.frameAt(state, row.pfn);
          if (!frame) continue;
          card = { frame, sharers: [], rows: [] };
          cards.set(row.pfn, card);
        }
        card.rows.push(row);
        card.sharers.push({ pid: process.pid, name: row.name, writable: row.writable });
      }
  let framesOmitted = 0;
  let unmapped = 0;
  for (const frame of replay.dataFrames(state)) {
    if (cards.has(frame.pfn) || (frame.large && frame.references === 0)) continue;
    const isCacheOnly = frame.kind === 'file' && frame.mapcount === 0;
    if (isCacheOnly && unmapped++ < MAX_UNMAPPED_CARDS)
      cards.set(frame.pfn, { frame, sharers: [], rows: [] });
    else if (frame.kind !== 'zero') framesOmitted++;
  }
  const frames = [...cards.values()].map((card) => ({ ...card, owner: ownerOf(recording, card.frame) }));
  return { frames, framesOmitted };
}

function ownerOf(recording: replay.Recording, { kind, file, index }: replay.FrameView): string {
  if (kind === 'zero') return 'the zero page';
  if (kind === 'anon') return 'anonymous';
  return `${recording.fileName(file)}, page ${index}`;
}

import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { replay } from '../../src/index.ts';
import { type Band, touches, useBand } from '../model/band.ts';
import { colourClass } from '../model/colours.ts';
import {
  CARD_HEIGHT,
  GAP,
  layOut,
  type MemoryLayout,
  NOTE_HEIGHT,
  PROCESS_HEIGHT,
  ROW_HEIGHT,
  VMA_HEIGHT,
} from '../model/layout.ts';
import {
  type FrameCard,
  type MemoryView,
  type PageRow,
  type ProcessBlock,
  sizeWords,
  type VmaBlock,
} from '../model/memory-view.ts';
import { Padlock } from '../parts/icons.tsx';
import { memo } from '../parts/memo.ts';
import { Panel } from '../parts/panel.tsx';

interface MemoryProps {
  readonly view: MemoryView;
  readonly changes: replay.Changes;
  /** The page of the access at hand. */
  readonly focus: { readonly space: number; readonly vpn: number } | undefined;
}

/** Width of the gutter in which the lines run, in em. */
const GUTTER = 7;

/**
 * Who maps what: processes with their VMAs and pages on the left, frames on the right, a line for every mapping. Of
 * many, those in sight: each page, line and card has its place by the layout, whether it is drawn or not.
 */
export function MemoryPanel({ view, changes, focus }: MemoryProps): JSX.Element {
  const layout = useMemo(() => layOut(view), [view]);
  const memory = useRef<HTMLDivElement>(null);
  const band = useBand(memory, layout.height);
  return (
    <Panel
      id="memory"
      title="Processes and frames"
      aside={
        <ul class="legend">
          <li>
            <Padlock open /> writable
          </li>
          <li>
            <Padlock open={false} /> write-protected
          </li>
        </ul>
      }
    >
      <div class="memory" ref={memory} style={{ height: `${layout.height}em` }}>
        <div class="processes">
          {view.processes.map((block) => (
            <Process key={block.process.pid} block={block} layout={layout} band={band} focus={focus} />
          ))}
        </div>
        <Lines view={view} layout={layout} band={band} focus={focus} />
        <ul class="frames" aria-label="Frames">
          {layout.cards.map(({ frame, sharers, owner }) => {
            const top = layout.cardAt.get(frame.pfn)!;
            if (!touches(band, top, top + CARD_HEIGHT)) return null;
            return (
              <Frame
                key={frame.pfn}
                frame={frame}
                sharers={sharers}
                owner={owner}
                top={top}
                isChanged={changes.frame(frame.pfn)}
              />
            );
          })}
        </ul>
      </div>
      {view.framesOmitted > 0 && <p class="quiet">{view.framesOmitted} more data frames are in use.</p>}
    </Panel>
  );
}

interface ProcessProps {
  readonly block: ProcessBlock;
  readonly layout: MemoryLayout;
  readonly band: Band;
  readonly focus: MemoryProps['focus'];
}

function Process({ block, layout, band, focus }: ProcessProps): JSX.Element {
  const { process, space, vmas } = block;
  const resident = space ? space.anonPages + space.filePages + space.shmemPages : 0;
  return (
    <section
      class={`process ${colourClass(process.pid)} ${space ? '' : 'ended'}`}
      style={{ marginBottom: `${GAP}em` }}
      aria-label={`Process ${process.pid}`}
    >
      <h3 style={{ height: `${PROCESS_HEIGHT}em` }}>
        Process <span class="pid">{process.pid}</span>
        {process.name}
        {space ? '' : ' has ended'}
        <small>
          {space && `${resident} pages resident, `}
          {process.minflt + process.majflt} faults
          {process.majflt > 0 && `, ${process.majflt} major`}
        </small>
      </h3>
      {space && vmas.length === 0 && (
        <p class="quiet note" style={{ height: `${NOTE_HEIGHT}em` }}>
          nothing mapped
        </p>
      )}
      {vmas.map((vma, i) => {
        const { top, height } = layout.vmaAt.get(vma)!;
        const isHere = space !== undefined && focus?.space === space.id;
        const rowAt = (y: number) => Math.floor((y - top - VMA_HEIGHT) / ROW_HEIGHT);
        return (
          <Vma
            key={i}
            block={vma}
            height={height}
            first={Math.max(0, rowAt(band.from))}
            end={Math.max(0, Math.min(vma.rows.length, rowAt(band.to) + 1))}
            focus={isHere && contains(vma.vma, focus.vpn) ? focus.vpn : -1}
          />
        );
      })}
    </section>
  );
}

interface VmaProps {
  readonly block: VmaBlock;
  readonly height: number;
  /** Which of its rows are drawn: [first, end). */
  readonly first: number;
  readonly end: number;
  /** The page at hand, -1 when it is not in this VMA. */
  readonly focus: number;
}

const Vma = memo(({ block, height, first, end, focus }: VmaProps): JSX.Element => {
  const { vma, title, perm, rows, omitted } = block;
  return (
    <div class="vma" style={{ height: `${height}em` }}>
      <h4 style={{ height: `${VMA_HEIGHT}em` }}>
        <b>{title}</b> <code>{perm}</code> <small>{sizeWords(vma.end - vma.start)}</small>
      </h4>
      <ul style={{ height: `${rows.length * ROW_HEIGHT}em`, paddingTop: `${first * ROW_HEIGHT}em` }}>
        {rows.slice(first, end).map((row, at) => (
          // Elements are used again for other pages: few are made anew.
          <Page key={at} row={row} isFocus={isAt(row, focus)} />
        ))}
      </ul>
      {omitted > 0 && (
        <p class="quiet note" style={{ height: `${NOTE_HEIGHT}em` }}>
          {omitted} more pages mapped
        </p>
      )}
    </div>
  );
});

function contains(vma: replay.VmaView, vpn: number): boolean {
  return vpn >= vma.start && vpn < vma.end;
}

function isAt(row: PageRow, vpn: number): boolean {
  return vpn >= row.vpn && vpn < row.vpn + row.pages;
}

const Page = memo(({ row, isFocus }: { row: PageRow; isFocus: boolean }): JSX.Element => {
  return (
    <li class={`page ${row.kind} ${isFocus ? 'focus' : ''}`} style={{ height: `${ROW_HEIGHT}em` }}>
      <span class="name">{row.name}</span>
      {row.kind === 'mapped' && (
        <>
          <span class="marks">
            {row.accessed && <abbr title="accessed">A</abbr>}
            {row.dirty && <abbr title="dirty">D</abbr>}
          </span>
          <Padlock open={row.writable} />
          <span class="sr">
            {row.writable ? 'writable' : 'write-protected'}, frame {replay.frameName(row.pfn)}
          </span>
        </>
      )}
      {row.kind === 'empty' && <span class="marks quiet">not mapped</span>}
      {row.kind === 'hidden' && <span class="marks quiet">no access</span>}
      {row.kind === 'swap' && <span class="marks quiet">swapped out</span>}
    </li>
  );
});

interface LinesProps {
  readonly view: MemoryView;
  readonly layout: MemoryLayout;
  readonly band: Band;
  readonly focus: MemoryProps['focus'];
}

function Lines({ view, layout, band, focus }: LinesProps): JSX.Element {
  const lines: JSX.Element[] = [];
  for (const { process, vmas } of view.processes)
    for (const { rows } of vmas)
      for (const row of rows) {
        const top = layout.cardAt.get(row.pfn);
        if (row.kind === 'empty' || row.kind === 'swap' || top === undefined) continue;
        const from = layout.rowAt.get(row.key)!;
        const to = top + CARD_HEIGHT / 2;
        if (!touches(band, from, from) && !touches(band, to, to)) continue;
        const isFocus = focus?.space === row.space && isAt(row, focus.vpn);
        lines.push(
          <path
            key={lines.length}
            class={`${colourClass(process.pid)} ${row.writable ? 'writable' : 'protected'} ${isFocus ? 'focus' : ''}`}
            d={`M0 ${from * 10}C${GUTTER * 5} ${from * 10} ${GUTTER * 5} ${to * 10} ${GUTTER * 10} ${to * 10}`}
          />,
        );
      }
  return (
    <svg
      class="lines"
      aria-hidden="true"
      viewBox={`0 0 ${GUTTER * 10} ${layout.height * 10}`}
      preserveAspectRatio="none"
    >
      {lines}
    </svg>
  );
}

interface FrameProps extends Pick<FrameCard, 'frame' | 'sharers' | 'owner'> {
  readonly top: number;
  readonly isChanged: boolean;
}

const Frame = memo(({ frame, sharers, owner, top, isChanged }: FrameProps): JSX.Element => {
  const isZero = frame.kind === 'zero';
  return (
    <li
      class={`frame ${frame.kind} ${isChanged ? 'changed' : ''}`}
      style={{ top: `${top}em`, height: `${CARD_HEIGHT}em` }}
    >
      <div class="head">
        <code>{replay.frameName(frame.pfn)}</code>
        {frame.byte !== undefined && (
          <span class="byte" title="the first byte of the page">
            <span class="sr">first byte </span>
            {frame.byte}
          </span>
        )}
      </div>
      <div class="facts">
        <span class="owner">{owner}</span>
        {!isZero && (
          <span class="refs" title="references; mappings">
            {frame.references} ref{frame.references === 1 ? '' : 's'} · {frame.mapcount} map
            {frame.mapcount === 1 ? '' : 's'}
          </span>
        )}
      </div>
      <div class="sharers">
        {frame.exclusive && <span class="exclusive">exclusive</span>}
        {sharers.map(({ pid, pages }) => (
          <span key={pid} class={`chip ${colourClass(pid)}`} title={`process ${pid}: ${sizeWords(pages)}`}>
            {pages > 1 ? `${pid} × ${pages}` : pid}
          </span>
        ))}
      </div>
    </li>
  );
});

import type { JSX } from 'preact';
import { replay } from '../../src/index.ts';
import { colourClass } from '../model/colours.ts';
import { ownersOf } from '../model/owners.ts';
import { Padlock } from '../parts/icons.tsx';
import { Panel } from '../parts/panel.tsx';

interface TablesProps {
  readonly recording: replay.Recording;
  readonly reader: replay.PageTableReader;
  readonly state: replay.ReplayState;
  readonly changes: replay.Changes;
  /** The page of the access at hand. */
  readonly focus: { readonly space: number; readonly vpn: number } | undefined;
}

/** Entries of one table that are drawn at most: those around the one on the way to the page at hand. */
const MAX_ENTRIES = 16;
/** A table that is not on the way to it is drawn only when it has no more entries than this. */
const MAX_OFF_PATH = 8;

/** The page tables of every address space as trees, root at the left. */
export function TablesPanel({ recording, reader, state, changes, focus }: TablesProps): JSX.Element {
  const spaces = [...state.spaces.values()].map((value) => recording.objects[value - 1] as replay.SpaceView);
  const owners = ownersOf(recording, state);
  return (
    <Panel id="tables" title="Page tables">
      {spaces.length === 0 && <p class="quiet">There is no address space.</p>}
      {spaces.map((space) => {
        const pid = owners.get(space.id) ?? 0;
        const isHere = focus?.space === space.id;
        return (
          <div key={space.id} class={`tree ${colourClass(pid)}`}>
            <h3>
              <span class="pid">{pid}</span> root in {replay.frameName(space.root)}{' '}
              <small>{space.tables + 1} tables</small>
            </h3>
            <Table
              context={{ recording, reader, state, changes }}
              pfn={space.root}
              level={recording.mode.levels}
              base={0}
              path={isHere ? focus.vpn : undefined}
            />
          </div>
        );
      })}
    </Panel>
  );
}

interface TableProps {
  readonly context: Omit<TablesProps, 'focus'>;
  readonly pfn: number;
  readonly level: number;
  readonly base: number;
  /** The page at hand, while this table is on the way to it. */
  readonly path: number | undefined;
}

function Table({ context, pfn, level, base, path }: TableProps): JSX.Element {
  const { recording, reader, state } = context;
  const used = reader.used(state.memory, pfn, level);
  const span = reader.span(level);
  const isFolded = path === undefined && used.length > MAX_OFF_PATH;
  const at = path === undefined ? 0 : used.findIndex((index) => base + (index + 1) * span > path);
  const middle = (at < 0 ? used.length : at) - MAX_ENTRIES / 2;
  const first = Math.max(0, Math.min(middle, used.length - MAX_ENTRIES));
  const shown = isFolded ? [] : used.slice(first, first + MAX_ENTRIES);
  const omitted = used.length - shown.length;
  return (
    <div class="table">
      <span class="caption">
        {replay.tableName(recording.mode, level)} <code>{replay.frameName(pfn)}</code>
      </span>
      {used.length === 0 && <span class="quiet">empty</span>}
      {shown.length > 0 && (
        <ul>
          {shown.map((index, i) => (
            <Entry
              key={i}
              context={context}
              table={pfn}
              entry={reader.entry(state.memory, pfn, level, base, index)}
              path={path}
            />
          ))}
        </ul>
      )}
      {omitted > 0 && (
        <span class="quiet">
          {omitted} {isFolded ? '' : 'more '}entries
        </span>
      )}
    </div>
  );
}

function Entry({
  context,
  table,
  entry,
  path,
}: {
  context: TableProps['context'];
  table: number;
  entry: replay.Entry;
  path: number | undefined;
}): JSX.Element {
  const { reader, changes } = context;
  const words = reader.mode.pteBytes / 4;
  const isChanged = [...Array(words).keys()].some((word) => changes.word(table, entry.index * words + word));
  const isOnPath = path !== undefined && path >= entry.vpn && path < entry.vpn + reader.span(entry.level);
  const writes = reader.writable(entry);
  return (
    <li class={`${entry.kind} ${isOnPath ? 'path' : ''} ${isChanged ? 'changed' : ''}`}>
      <span class="entry">
        <span class="index">{entry.index}</span>
        {entry.kind === 'leaf' && (
          <>
            → <code>{replay.frameName(entry.pfn)}</code> <Padlock open={writes} />
            <span class="sr">{writes ? 'writable' : 'write-protected'}</span>
            <span class="marks">
              {reader.pte.isYoung(entry.lo) && 'A'}
              {reader.pte.isDirty(entry.lo) && 'D'}
            </span>
          </>
        )}
        {entry.kind === 'hidden' && <span class="quiet">no access</span>}
        {entry.kind === 'swap' && <span class="quiet">swapped out</span>}
      </span>
      {entry.kind === 'table' && (
        <Table
          context={context}
          pfn={entry.pfn}
          level={entry.level - 1}
          base={entry.vpn}
          path={isOnPath ? path : undefined}
        />
      )}
    </li>
  );
}

import type { JSX } from 'preact';
import { replay } from '../../src/index.ts';
import { colourClass } from '../model/colours.ts';
import type { EntryView, TableView, TreeView } from '../model/tables-view.ts';
import { Padlock } from '../parts/icons.tsx';
import { memo } from '../parts/memo.ts';
import { Panel } from '../parts/panel.tsx';

interface TablesProps {
  readonly recording: replay.Recording;
  readonly trees: readonly TreeView[];
}

/** The page tables of every address space as trees, root at the left. */
export const TablesPanel = memo(
  ({ recording, trees }: TablesProps): JSX.Element => (
    <Panel id="tables" title="Page tables">
      {trees.length === 0 && <p class="quiet">There is no address space.</p>}
      {trees.map((tree) => (
        <Tree key={tree.space} recording={recording} tree={tree} />
      ))}
    </Panel>
  ),
);

const Tree = memo(
  ({ recording, tree }: { recording: replay.Recording; tree: TreeView }): JSX.Element => (
    <div class={`tree ${colourClass(tree.pid)}`}>
      <h3>
        <span class="pid">{tree.pid}</span> root in {replay.frameName(tree.root.pfn)}{' '}
        <small>{tree.tables} tables</small>
      </h3>
      <Table recording={recording} table={tree.root} />
    </div>
  ),
);

function Table({ recording, table }: { recording: replay.Recording; table: TableView }): JSX.Element {
  const { pfn, level, entries, omitted } = table;
  return (
    <div class="table">
      <span class="caption">
        {replay.tableName(recording.mode, level)} <code>{replay.frameName(pfn)}</code>
      </span>
      {entries.length === 0 && omitted === 0 && <span class="quiet">empty</span>}
      {entries.length > 0 && (
        <ul>
          {entries.map((entry, i) => (
            // Elements are used again for other entries: few are made anew.
            <Entry key={i} recording={recording} entry={entry} />
          ))}
        </ul>
      )}
      {omitted > 0 && (
        <span class="quiet">
          {omitted} {entries.length === 0 ? '' : 'more '}entries
        </span>
      )}
    </div>
  );
}

const Entry = memo(({ recording, entry }: { recording: replay.Recording; entry: EntryView }): JSX.Element => {
  const { index, kind, pfn, writable, accessed, dirty, onPath, changed, table } = entry;
  return (
    <li class={`${kind} ${onPath ? 'path' : ''} ${changed ? 'changed' : ''}`}>
      <span class="entry">
        <span class="index">{index}</span>
        {kind === 'leaf' && (
          <>
            → <code>{replay.frameName(pfn)}</code> <Padlock open={writable} />
            <span class="sr">{writable ? 'writable' : 'write-protected'}</span>
            <span class="marks">
              {accessed && 'A'}
              {dirty && 'D'}
            </span>
          </>
        )}
        {kind === 'hidden' && <span class="quiet">no access</span>}
        {kind === 'swap' && <span class="quiet">swapped out</span>}
      </span>
      {table && <Table recording={recording} table={table} />}
    </li>
  );
});

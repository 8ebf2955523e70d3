import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { replay } from '../src/index.ts';
import { useKept } from './model/kept.ts';
import { viewMemory } from './model/memory-view.ts';
import { ownersOf } from './model/owners.ts';
import type { Player } from './model/player.ts';
import { viewTables } from './model/tables-view.ts';
import { accessAt, viewAccess } from './model/walk-view.ts';
import { AddressPanel } from './panels/address.tsx';
import { PscPanel, TlbPanel } from './panels/caches.tsx';
import { LedgerPanel } from './panels/ledger.tsx';
import { MemoryPanel } from './panels/memory.tsx';
import { NowPanel } from './panels/now.tsx';
import { StepsPanel } from './panels/steps.tsx';
import { TablesPanel } from './panels/tables.tsx';
import { WalkPanel } from './panels/walk.tsx';

interface ViewsProps {
  readonly player: Player;
  /** The script, or its editor. */
  readonly script: JSX.Element;
  readonly onSeek: (position: number) => void;
}

/**
 * The panels: the script on the left, what happens in the middle, the hardware's caches on the right. The state is
 * changed in place; its versions tell which panels must be made again, and the others cost a step nothing.
 */
export function Views({ player, script, onSeek }: ViewsProps): JSX.Element {
  const { recording, cursor, position } = player;
  const { state } = cursor;
  const { versions } = state;
  const reader = useMemo(() => new replay.PageTableReader(recording.mode), [recording]);
  const number = accessAt(recording, position);
  const view = useMemo(
    () => (number < 0 ? undefined : viewAccess(recording, number, position)),
    [recording, number, position],
  );
  const vpn = view?.access.vpn;
  const space = view?.access.space;
  const focus = useMemo(
    () => (vpn === undefined || space === undefined ? undefined : { space, vpn }),
    [vpn, space],
  );
  const changes = useMemo(() => cursor.changes(), [cursor, position]);
  const memory = useKept(
    useMemo(
      () => viewMemory(recording, reader, state, focus),
      [recording, reader, focus, versions.memory, versions.frames, versions.processes],
    ),
  );
  const memoryPanel = useMemo(
    () => <MemoryPanel view={memory} changes={changes} focus={focus} />,
    [memory, changes.of('frames'), focus],
  );
  const trees = useKept(
    useMemo(
      () => viewTables(recording, { reader, state, changes }, focus),
      [recording, reader, changes.of('memory'), focus, versions.memory, versions.processes],
    ),
  );
  const pidOf = useMemo(() => {
    const owners = ownersOf(recording, state);
    return (asid: number) => owners.get((state.holders.get(asid) ?? 0) - 1) ?? 0;
  }, [recording, versions.processes]);
  const { what } = recording.steps[position - 1]!;
  const hit = what.kind === 'lookup' && what.slot >= 0 ? what : undefined;
  const caches = { recording, state, changes, pidOf, touched: hit };
  const tlbs = useMemo(
    () => <TlbPanel {...caches} />,
    [recording, versions.tlbs, changes.of('tlbs'), pidOf, hit],
  );
  const pscs = useMemo(() => <PscPanel {...caches} />, [recording, versions.pscs, changes.of('pscs'), pidOf]);
  return (
    <main>
      <div class="column left">
        {script}
        <LedgerPanel player={player} />
      </div>
      <div class="column middle">
        <NowPanel player={player} />
        <AddressPanel recording={recording} view={view} />
        <WalkPanel recording={recording} view={view} />
        {memoryPanel}
      </div>
      <div class="column right">
        <StepsPanel player={player} onSeek={onSeek} />
        {tlbs}
        {pscs}
      </div>
      <TablesPanel recording={recording} trees={trees} />
    </main>
  );
}

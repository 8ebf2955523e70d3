import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type InputError, replay } from '../src/index.ts';
import { useKeys } from './model/keys.ts';
import { viewMemory } from './model/memory-view.ts';
import { encodeLink } from './model/permalink.ts';
import type { Grain } from './model/player.ts';
import { type Session, useSession } from './model/session.ts';
import { introduction, textOf } from './model/source.ts';
import { applyTheme, isDark, onSystemTheme, setDark } from './model/theme.ts';
import { accessAt, viewAccess } from './model/walk-view.ts';
import { AddressPanel } from './panels/address.tsx';
import { PscPanel, TlbPanel } from './panels/caches.tsx';
import { EditorPanel } from './panels/editor.tsx';
import { Header } from './panels/header.tsx';
import { HelpDialog } from './panels/help.tsx';
import { LedgerPanel } from './panels/ledger.tsx';
import { MemoryPanel } from './panels/memory.tsx';
import { NowPanel } from './panels/now.tsx';
import { ScriptPanel } from './panels/script.tsx';
import { StepsPanel } from './panels/steps.tsx';
import { TablesPanel } from './panels/tables.tsx';
import { Transport } from './panels/transport.tsx';
import { WalkPanel } from './panels/walk.tsx';

/** Milliseconds between two grains while playing. */
const PACE: Readonly<Record<Grain, number>> = { line: 900, access: 700, step: 350, cycle: 40 };

export function App(): JSX.Element {
  const session = useSession();
  const { player } = session;
  const [grain, setGrain] = useState<Grain>('step');
  const [playing, setPlaying] = useState(false);
  const [editing, setEditing] = useState(false);
  const [help, setHelp] = useState(false);
  const [dark, setDarkShown] = useState(isDark);
  useEffect(
    () =>
      onSystemTheme(() => {
        applyTheme();
        setDarkShown(isDark());
      }),
    [],
  );
  useEffect(() => {
    if (!playing || !player) return;
    const timer = setInterval(() => {
      if (!player.move(grain, 1)) setPlaying(false);
      session.redraw();
    }, PACE[grain]);
    return () => clearInterval(timer);
  }, [playing, player, grain, session]);
  const move = (by: Grain, direction: 1 | -1) => {
    player?.move(by, direction);
    session.redraw();
  };
  const seek = (position: number) => {
    player?.seek(position);
    session.redraw();
  };
  const canEdit = session.source?.kind === 'scenario';
  useKeys({
    move: (by, direction) => move(by ?? grain, direction),
    toStart: () => seek(1),
    toEnd: () => seek(Number.MAX_SAFE_INTEGER),
    play: () => setPlaying(!playing),
    edit: () => canEdit && setEditing(true),
    help: () => setHelp(true),
  });
  const isDropping = useDrop(session.openFile);
  return (
    <div class={`page ${isDropping ? 'dropping' : ''}`}>
      <Header
        name={session.source?.name ?? ''}
        machine={session.machine}
        dark={dark}
        onExample={session.openExample}
        onMachine={session.setMachine}
        onFile={session.openFile}
        onShare={() => share(session)}
        onTheme={() => {
          setDark(!dark);
          setDarkShown(!dark);
        }}
        onHelp={() => setHelp(true)}
      />
      {session.problem && <Problem problem={session.problem} />}
      {player && session.source && (
        <>
          <Views
            session={session}
            script={
              editing && canEdit ? (
                <EditorPanel
                  name={session.source.name}
                  text={textOf(session.source)}
                  onRun={session.runText}
                  onClose={() => setEditing(false)}
                />
              ) : (
                <ScriptPanel
                  recording={player.recording}
                  operation={player.step.operation}
                  name={session.source.name}
                  introduction={
                    session.source.kind === 'scenario' ? introduction(textOf(session.source)) : []
                  }
                  onSeek={(operation) => {
                    player.seekOperation(operation);
                    session.redraw();
                  }}
                  onEdit={canEdit ? () => setEditing(true) : undefined}
                />
              )
            }
            onSeek={seek}
          />
          <Transport
            player={player}
            grain={grain}
            playing={playing}
            onGrain={setGrain}
            onMove={(direction) => move(grain, direction)}
            onSeek={seek}
            onPlay={() => setPlaying(!playing)}
          />
        </>
      )}
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}

interface ViewsProps {
  readonly session: Session;
  /** The script, or its editor. */
  readonly script: JSX.Element;
  readonly onSeek: (position: number) => void;
}

/** The panels: the script on the left, what happens in the middle, the hardware's caches on the right. */
function Views({ session, script, onSeek }: ViewsProps): JSX.Element {
  const player = session.player!;
  const { recording, cursor, position } = player;
  const { state } = cursor;
  const reader = useMemo(() => new replay.PageTableReader(recording.mode), [recording]);
  const number = accessAt(recording, position);
  const view = useMemo(
    () => (number < 0 ? undefined : viewAccess(recording, number, position)),
    [recording, number, position],
  );
  const focusVpn = view?.access.vpn;
  const focusSpace = view?.access.space;
  const focus = useMemo(
    () => (focusVpn === undefined ? undefined : { space: focusSpace!, vpn: focusVpn }),
    [focusVpn, focusSpace],
  );
  const { versions } = state;
  // The state is changed in place: this tells whether it was.
  const stamp = `${versions.memory},${versions.frames},${versions.processes}`;
  const memory = useMemo(
    () => viewMemory(recording, reader, state, focus),
    [recording, reader, focus, stamp],
  );
  const changes = useMemo(() => cursor.changes(), [cursor, position]);
  const { what } = recording.steps[position - 1]!;
  const touched = what.kind === 'lookup' && what.slot >= 0 ? what : undefined;
  const owners = new Map<number, number>();
  for (const { process } of memory.processes) if (!process.ended) owners.set(process.space, process.pid);
  const pidOf = (asid: number) => owners.get((state.holders.get(asid) ?? 0) - 1) ?? 0;
  const caches = { recording, state, changes, pidOf, touched };
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
        <MemoryPanel view={memory} changes={changes} focus={focus} />
      </div>
      <div class="column right">
        <StepsPanel player={player} onSeek={onSeek} />
        <TlbPanel {...caches} />
        <PscPanel {...caches} />
      </div>
      <TablesPanel recording={recording} reader={reader} state={state} changes={changes} view={view} />
    </main>
  );
}

function Problem({ problem }: { problem: InputError }): JSX.Element {
  return (
    <div class="problem page-problem" role="alert">
      {problem.place && <b>{problem.place}</b>} {problem.message}
      {problem.remedy && <span class="remedy">{problem.remedy}</span>}
    </div>
  );
}

/** Puts the link into the address bar and on the clipboard; what to say about it. */
async function share({ source, machine, player }: Session): Promise<string> {
  if (!source || !player) return '';
  const hash = await encodeLink({ ...source, machine, place: player.place });
  if (hash === undefined) return 'This is too large for a link.';
  history.replaceState(null, '', hash);
  try {
    await navigator.clipboard.writeText(location.href);
    return 'The link is on the clipboard.';
  } catch {
    return 'The link is in the address bar.';
  }
}

/** Files dropped anywhere on the page; true while one hovers over it. */
function useDrop(onFile: (file: File) => void): boolean {
  const [hovering, setHovering] = useState(false);
  const handler = useRef(onFile);
  handler.current = onFile;
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setHovering(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovering(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setHovering(false);
      const file = event.dataTransfer?.files[0];
      if (file) handler.current(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return hovering;
}

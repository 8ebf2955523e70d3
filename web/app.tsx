import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { InputError } from '../src/index.ts';
import { useKeys } from './model/keys.ts';
import { encodeLink } from './model/permalink.ts';
import type { Grain } from './model/player.ts';
import { type Session, useSession } from './model/session.ts';
import { introduction, textOf } from './model/source.ts';
import { applyTheme, isDark, onSystemTheme, setDark } from './model/theme.ts';
import { EditorPanel } from './panels/editor.tsx';
import { Header } from './panels/header.tsx';
import { HelpDialog } from './panels/help.tsx';
import { ScriptPanel } from './panels/script.tsx';
import { Transport } from './panels/transport.tsx';
import { ResultView } from './result/result-view.tsx';
import { Views } from './views.tsx';

/** Milliseconds between two grains while playing. */
const PACE: Readonly<Record<Grain, number>> = { line: 900, access: 700, step: 350, cycle: 40 };

export function App(): JSX.Element {
  const session = useSession();
  const { player } = session;
  const [grain, setGrain] = useState<Grain>('step');
  const [playing, setPlaying] = useState(false);
  const { source } = session;
  const canEdit = source?.kind === 'scenario';
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
  const { redraw } = session;
  const seek = useCallback(
    (position: number) => {
      player?.seek(position);
      redraw();
    },
    [player, redraw],
  );
  const seekLine = useCallback(
    (line: number) => {
      player?.seekOperation(line);
      redraw();
    },
    [player, redraw],
  );
  useKeys({
    move: (by, direction) => move(by ?? grain, direction),
    toStart: () => seek(1),
    toEnd: () => seek(Number.MAX_SAFE_INTEGER),
    play: () => setPlaying(!playing),
    edit: () => canEdit && setEditing(true),
    help: () => setHelp(true),
  });
  const isDropping = useDrop(session.openFile);
  const operation = player?.step.operation;
  const text = useMemo(() => (source?.kind === 'scenario' ? textOf(source) : undefined), [source]);
  const head = useMemo(() => introduction(text ?? ''), [text]);
  const script = useMemo(() => {
    if (!player || !source) return undefined;
    if (editing && text !== undefined)
      return (
        <EditorPanel
          name={source.name}
          text={text}
          onRun={session.runText}
          onClose={() => setEditing(false)}
        />
      );
    return (
      <ScriptPanel
        recording={player.recording}
        operation={operation!}
        name={source.name}
        introduction={head}
        onSeek={seekLine}
        onEdit={canEdit ? () => setEditing(true) : undefined}
      />
    );
    // The list grows while it is recorded.
  }, [player, source, text, editing, operation, player?.recording.operations.length]);
  return (
    <div class={`page ${isDropping ? 'dropping' : ''}`}>
      <Header
        name={session.source?.name ?? ''}
        machine={session.result ? undefined : session.machine}
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
      {session.result && <ResultView result={session.result} />}
      {player && script && (
        <>
          <Views player={player} script={script} onSeek={seek} />
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
  if (!source) return '';
  const hash = await encodeLink({ ...source, machine, place: player?.place ?? '' });
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

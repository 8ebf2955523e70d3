import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { replay } from '../../src/index.ts';
import { colourClass } from '../model/colours.ts';
import { memo } from '../parts/memo.ts';
import { Panel } from '../parts/panel.tsx';

interface ScriptProps {
  readonly recording: replay.Recording;
  /** The line at hand; -1 before the first. */
  readonly operation: number;
  readonly introduction: readonly string[];
  readonly name: string;
  readonly onSeek: (operation: number) => void;
  readonly onEdit: (() => void) | undefined;
}

/** Height of a line in px at a font of 16 px; the list draws only what is in sight. */
const LINE_REM = 1.75;
const OVERSCAN = 5;

/** The script: one line an operation, each of them a place to go to. */
export function ScriptPanel({
  recording,
  operation,
  introduction,
  name,
  onSeek,
  onEdit,
}: ScriptProps): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const [window, setWindow] = useState({ top: 0, height: 600 });
  const { operations } = recording;
  const line = LINE_REM * useRem();
  // The list is asked for nothing here: that would make the layout twice.
  useLayoutEffect(() => {
    const top = Math.max(0, operation) * line;
    const { top: scrollTop, height } = window;
    // Into the middle, not just into sight: the next lines then scroll nothing.
    if (list.current && (top < scrollTop + line || top > scrollTop + height - line * 2))
      list.current.scrollTop = top - height / 2;
  }, [operation, line]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const update = () => setWindow({ top: element.scrollTop, height: element.clientHeight });
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(window.top / line) - OVERSCAN);
  const last = Math.min(operations.length, Math.ceil((window.top + window.height) / line) + OVERSCAN);
  return (
    <Panel
      id="script"
      title={name}
      aside={
        onEdit && (
          <button type="button" class="small" onClick={onEdit}>
            Edit
          </button>
        )
      }
    >
      {introduction.length > 0 && (
        <details class="introduction">
          <summary>{introduction[0]}</summary>
          {introduction.slice(1).map((words) => (
            <p key={words}>{words}</p>
          ))}
        </details>
      )}
      <ol
        class="lines"
        ref={list}
        onScroll={({ currentTarget }) =>
          setWindow({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
        }
      >
        <li aria-hidden="true" style={{ height: `${first * LINE_REM}rem` }} />
        {operations.slice(first, last).map((record, i) => {
          const index = first + i;
          const place = index === operation ? 'here' : index > operation ? 'ahead' : '';
          return <Line key={index} record={record} index={index} place={place} onSeek={onSeek} />;
        })}
        <li aria-hidden="true" style={{ height: `${(operations.length - last) * LINE_REM}rem` }} />
      </ol>
      {!recording.finished && (
        <p class="quiet">
          recording: {operations.length} of {recording.expected}
        </p>
      )}
    </Panel>
  );
}

interface LineProps {
  readonly record: replay.OperationRecord;
  readonly index: number;
  readonly place: 'here' | 'ahead' | '';
  readonly onSeek: (operation: number) => void;
}

const Line = memo(({ record, index, place, onSeek }: LineProps): JSX.Element => {
  const { line, pid, text, sentence, answer } = record;
  return (
    <li class={`${colourClass(pid)} ${place}`} style={{ height: `${LINE_REM}rem` }}>
      <button
        type="button"
        onClick={() => onSeek(index)}
        aria-current={place === 'here' ? 'step' : undefined}
        title={sentence}
      >
        <span class="number">{line}</span>
        <span class="pid">{pid > 0 ? pid : '–'}</span>
        <span class="words">{text.replace(pid > 0 ? /^\d+ / : /^- /, '')}</span>
        <Faults answer={answer} />
        {('sig' in answer || 'errno' in answer) && (
          <span class="failed">{String(answer.sig ?? answer.errno)}</span>
        )}
      </button>
    </li>
  );
});

function Faults({ answer }: { answer: replay.OperationRecord['answer'] }): JSX.Element | null {
  const faults = Number(answer.minflt ?? 0) + Number(answer.majflt ?? 0);
  if (faults === 0) return null;
  return (
    <span class="faults" title={`${faults} page fault${faults === 1 ? '' : 's'}`}>
      {faults > 1 ? faults : ''}⚡<span class="sr">page faults</span>
    </span>
  );
}

/** The page's font size in px; it follows the width of the window. */
function useRem(): number {
  const [rem, setRem] = useState(remInPixels);
  useEffect(() => {
    const update = () => setRem(remInPixels());
    addEventListener('resize', update);
    return () => removeEventListener('resize', update);
  }, []);
  return rem;
}

function remInPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { InputError } from '../../src/index.ts';
import { Panel } from '../parts/panel.tsx';

interface EditorProps {
  readonly name: string;
  readonly text: string;
  /** Takes the text; throws InputError where it is wrong. */
  readonly onRun: (text: string) => Promise<void>;
  readonly onClose: () => void;
}

/** A scenario to write: mistakes are shown with line and column, and the cursor goes there. */
export function EditorPanel({ name, text, onRun, onClose }: EditorProps): JSX.Element {
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState<InputError>();
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLPreElement>(null);
  const run = async () => {
    try {
      setProblem(undefined);
      await onRun(draft);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      setProblem(error);
      const [line, column] = placeOf(error);
      if (area.current && line > 0) goTo(area.current, line, column);
    }
  };
  const [wrongLine] = problem ? placeOf(problem) : [0];
  const lines = draft.split('\n').length;
  return (
    <Panel
      id="script"
      title={`Edit ${name}`}
      aside={
        <>
          <button type="button" class="small primary" onClick={run} title="Ctrl+Enter">
            Run
          </button>{' '}
          <button type="button" class="small" onClick={onClose}>
            Close
          </button>
        </>
      }
    >
      <div class={`editor ${problem ? 'wrong' : ''}`}>
        <pre ref={numbers} class="numbers" aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => (
            <span key={i} class={i + 1 === wrongLine ? 'wrong' : ''}>
              {i + 1}
              {'\n'}
            </span>
          ))}
        </pre>
        <textarea
          ref={area}
          aria-label="Scenario"
          aria-invalid={problem !== undefined}
          aria-describedby="editor-problem"
          spellcheck={false}
          autocapitalize="off"
          wrap="off"
          value={draft}
          onInput={({ currentTarget }) => setDraft(currentTarget.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
            if (event.key === 'Escape') onClose();
          }}
        />
      </div>
      <p id="editor-problem" class="problem" role="alert">
        {problem && (
          <>
            <b>{problem.place}</b> {problem.message}
            {problem.remedy && <span class="remedy">{problem.remedy}</span>}
          </>
        )}
      </p>
    </Panel>
  );
}

/** Line and column of an error's place, `name:line:column`; 0 where it names none. */
function placeOf({ place }: InputError): [line: number, column: number] {
  const found = /:(\d+)(?::(\d+))?$/.exec(place ?? '');
  return found ? [Number(found[1]), Number(found[2] ?? 1)] : [0, 0];
}

function goTo(area: HTMLTextAreaElement, line: number, column: number): void {
  const start =
    area.value
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0);
  const at = start + column - 1;
  area.focus();
  area.setSelectionRange(at, at);
}

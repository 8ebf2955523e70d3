import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { replay } from '../../src/index.ts';
import type { Player } from '../model/player.ts';
import { memo } from '../parts/memo.ts';
import { Panel } from '../parts/panel.tsx';

/** Steps of a line that are drawn around the one at hand, and how many of them come and go at once. */
const MAX_STEPS = 24;
const STEPS_AT_ONCE = 8;
/** How many more there are with each scroll to an end of the list, and how near to it, in px, that is. */
const MORE_STEPS = 32;
const NEAR = 24;

/** Steps that scrolling has added at both ends of the list of one line. */
const NOT_GROWN = { operation: -1, before: 0, after: 0 };

interface StepsProps {
  readonly player: Player;
  readonly onSeek: (position: number) => void;
}

/** What the line at hand does, step by step: lookups, PTE reads, the kernel's decisions and its work. */
export function StepsPanel({ player, onSeek }: StepsProps): JSX.Element {
  const { recording, position, step, into } = player;
  const record = recording.operations[step.operation];
  const list = useRef<HTMLOListElement>(null);
  const [grown, setGrown] = useState(NOT_GROWN);
  useLayoutEffect(() => {
    const here = list.current?.querySelector<HTMLElement>('.here');
    if (here && list.current) keepInSight(list.current, here);
  }, [position]);
  if (!record) {
    return (
      <Panel id="steps" title="Step by step">
        <p class="quiet">Nothing has run yet.</p>
      </Panel>
    );
  }
  const here = position - 1;
  const more = grown.operation === step.operation ? grown : NOT_GROWN;
  const wanted = here - ((here - record.firstStep) % STEPS_AT_ONCE) - STEPS_AT_ONCE;
  const begin = Math.max(record.firstStep, Math.min(wanted, record.lastStep + 1 - MAX_STEPS));
  const first = Math.max(record.firstStep, begin - more.before);
  const last = Math.min(record.lastStep, begin + MAX_STEPS - 1 + more.after);
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const grow = ({ scrollTop, clientHeight, scrollHeight }: HTMLElement) => {
    const before = first > record.firstStep && scrollTop < NEAR ? MORE_STEPS : 0;
    const isAtEnd = scrollTop + clientHeight > scrollHeight - NEAR;
    const after = last < record.lastStep && isAtEnd ? MORE_STEPS : 0;
    if (before + after === 0) return;
    setGrown({ operation: step.operation, before: more.before + before, after: more.after + after });
  };
  return (
    <Panel
      id="steps"
      title="Step by step"
      aside={`step ${here - record.firstStep + 1} of ${record.lastStep - record.firstStep + 1}`}
    >
      <ol class="steps" ref={list} onScroll={({ currentTarget }) => grow(currentTarget)}>
        {numbers.map((number, row) => (
          <StepRow
            // Rows are used again for other steps: most of a row stays as it is.
            key={row}
            recording={recording}
            number={number}
            place={number === here ? 'here' : number > here ? 'ahead' : ''}
            progress={number === here + 1 ? into : 0}
            onSeek={onSeek}
          />
        ))}
      </ol>
    </Panel>
  );
}

interface StepRowProps {
  readonly recording: replay.Recording;
  readonly number: number;
  readonly place: 'here' | 'ahead' | '';
  /** Cycles of it that have passed, while it is under way. */
  readonly progress: number;
  readonly onSeek: (position: number) => void;
}

const StepRow = memo(({ recording, number, place, progress, onSeek }: StepRowProps): JSX.Element => {
  const { what, charges } = recording.steps[number]!;
  const cycles = charges.reduce((sum, charge) => sum + charge.cycles, 0);
  const { title } = replay.describeStep(recording, number);
  return (
    <li class={`${what.kind} ${toneOf(what)} ${place}`}>
      <button
        type="button"
        onClick={() => onSeek(number + 1)}
        aria-current={place === 'here' ? 'step' : undefined}
      >
        <StepText what={what} title={title} />
        {cycles > 0 && (
          <span class="cycles">
            {progress > 0 ? `${progress}/` : ''}
            {cycles.toLocaleString('en')}
          </span>
        )}
      </button>
      {progress > 0 && <progress value={progress} max={cycles} aria-label="cycles of this step" />}
    </li>
  );
});

function StepText({ what, title }: { what: replay.Happening; title: string }): JSX.Element {
  if (what.kind === 'decide') {
    return (
      <span class="text">
        <code>{what.line.fn}</code> <span class="looks">{what.line.looks}:</span> {what.line.finds}
      </span>
    );
  }
  if (what.kind === 'work') {
    return (
      <span class="text">
        <code>{title}</code> <span class="looks">{replay.WORK_WORDS[what.part][1]}</span>
      </span>
    );
  }
  return <span class="text">{title}</span>;
}

/** Good news, bad news, or neither: for the colour of a step. */
function toneOf(what: replay.Happening): string {
  if (what.kind === 'lookup') return what.slot >= 0 ? 'good' : 'bad';
  if (what.kind === 'fault' || what.kind === 'refusal') return 'bad';
  if (what.kind === 'read' && what.verdict === 'refused') return 'bad';
  if (what.kind === 'resolved') return what.outcome.kind === 'signal' ? 'bad' : 'good';
  if (what.kind === 'fill' || what.kind === 'data') return 'good';
  return '';
}

/** Scrolls a list, and nothing around it, so that one of its items is in sight. */
export function keepInSight(list: HTMLElement, item: HTMLElement): void {
  const top = item.offsetTop - list.offsetTop;
  const margin = item.offsetHeight * 2;
  if (top < list.scrollTop + margin) list.scrollTop = top - margin;
  else if (top + item.offsetHeight > list.scrollTop + list.clientHeight - margin)
    list.scrollTop = top + item.offsetHeight - list.clientHeight + margin;
}

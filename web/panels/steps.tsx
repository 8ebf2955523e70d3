import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { replay } from '../../src/index.ts';
import type { Player } from '../model/player.ts';
import { Panel } from '../parts/panel.tsx';

/** Steps of a line that are drawn at most, around the one at hand. */
const MAX_STEPS = 48;

/** What the line at hand does, step by step: lookups, PTE reads, the kernel's decisions and its work. */
export function StepsPanel({
  player,
  onSeek,
}: {
  player: Player;
  onSeek: (position: number) => void;
}): JSX.Element {
  const { recording, position, step } = player;
  const record = recording.operations[step.operation];
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const here = list.current?.querySelector<HTMLElement>('.here');
    if (here && list.current) keepInSight(list.current, here);
  });
  if (!record) {
    return (
      <Panel id="steps" title="Step by step">
        <p class="quiet">Nothing has run yet.</p>
      </Panel>
    );
  }
  const here = position - 1;
  const first = Math.max(record.firstStep, Math.min(here - MAX_STEPS / 2, record.lastStep + 1 - MAX_STEPS));
  const last = Math.min(record.lastStep, first + MAX_STEPS - 1);
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return (
    <Panel
      id="steps"
      title="Step by step"
      aside={`step ${here - record.firstStep + 1} of ${record.lastStep - record.firstStep + 1}`}
    >
      <ol class="steps" ref={list}>
        {numbers.map((number, row) => {
          const { what, charges } = recording.steps[number]!;
          const cycles = charges.reduce((sum, charge) => sum + charge.cycles, 0);
          const { title } = replay.describeStep(recording, number);
          const progress = number === here + 1 && player.into > 0 ? player.into : 0;
          return (
            <li
              // Rows are used again for other steps: most of a row stays as it is.
              key={row}
              class={`${what.kind} ${toneOf(what)} ${number === here ? 'here' : number > here ? 'ahead' : ''}`}
            >
              <button
                type="button"
                onClick={() => onSeek(number + 1)}
                aria-current={number === here ? 'step' : undefined}
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
        })}
      </ol>
    </Panel>
  );
}

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

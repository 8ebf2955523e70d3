import type { JSX } from 'preact';
import { format, type RunResult } from '../../src/index.ts';
import { Panel } from '../parts/panel.tsx';

const WIDTH = 1000;
const HEIGHT = 220;
const FRAME_BYTES = 4096;

/** Memory in use over the run: the most in each interval, as steps. */
export function MemoryTimeline({ result: { memory } }: { result: RunResult }): JSX.Element {
  const { overTime, framesPeak, extraPeak, pageTableBytesPeak } = memory;
  const facts = [
    `${format.bytes(framesPeak * FRAME_BYTES)} at peak`,
    `${format.bytes(pageTableBytesPeak)} of it page tables`,
    ...(extraPeak === undefined
      ? []
      : [`${format.bytes(extraPeak * FRAME_BYTES)} beyond what the first fork found`]),
  ].join(', ');
  return (
    <Panel id="result-memory" title="Memory over time">
      <p>{facts}.</p>
      {overTime && overTime.frames.length > 0 ? (
        <Picture frames={overTime.frames} interval={overTime.interval} />
      ) : (
        <p class="quiet">This result has no timeline.</p>
      )}
    </Panel>
  );
}

function Picture({ frames, interval }: { frames: readonly number[]; interval: number }): JSX.Element {
  const most = Math.max(1, ...frames);
  const step = WIDTH / frames.length;
  const line = frames.map((value, i) => {
    const y = HEIGHT * (1 - value / most);
    return `${i === 0 ? 'M' : 'L'}${i * step} ${y}H${(i + 1) * step}`;
  });
  const words = `from ${format.bytes(frames[0]! * FRAME_BYTES)} to ${format.bytes(frames.at(-1)! * FRAME_BYTES)}`;
  return (
    <figure class="timeline-picture">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Memory in use, ${words}`}
      >
        {[0.25, 0.5, 0.75].map((share) => (
          <path key={share} class="grid" d={`M0 ${HEIGHT * share}H${WIDTH}`} />
        ))}
        <path class="area" d={`${line.join('')}V${HEIGHT}H0Z`} />
        <path class="edge" d={line.join('')} />
      </svg>
      <figcaption>
        <span>0</span>
        <span>
          {format.thousands(frames.length * interval)} cycles; top: {format.bytes(most * FRAME_BYTES)}
        </span>
      </figcaption>
    </figure>
  );
}

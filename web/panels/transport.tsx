import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { replay } from '../../src/index.ts';
import { colourClass } from '../model/colours.ts';
import { GRAINS, type Grain, type Player } from '../model/player.ts';
import { Back, First, Forth, Last, Pause, Play } from '../parts/icons.tsx';

interface TransportProps {
  readonly player: Player;
  readonly grain: Grain;
  readonly playing: boolean;
  readonly onGrain: (grain: Grain) => void;
  readonly onMove: (direction: 1 | -1) => void;
  readonly onSeek: (position: number) => void;
  readonly onPlay: () => void;
}

/** Where we stand, and the buttons to go elsewhere. */
export function Transport(props: TransportProps): JSX.Element {
  const { player, grain, playing, onGrain, onMove, onSeek, onPlay } = props;
  const { recording, position, cycle } = player;
  const record = recording.operations[player.step.operation];
  return (
    <footer class="transport">
      <div class="buttons">
        <button
          type="button"
          onClick={() => onSeek(1)}
          disabled={player.atStart}
          title="To the start (Home)"
          aria-label="To the start"
        >
          <First />
        </button>
        <button
          type="button"
          class="wide"
          onClick={() => onMove(-1)}
          disabled={player.atStart}
          title={`One ${grain} back (←)`}
          aria-label={`One ${grain} back`}
        >
          <Back />
        </button>
        <button
          type="button"
          class="play"
          onClick={onPlay}
          title="Play or pause (Space)"
          aria-label={playing ? 'Pause' : 'Play'}
        >
          {playing ? <Pause /> : <Play />}
        </button>
        <button
          type="button"
          class="wide"
          onClick={() => onMove(1)}
          disabled={player.atEnd}
          title={`One ${grain} forth (→)`}
          aria-label={`One ${grain} forth`}
        >
          <Forth />
        </button>
        <button
          type="button"
          onClick={() => onSeek(recording.length)}
          disabled={player.atEnd}
          title="To the end (End)"
          aria-label="To the end"
        >
          <Last />
        </button>
      </div>
      <fieldset class="grains">
        <legend class="sr">Step by</legend>
        {GRAINS.map((name) => (
          <label key={name} class={name === grain ? 'chosen' : ''}>
            <input type="radio" name="grain" checked={name === grain} onChange={() => onGrain(name)} />
            {name}
          </label>
        ))}
      </fieldset>
      <div class="track">
        <Timeline recording={recording} length={recording.length} />
        <input
          type="range"
          min={1}
          max={recording.length}
          value={position}
          aria-label="Position"
          aria-valuetext={
            record ? `line ${record.line}: ${replay.describeStep(recording, position - 1).title}` : 'start'
          }
          onInput={({ currentTarget }) => onSeek(Number(currentTarget.value))}
        />
      </div>
      <output class="place">
        <span>
          step <b>{position}</b>/{recording.length}
        </span>
        <span class="cycle">
          cycle <b>{cycle.toLocaleString('en')}</b>
        </span>
      </output>
    </footer>
  );
}

/** The whole recording as a strip: whose line runs, and where the faults are. */
function Timeline({ recording, length }: { recording: replay.Recording; length: number }): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const draw = () => {
      canvas.width = canvas.clientWidth * devicePixelRatio;
      canvas.height = canvas.clientHeight * devicePixelRatio;
      const style = getComputedStyle(canvas);
      const scale = canvas.width / length;
      for (const { pid, firstStep, lastStep } of recording.operations) {
        context.fillStyle = style.getPropertyValue(`--${colourClass(pid)}`);
        const width = Math.max(1, (lastStep + 1 - firstStep) * scale - (scale > 3 ? 1 : 0));
        context.fillRect(firstStep * scale, canvas.height * 0.35, width, canvas.height * 0.65);
      }
      context.fillStyle = style.getPropertyValue('--bad');
      for (const step of recording.faults)
        context.fillRect(step * scale, 0, Math.max(2, scale), canvas.height * 0.3);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [recording, length]);
  return <canvas class="timeline" ref={ref} />;
}

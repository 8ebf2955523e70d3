import type { JSX } from 'preact';
import { replay } from '../../src/index.ts';
import { colourClass } from '../model/colours.ts';
import type { Player } from '../model/player.ts';

/** What has just happened, in a sentence: read aloud as it changes. */
export function NowPanel({ player }: { player: Player }): JSX.Element {
  const { recording, position, step, into } = player;
  const record = recording.operations[step.operation];
  const coming = into > 0 ? replay.describeStep(recording, position).title : '';
  const { sentence } = replay.describeStep(recording, position - 1);
  const pid = record?.pid ?? 0;
  const isBad =
    step.what.kind === 'fault' || (step.what.kind === 'resolved' && step.what.outcome.kind === 'signal');
  return (
    <section class={`now ${colourClass(pid)} ${isBad ? 'bad' : ''}`} aria-labelledby="now-title">
      <h2 id="now-title" class="sr">
        Now
      </h2>
      <p class="operation">
        {record ? (
          <>
            <span class="line-number">line {record.line}</span>
            {pid > 0 && <span class="pid">{pid}</span>}
            <span>{record.sentence}</span>
          </>
        ) : (
          'Before the first line'
        )}
      </p>
      <p class="sentence" aria-live="polite" aria-atomic="true">
        {sentence}
        {coming !== '' && ` Under way: ${coming}.`}
      </p>
    </section>
  );
}

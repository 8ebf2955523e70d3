import type { JSX } from 'preact';
import { format, type RunResult } from '../../src/index.ts';
import { Panel } from '../parts/panel.tsx';
import { Bars } from './figures.tsx';

type Latency = NonNullable<RunResult['faults']['latency']>;

/** How long faults and forks took. */
export function LatencyPanel({ result: { faults, forks } }: { result: RunResult }): JSX.Element {
  return (
    <Panel id="result-latencies" title="Latencies">
      {!faults.latency && !forks.latency && (
        <p class="quiet">This run has none: its kernel charges no cycles, or nothing faulted.</p>
      )}
      {faults.latency && <Histogram title="Page faults" latency={faults.latency} />}
      {forks.latency && <Histogram title="Forks" latency={forks.latency} />}
    </Panel>
  );
}

function Histogram({ title, latency }: { title: string; latency: Latency }): JSX.Element {
  const { count, min, p50, p90, p99, max, histogram } = latency;
  const bins = Object.entries(histogram).map(([from, value]) => ({ from: Number(from), value }));
  bins.sort((a, b) => a.from - b.from);
  return (
    <section class="histogram">
      <h3>
        {title} <small>{format.thousands(count)}, in cycles</small>
      </h3>
      <Bars
        bars={bins.map(({ from, value }) => ({
          name: `${format.thousands(from)} to ${format.thousands(from * 2)}`,
          value,
          text: format.thousands(value),
        }))}
        className="walk"
      />
      <dl class="percentiles">
        {Object.entries({ min, p50, p90, p99, max }).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{format.thousands(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

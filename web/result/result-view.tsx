import type { JSX } from 'preact';
import type { RunResult } from '../../src/index.ts';
import { FaultCounters, ProcessCounters, SummaryPanel, TlbCounters, WalkCounters } from './counters.tsx';
import { LatencyPanel } from './latencies.tsx';
import { LedgerPicture } from './ledger-picture.tsx';
import { MemoryTimeline } from './memory-timeline.tsx';

/** A result of `pagewalk run --json`, in pictures. */
export function ResultView({ result }: { result: RunResult }): JSX.Element {
  return (
    <main class="result">
      <SummaryPanel result={result} />
      <LedgerPicture key={result.trace.path} cycles={result.cycles} />
      <div class="pair">
        <LatencyPanel result={result} />
        <MemoryTimeline result={result} />
        <FaultCounters result={result} />
        <WalkCounters result={result} />
        <TlbCounters result={result} />
      </div>
      <ProcessCounters result={result} />
    </main>
  );
}

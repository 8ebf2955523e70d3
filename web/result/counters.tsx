import type { JSX } from 'preact';
import { format, type RunResult } from '../../src/index.ts';
import { Panel } from '../parts/panel.tsx';
import { Bars, Figures } from './figures.tsx';

/** What ran on what, and the numbers that are asked for first. */
export function SummaryPanel({ result }: { result: RunResult }): JSX.Element {
  const { trace, machine, kernel, cycles } = result;
  const rows: (readonly [string, string])[] = [
    ['trace', `${trace.path} (${trace.format})`],
    ['machine', machine.name],
    ['kernel', kernel.policy ? `${kernel.name}, ${kernel.policy}` : kernel.name],
    ['accesses', format.thousands(trace.accesses)],
    ['processes, events', `${format.thousands(trace.processes)}, ${format.thousands(trace.events)}`],
    ['cycles', format.thousands(cycles.total)],
    ['cycles per access', cycles.perAccess.toFixed(3)],
  ];
  return (
    <Panel id="result-summary" title="Run">
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** Lookups of every TLB and data cache. */
export function TlbCounters({ result: { tlb, caches } }: { result: RunResult }): JSX.Element {
  return (
    <Panel id="result-tlb" title="TLBs and caches">
      <Figures
        label="TLBs"
        head={['', 'lookups', 'hits', 'misses', 'miss rate', 'MPKI', 'evictions', 'invalidations']}
        rows={Object.entries(tlb).map(([name, counts]) => [
          name,
          format.thousands(counts.lookups),
          format.thousands(counts.hits),
          format.thousands(counts.misses),
          format.percent(counts.misses, counts.lookups),
          counts.mpki.toFixed(3),
          format.thousands(counts.evictions),
          format.thousands(counts.invalidations),
        ])}
      />
      {Object.keys(caches).length > 0 && (
        <Figures
          label="Caches"
          head={['', 'requests', 'hits', 'misses', 'miss rate']}
          rows={Object.entries(caches).map(([name, { hits, misses }]) => [
            name,
            format.thousands(hits + misses),
            format.thousands(hits),
            format.thousands(misses),
            format.percent(misses, hits + misses),
          ])}
        />
      )}
    </Panel>
  );
}

/** PTE reads by level and by who answered. */
export function WalkCounters({ result: { walks } }: { result: RunResult }): JSX.Element {
  const answerers = [...new Set(Object.values(walks.byLevel).flatMap((reads) => Object.keys(reads)))];
  return (
    <Panel id="result-walks" title="Walks" aside={`${format.thousands(walks.count)} walks`}>
      <p>
        {format.ratio(walks.steps, walks.count)} PTE reads and {format.ratio(walks.cycles, walks.count, 1)}{' '}
        cycles each; {format.thousands(walks.faulted)} ended in a fault; {format.thousands(walks.adUpdates)} A
        or D bits set.
      </p>
      <Figures
        label="PTE reads by level"
        head={['PTE reads', 'walk cache hits', ...answerers]}
        rows={Object.entries(walks.byLevel).map(([level, reads]) => {
          const psc = walks.psc[level];
          return [
            level,
            psc ? format.percent(psc.hits, psc.hits + psc.misses) : '',
            ...answerers.map((name) => format.thousands(reads[name] ?? 0)),
          ];
        })}
      />
    </Panel>
  );
}

/** Page faults by kind, and what fork did. */
export function FaultCounters({ result: { faults, forks, memory } }: { result: RunResult }): JSX.Element {
  const kinds = Object.entries(faults.byKind).filter(([, count]) => count > 0);
  return (
    <Panel
      id="result-faults"
      title="Page faults"
      aside={`${format.thousands(faults.minor)} minor, ${format.thousands(faults.major)} major, ${format.thousands(faults.signals)} signals`}
    >
      {kinds.length === 0 && <p class="quiet">None.</p>}
      <Bars
        bars={kinds.map(([name, count]) => ({ name, value: count, text: format.thousands(count) }))}
        className="kernel"
      />
      <p>
        Forks: {format.thousands(forks.count)}, with {format.thousands(forks.ptesCopied)} PTEs copied in{' '}
        {format.thousands(forks.tablesCopied)} tables. {format.bytes(memory.bytesZeroed)} zeroed,{' '}
        {format.bytes(memory.bytesCopied)} copied.
      </p>
    </Panel>
  );
}

/** Rows of the table; fork servers have thousands of processes. */
const MOST_PROCESSES = 40;

export function ProcessCounters({ result: { processes } }: { result: RunResult }): JSX.Element {
  const kilobytes = (value: number | undefined) => (value === undefined ? '' : format.thousands(value));
  return (
    <Panel id="result-processes" title="Processes">
      <Figures
        label="Processes"
        head={['PID', 'parent', 'minflt', 'majflt', 'Rss kB', 'peak kB', 'Pss kB', 'VmPTE kB', 'name']}
        rows={processes
          .slice(0, MOST_PROCESSES)
          .map(({ pid, parent, name, minflt, majflt, rss, rssPeak, pss, vmPte }) => [
            String(pid),
            parent > 0 ? String(parent) : '',
            format.thousands(minflt),
            format.thousands(majflt),
            ...[rss, rssPeak, pss, vmPte].map(kilobytes),
            name,
          ])}
      />
      {processes.length > MOST_PROCESSES && (
        <p class="quiet">{format.thousands(processes.length - MOST_PROCESSES)} more in the file.</p>
      )}
    </Panel>
  );
}

import type { RunResult } from '../sim/result.ts';
import { bytes, columns, percent, ratio, thousands } from './format.ts';

/** Rows of the process table; fork servers have thousands. */
const MOST_PROCESSES = 16;

/** A run for a person: what they want first on top, the ledger at the end. Ends with a newline. */
export function textReport(result: RunResult): string {
  const sections = [
    summary(result),
    tlbs(result),
    walks(result),
    faults(result),
    processes(result),
    ledger(result),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function summary({ trace, machine, kernel, cycles }: RunResult): string {
  const { accesses, fetches, loads, stores, modifies } = trace;
  const mix = [
    `${thousands(fetches)} fetches`,
    `${thousands(loads)} loads`,
    `${thousands(stores)} stores`,
    ...(modifies > 0 ? [`${thousands(modifies)} modifies`] : []),
  ].join(', ');
  const prices =
    kernel.costs && kernel.costs.name !== kernel.policy ? `, priced as ${kernel.costs.name}` : '';
  const where = kernel.policy ? `${kernel.name} (${kernel.policy}${prices})` : kernel.name;
  const rows = [
    ['trace', `${trace.path} (${trace.format})`],
    ['machine', `${machine.name}, kernel ${where}`],
    ['accesses', `${thousands(accesses)}: ${mix}`],
    ...(trace.warmup > 0 ? [['warm-up', `${thousands(trace.warmup)} accesses before counting`]] : []),
    ...(trace.processes > 1
      ? [['processes', `${trace.processes}, with ${thousands(trace.events)} events`]]
      : []),
    ['cycles', `${thousands(cycles.total)}: ${cycles.perAccess.toFixed(3)} per access`],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(10)} ${value}`).join('\n');
}

function tlbs({ tlb }: RunResult): string {
  const rows = Object.entries(tlb).map(
    ([name, { lookups, hits, misses, mpki, evictions, invalidations }]) => [
      name,
      thousands(lookups),
      thousands(hits),
      thousands(misses),
      percent(misses, lookups),
      mpki.toFixed(3),
      thousands(evictions),
      thousands(invalidations),
    ],
  );
  return columns(
    [['TLB', 'lookups', 'hits', 'misses', 'miss rate', 'MPKI', 'evictions', 'invalidations'], ...rows],
    '',
  );
}

function walks({ walks: walk }: RunResult): string {
  if (walk.count === 0) return 'walks      none';
  const sizes = Object.entries(walk.bySize).map(([size, count]) => `${thousands(count)} of ${size}`);
  const head = [
    `walks      ${thousands(walk.count)} (${thousands(walk.faulted)} ended in a fault), ` +
      `${ratio(walk.steps, walk.count)} PTE reads and ${ratio(walk.cycles, walk.count, 1)} cycles each; ${sizes.join(', ')}`,
    `           ${thousands(walk.adUpdates)} A/D updates, ${thousands(walk.dirtyAssists)} stores to clean TLB entries` +
      (walk.queued > 0 ? `, ${thousands(walk.queued)} cycles in the walkers' queue` : ''),
  ].join('\n');
  const answerers = [...new Set(Object.values(walk.byLevel).flatMap((reads) => Object.keys(reads)))];
  const table = Object.entries(walk.byLevel).map(([level, reads]) => [
    level,
    walk.psc[level] ? percent(walk.psc[level].hits, walk.psc[level].hits + walk.psc[level].misses) : '',
    ...answerers.map((name) => thousands(reads[name] ?? 0)),
  ]);
  return `${head}\n${columns([['PTE reads', 'PSC hits', ...answerers], ...table], '           ')}`;
}

function faults({ faults: fault, forks, memory, trace }: RunResult): string {
  const kinds = Object.entries(fault.byKind)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${thousands(count)}`);
  const rows = [
    `faults     ${thousands(fault.minor)} minor, ${thousands(fault.major)} major, ${thousands(fault.signals)} signals` +
      (kinds.length > 0 ? `: ${kinds.join(', ')}` : ''),
  ];
  if (trace.native) {
    const { minflt, majflt } = trace.native;
    rows.push(
      `           a real kernel counted ${thousands(minflt)} minor, ${thousands(majflt)} major for this command`,
    );
  }
  if (forks.count > 0) {
    rows.push(
      `forks      ${thousands(forks.count)}: ${thousands(forks.ptesCopied)} PTEs copied in ${thousands(forks.tablesCopied)} tables, ` +
        `${thousands(forks.tablesShared)} tables shared`,
    );
  }
  rows.push(
    `memory     ${bytes(memory.framesPeak * 4096)} at peak, ${bytes(memory.pageTableBytesPeak)} of it page tables; ` +
      `${bytes(memory.bytesZeroed)} zeroed, ${bytes(memory.bytesCopied)} copied`,
  );
  return rows.join('\n');
}

function processes({ processes: all }: RunResult): string {
  if (all.length < 2) return '';
  const shown = all.slice(0, MOST_PROCESSES);
  const rows = shown.map(({ pid, parent, name, minflt, majflt, rss, rssPeak, pss, vmPte }) => [
    String(pid),
    String(parent || ''),
    thousands(minflt),
    thousands(majflt),
    kilobytes(rss),
    kilobytes(rssPeak),
    kilobytes(pss),
    kilobytes(vmPte),
    name,
  ]);
  const table = columns(
    [['PID', 'parent', 'minflt', 'majflt', 'Rss kB', 'peak kB', 'Pss kB', 'VmPTE kB', 'name'], ...rows],
    '',
  );
  const more = all.length - shown.length;
  return more === 0 ? table : `${table}\n... and ${thousands(more)} more (--json has them all)`;
}

function kilobytes(value: number | undefined): string {
  return value === undefined ? '' : thousands(value);
}

function ledger({ cycles, trace }: RunResult): string {
  const rows = Object.entries(cycles.ledger)
    .sort((a, b) => b[1] - a[1])
    .map(([cause, count]) => [
      cause,
      thousands(count),
      percent(count, cycles.total),
      ratio(count, trace.accesses, 4),
      cycles.hidden[cause] ? thousands(cycles.hidden[cause]) : '',
    ]);
  const hiddenOnly = Object.entries(cycles.hidden)
    .filter(([cause]) => cycles.ledger[cause] === undefined)
    .map(([cause, count]) => [cause, '0', '', '', thousands(count)]);
  const total = [
    'total',
    thousands(cycles.total),
    percent(cycles.total, cycles.total),
    ratio(cycles.total, trace.accesses, 4),
  ];
  return columns([['ledger', 'cycles', 'share', 'per access', 'hidden'], ...rows, ...hiddenOnly, total], '');
}

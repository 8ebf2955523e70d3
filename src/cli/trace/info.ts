import asciichart from 'asciichart';
import type { CommandModule } from 'yargs';
import { STRIDE_CLASSES, TraceProfile } from '../../trace/analyze/profile.ts';
import type { TraceSource } from '../../trace/source.ts';
import { accessesOf } from '../../trace/statistics.ts';
import { print } from '../output.ts';
import { RunProgress } from '../progress.ts';
import { bars, grouped } from './chart.ts';
import { openNamed, type ReadArguments, readOptions, reportDamage } from './read-options.ts';

interface InfoArguments extends ReadArguments {
  json: boolean;
}

/** `pagewalk trace info TRACE`: what is in a trace. */
export const infoCommand: CommandModule<object, InfoArguments> = {
  command: 'info <trace>',
  describe: 'what is in a trace: accesses, processes, footprint, working set, strides, reuse',
  builder: (yargs) =>
    readOptions(yargs).option('json', { type: 'boolean', default: false, describe: 'the numbers as JSON' }),
  handler: async (options) => {
    const source = await openNamed(options);
    const progress = new RunProgress(source.info.bytes);
    const profile = new TraceProfile();
    try {
      for await (const chunk of source.chunks()) {
        profile.add(chunk);
        progress.update(accessesOf(source.statistics), source.bytesRead);
      }
    } finally {
      progress.stop();
      await source.close();
    }
    await print(
      options.json ? `${JSON.stringify(asJson(source, profile), null, 2)}\n` : asText(source, profile),
    );
    reportDamage(source);
  },
};

function asJson({ info, statistics }: TraceSource, profile: TraceProfile): object {
  return {
    trace: info,
    statistics: { ...statistics, accesses: accessesOf(statistics) },
    footprint: footprint(profile),
    events: Object.fromEntries(profile.events),
    processes: [...profile.processes.values()],
    workingSet: profile.workingSet(),
    strides: Object.fromEntries(strideBars(profile).map(({ label, value }) => [label, value])),
    reuseDistances: Object.fromEntries(reuseBars(profile).map(({ label, value }) => [label, value])),
  };
}

function footprint({ pages, written, largePages, addressSpaces }: TraceProfile): object {
  return { pages, written, pages2M: largePages, addressSpaces };
}

function asText({ info, statistics }: TraceSource, profile: TraceProfile): string {
  const { fetches, loads, stores, modifies, crossings } = statistics;
  const lines = [
    `${info.path}: ${info.format}${info.compression === 'plain' ? '' : `, ${info.compression}`}`,
  ];
  for (const [name, text] of Object.entries(info.properties)) lines.push(`  ${name}: ${text}`);
  lines.push(
    '',
    `accesses    ${grouped(accessesOf(statistics))}: ${grouped(fetches)} fetches, ${grouped(loads)} loads, ${grouped(stores)} stores, ${grouped(modifies)} modifies (two each)`,
    `crossing    ${grouped(crossings)} cross a 4 KiB page`,
    `footprint   ${grouped(profile.pages)} pages of 4 KiB (${sizeText(profile.pages * 4096)}), ${grouped(profile.written)} of them written; ${grouped(profile.largePages)} of 2 MiB`,
  );
  if (statistics.skipped > 0)
    lines.push(`skipped     ${grouped(statistics.skipped)} records that are no accesses of the program`);
  if (profile.events.size > 0) {
    const events = [...profile.events].map(([kind, count]) => `${grouped(count)} ${kind}`).join(', ');
    lines.push(`events      ${events}`);
  }
  lines.push(...processLines(profile));
  lines.push('', 'pages in use per 65,536 records, over time', ...workingSetChart(profile));
  lines.push('', 'distance of a data access from the one before', ...bars(strideBars(profile)));
  lines.push(
    '',
    'reuse distance: different pages since the last use of the page',
    ...bars(reuseBars(profile)),
  );
  return `${lines.join('\n')}\n`;
}

/** Processes shown before the rest is only counted. */
const SHOWN_PROCESSES = 20;

function processLines({ processes, addressSpaces }: TraceProfile): string[] {
  if (processes.size === 0) return [];
  const all = [...processes.values()];
  const lines = ['', `processes   ${grouped(processes.size)}, in ${grouped(addressSpaces)} address spaces`];
  for (const { pid, parent, name, records, forks, ended } of all.slice(0, SHOWN_PROCESSES)) {
    const notes = [
      parent === null ? '' : `child of ${parent}`,
      forks > 0 ? `${forks} forks` : '',
      ended ? '' : 'not ended',
    ].filter(Boolean);
    lines.push(
      `  ${String(pid).padStart(8)}  ${grouped(records).padStart(14)} records  ${name}  ${notes.join(', ')}`.trimEnd(),
    );
  }
  if (all.length > SHOWN_PROCESSES)
    lines.push(`  and ${grouped(all.length - SHOWN_PROCESSES)} more (--json lists them)`);
  return lines;
}

function workingSetChart(profile: TraceProfile): string[] {
  const sizes = profile.workingSet();
  if (sizes.length < 2) return [`  ${grouped(sizes[0] ?? 0)}`];
  // asciichart cannot scale a flat line to a height.
  const flat = Math.max(...sizes) === Math.min(...sizes);
  const format = (value: number): string => grouped(value).padStart(9);
  return asciichart.plot(sizes, flat ? { format } : { height: 8, format }).split('\n');
}

function strideBars({ strides }: TraceProfile): { label: string; value: number }[] {
  const labels = STRIDE_CLASSES.map((bound) => (bound === 1 ? 'same address' : `below ${sizeText(bound)}`));
  return [...labels, 'farther'].map((label, i) => ({ label, value: strides[i]! }));
}

/** Powers of four: 0, below 4, 16, ... */
function reuseBars({ distances, repeats }: TraceProfile): { label: string; value: number }[] {
  const counts = distances.counts();
  const rows = [{ label: 'same page', value: repeats + (counts[0] ?? 0) }];
  for (let from = 1, to = 4; from < counts.length; from = to, to *= 4) {
    let value = 0;
    for (let distance = from; distance < Math.min(to, counts.length); distance++) value += counts[distance]!;
    rows.push({ label: `below ${grouped(to)}`, value });
  }
  rows.push({ label: 'first use', value: distances.first });
  return rows;
}

function sizeText(bytes: number): string {
  for (const [factor, suffix] of [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const)
    if (bytes >= factor) return `${+(bytes / factor).toFixed(1)} ${suffix}`;
  return `${bytes} B`;
}

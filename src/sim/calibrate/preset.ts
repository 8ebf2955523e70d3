import { Document, isMap, type YAMLMap } from 'yaml';
import type { Calibration } from './calibrate.ts';
import { FIGURE_NAMES, FIGURES, MAJOR } from './figures.ts';
import { partEstimates } from './parts.ts';
import { PHASE_NAMES, PHASES } from './phases.ts';

/**
 * A calibration as a cost preset: `costs` in cycles of the host's counter for the kernel layer, every constant with
 * value, source, confidence and spread; then what they were derived from, `measured` and `phases`, in ns. Format: docs/calibration.md.
 */
export function presetYaml(calibration: Calibration): string {
  const { host, costs, date } = calibration;
  const source = sourceOf(calibration);
  const document = new Document({
    name: nameOf(host.cpu),
    description: `Memory-management costs of ${host.cpu}, Linux ${host.kernel}, measured on ${date}`,
    core: {
      frequencyGHz: {
        value: round(host.counterGHz, 4),
        source: `rate of the ${host.counter}`,
        confidence: 'measured',
      },
    },
    provenance: provenanceOf(calibration),
    costs: Object.fromEntries(
      partEstimates(costs).map(({ part, ns, error, how, confidence }) => [
        part,
        {
          value: Math.round(ns * host.counterGHz),
          source: `${source}: ${how}`,
          confidence,
          spread: ns === 0 ? 0 : round(error / ns, 3),
        },
      ]),
    ),
    measured: measuredOf(calibration, source),
    phases: phasesOf(calibration, source),
    caches: {
      l2: { value: costs.caches.l2, source: 'sysconf(3)', confidence: 'manual' },
      llc: {
        value: costs.caches.llc,
        source: `${source}: the capacity that explains COW and populate best`,
        confidence: 'computed',
      },
    },
  });
  document.commentBefore = ` Written by pagewalk calibrate. costs: cycles; measured and phases: ns of CPU time.`;
  oneLineConstants(document.contents as YAMLMap);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function measuredOf({ costs }: Calibration, source: string): Record<string, unknown> {
  const figures: [string, Record<string, unknown>][] = FIGURE_NAMES.flatMap((name) => {
    const figure = costs.figures[name];
    return figure ? [[name, constant(figure.ns, figure.spread, `${source}: ${FIGURES[name].what}`)]] : [];
  });
  const { majorFault } = costs;
  if (majorFault)
    figures.push(['majorFault', constant(majorFault.ns, majorFault.spread, `${source}: ${MAJOR.what}`)]);
  return Object.fromEntries(figures);
}

function phasesOf({ costs }: Calibration, source: string): Record<string, unknown> {
  return Object.fromEntries(
    PHASE_NAMES.flatMap((name) => {
      const phase = costs.phases[name];
      if (!phase) return [];
      const { fixed, hot, cold, bytesPerPage, level, residual, spread } = phase;
      const { what, unit } = PHASES[name];
      const terms = { fixed: round(fixed, 0), hot: round(hot, 2), cold: round(cold, 2), bytesPerPage, level };
      const from = `${source}: ${what}, per ${unit}`;
      return [
        [
          name,
          {
            ...terms,
            source: from,
            confidence: 'measured',
            spread: round(spread, 3),
            residual: round(residual, 3),
          },
        ],
      ];
    }),
  );
}

function constant(ns: number, spread: number, source: string): Record<string, unknown> {
  return { value: round(ns, 1), source, confidence: 'measured', spread: round(spread, 3) };
}

function provenanceOf({
  host,
  date,
  rounds,
  drift,
  hostFirstTouchNs,
  skipped,
}: Calibration): Record<string, unknown> {
  return {
    cpu: host.cpu,
    machine: host.machine,
    kernel: host.kernel,
    thp: host.thp,
    virtual: host.virtual,
    cpus: host.cpus,
    fileSystem: host.fileSystem,
    date,
    counter: host.counter,
    counterGHz: round(host.counterGHz, 4),
    rounds,
    statistic: 'lower quartile of all repetitions; spread = median absolute deviation / median',
    drift: round(drift, 3),
    hostFirstTouchNs: round(hostFirstTouchNs, 0),
    skipped: skipped.map(({ command, why }) => `${command}: ${why}`),
  };
}

function sourceOf({ host, date }: Calibration): string {
  return `measured on ${host.cpu}, Linux ${host.kernel}, ${date}`;
}

function nameOf(cpu: string): string {
  const words = cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .match(/[a-z0-9]+/g) ?? ['host'];
  return `costs-${words.slice(0, 4).join('-')}`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Mappings that hold scalars only and say where they come from are written on one line. */
function oneLineConstants(map: YAMLMap): void {
  for (const { value } of map.items) {
    if (!isMap(value)) continue;
    if (value.has('confidence')) value.flow = true;
    else oneLineConstants(value);
  }
}

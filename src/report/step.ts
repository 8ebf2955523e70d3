import type { Pfn } from '../core/addr.ts';
import {
  answerWords,
  type Cursor,
  dataFrames,
  describeStep,
  frameName,
  type OperationRecord,
  type Recording,
} from '../sim/replay/index.ts';
import { columns, thousands } from './format.ts';
import { sharersByFrame } from './sharers.ts';

/** Steps and frames shown at once; the rest is counted. */
const STEPS_SHOWN = 12;
const FRAMES_SHOWN = 12;

/** Every operation of a recording with its steps and its answer, for reading from top to bottom. */
export function recordingText(recording: Recording): string {
  return recording.operations.map((operation) => operationText(recording, operation)).join('\n');
}

function operationText(recording: Recording, operation: OperationRecord): string {
  const { line, text, sentence, firstStep, lastStep, answer } = operation;
  const rows: string[][] = [];
  for (let step = firstStep + 1; step <= lastStep; step++)
    rows.push([`cycle ${thousands(recording.cycleAt(step + 1))}`, describeStep(recording, step).sentence]);
  const steps = rows.map(([cycle, words]) => `    ${cycle!.padStart(14)}  ${words}`);
  const answered = answerWords(answer);
  return [
    `line ${line}: ${text}`,
    `    ${sentence}`,
    ...steps,
    ...(answered === '' ? [] : [`    = ${answered}`]),
    '',
  ].join('\n');
}

/** The moment at which a cursor stands: its operation, the steps around it, the frames of memory. */
export function momentText(recording: Recording, cursor: Cursor, title: string): string {
  const number = cursor.position - 1;
  const step = recording.steps[number]!;
  const operation = recording.operations[step.operation];
  const more = recording.finished ? '' : '+';
  const head = `${title} on ${recording.machineName}: step ${number} of ${recording.length - 1}${more}, cycle ${thousands(recording.cycleAt(cursor.position))}`;
  const parts = [head];
  if (operation) {
    parts.push(`line ${operation.line}: ${operation.text}\n    ${operation.sentence}`);
    parts.push(stepList(recording, operation, number));
  }
  parts.push(`  ${describeStep(recording, number).sentence}`);
  parts.push(frameTable(recording, cursor));
  return `${parts.join('\n\n')}\n`;
}

/** The steps of the operation around the current one, which is marked. */
function stepList(recording: Recording, { firstStep, lastStep }: OperationRecord, current: number): string {
  const first = Math.max(firstStep, Math.min(current - STEPS_SHOWN / 2, lastStep - STEPS_SHOWN + 1));
  const last = Math.min(lastStep, first + STEPS_SHOWN - 1);
  const lines: string[] = [];
  if (first > firstStep) lines.push(`    ... ${first - firstStep} before`);
  for (let step = first; step <= last; step++)
    lines.push(`${step === current ? '  > ' : '    '}${describeStep(recording, step).title}`);
  if (last < lastStep) lines.push(`    ... ${lastStep - last} more`);
  return lines.join('\n');
}

function frameTable(recording: Recording, cursor: Cursor): string {
  const frames = [...dataFrames(cursor.state)].filter(
    ({ kind, mapcount }) => kind !== 'zero' && mapcount > 0,
  );
  if (frames.length === 0) return '  no page is mapped';
  const sharers = sharersByFrame(recording, cursor);
  const mapsOf = (pfn: Pfn) => sharers.get(pfn)?.join(', ') ?? '';
  const width = Math.max('mapped by'.length, ...frames.map(({ pfn }) => mapsOf(pfn).length));
  const rows = frames
    .slice(0, FRAMES_SHOWN)
    .map(({ pfn, kind, mapcount, references, exclusive, byte }) => [
      frameName(pfn),
      kind,
      String(mapcount),
      String(references),
      exclusive ? 'yes' : '',
      byte === undefined ? '' : String(byte),
      mapsOf(pfn).padEnd(width),
    ]);
  const rest = frames.length > FRAMES_SHOWN ? `\n  ... ${frames.length - FRAMES_SHOWN} more` : '';
  const head = ['frame', 'kind', 'mapped', 'references', 'exclusive', 'byte 0', 'mapped by'.padEnd(width)];
  return `${columns([head, ...rows])}${rest}`;
}

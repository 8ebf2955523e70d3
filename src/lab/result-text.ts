import { columns } from '../report/format.ts';
import type { LabResult } from './grade.ts';

/** What `lab check` prints: marks and reasons, never the right answer. */
export function resultText(result: LabResult, variant: string): string {
  const rows = result.questions.map(({ id, marks, points }) => [`  ${id}`, `${marks}`, `of ${points}`]);
  const table = columns(rows, '').split('\n');
  const lines = result.questions.map(({ reason }, i) => `${table[i]}   ${reason}`);
  const printed = result.output?.length
    ? ['', 'your program printed:', ...result.output.map((line) => `  ${line}`)]
    : [];
  return `${[`${result.lab}, ${variant}: ${result.marks} of ${result.points} points`, ...lines, ...printed].join('\n')}\n`;
}

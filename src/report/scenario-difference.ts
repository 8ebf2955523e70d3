import type { Difference } from '../sim/scenario/compare.ts';
import type { Scenario } from '../sim/scenario/script.ts';

/** Lines of the script shown before the one that differs. */
const CONTEXT = 6;

/** The first difference between model and kernel, with the operations that led to it. */
export function differenceText(scenario: Scenario, difference: Difference): string {
  const { index, model, kernel, keys } = difference;
  const operation = scenario.operations[index]!;
  const lines = [`${scenario.path}:${operation.line}: model and kernel differ in ${keys.join(', ')}`];
  for (const before of scenario.operations.slice(Math.max(0, index - CONTEXT), index))
    lines.push(`  ${String(before.line).padStart(5)}    ${before.text}`);
  lines.push(`  ${String(operation.line).padStart(5)} >  ${operation.text}`);
  for (const key of keys) {
    lines.push(`           ${key}: model  ${show(model?.[key])}`);
    lines.push(
      `           ${' '.repeat(key.length)}  kernel ${kernel ? show(kernel[key]) : 'gave no answer'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function show(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)} ...` : text;
}

import type { ExplainedAxis, ExplainedPolicy, ExplainedPrice } from '../sim/policy/explain.ts';
import { wrapLines, wrappedColumns } from './wrap.ts';

/** Narrower than this, four columns of text are unreadable. */
const FOUR_COLUMNS = 110;

/** Policies in one table: what each is, its axes that differ from Linux 6.18, and what it rests on. */
export function policyList(policies: readonly ExplainedPolicy[], width: number): string {
  const rows = policies.map((policy) => {
    const axes = differences(policy).map(({ key, value }) => `${key}=${value}`);
    return [policy.name, policy.description, axes.join(' '), policy.source] as const;
  });
  const table =
    width < FOUR_COLUMNS
      ? rows.flatMap(([name, ...cells]) =>
          cells.filter(Boolean).map((cell, i) => [i === 0 ? name : '', cell]),
        )
      : [['policy', 'what it is', 'axes other than of Linux 6.18', 'source'], ...rows];
  return `${wrappedColumns(table, width)}\n`;
}

/** The axes by which a policy is told from Linux 6.18. */
export function differences({ axes }: ExplainedPolicy): readonly ExplainedAxis[] {
  return axes.filter(({ differs, asked }) => differs && asked);
}

const SECTIONS = [
  ['fork', 'What fork does'],
  ['fault', 'What a fault does'],
  ['beside', 'Invalidations, address-space tags and agents'],
] as const;

/** One policy: what fork and faults do under it, axis by axis, then what each axis and price rests on. */
export function policyText(policy: ExplainedPolicy, width: number): string {
  const { name, description, hooks, axes, prices } = policy;
  const asked = axes.filter((axis) => axis.asked);
  const silent = axes.filter((axis) => !axis.asked).map(({ key }) => key);
  const parts = [
    wrapLines(`${name}: ${description}`, width).join('\n'),
    ...SECTIONS.map(([key, title]) => `${title}\n${sentences(asked, key, width)}`),
    `Where each value comes from   (docs/machines.md explains the words of confidence)\n${origins(asked, prices)}`,
    ...(silent.length > 0 ? [wrapped(`not asked under this policy: ${silent.join(', ')}`, width)] : []),
    ...(hooks.length > 0 ? [`decided by the module itself: ${hooks.join(', ')}`] : []),
    '* differs from Linux 6.18',
  ];
  return `${parts.join('\n\n')}\n`;
}

function sentences(axes: readonly ExplainedAxis[], key: 'fork' | 'fault' | 'beside', width: number): string {
  const told = axes.filter((axis) => axis[key] !== undefined);
  const labels = told.map((axis) => `  ${axis.key} = ${axis.value}${axis.differs ? ' *' : ''}`);
  const margin = Math.max(...labels.map(({ length }) => length)) + 2;
  return told
    .map((axis, i) => {
      const lines = wrapLines(axis[key]!, Math.max(30, width - margin));
      return `${labels[i]!.padEnd(margin)}${lines.join(`\n${' '.repeat(margin)}`)}`;
    })
    .join('\n');
}

function origins(axes: readonly ExplainedAxis[], prices: readonly ExplainedPrice[]): string {
  const rows = [
    ...axes.map(({ key, value, differs, confidence, source }) => [
      key,
      `${value}${differs ? ' *' : ''}`,
      confidence,
      source,
    ]),
    ...prices.map(({ part, price, confidence, source }) => [
      `prices.${part}`,
      typeof price === 'number' ? `${price} cycles` : `${price.times} x ${price.of}`,
      confidence,
      source,
    ]),
  ];
  return wrappedColumns([['axis', 'value', 'confidence', 'source'], ...rows], Number.POSITIVE_INFINITY);
}

function wrapped(text: string, width: number): string {
  return wrapLines(text, width).join('\n  ');
}

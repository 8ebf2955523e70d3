import { ACCESS_NAMES, PRIVILEGE_NAMES } from '../core/access.ts';
import { formatAddress } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import type { ExplainedRead, ExplainedWalk } from '../mmu/explain.ts';
import type { Difference, VectorOutcome } from './conform.ts';
import type { Expectation } from './conform-vector.ts';

/** A difference between a vector and us as lines for people, the walk explained. */
export function describeDifference(difference: Difference): string[] {
  switch (difference.kind) {
    case 'outcome':
      return [
        `  expected ${expectationText(difference.expected)}, we get ${outcomeText(difference.actual)}${difference.step > 0 ? ` at step ${difference.step}` : ''}`,
        ...describeWalk(difference.walk).map((line) => `    ${line}`),
      ];
    case 'memory':
      return [
        `  the entry at ${hex(difference.address)} should be ${hex(difference.expected)} afterwards, ours is ${hex(difference.actual)}`,
      ];
    case 'stray-write':
      return [
        `  we wrote ${hex(difference.actual)} to ${hex(difference.address)}, which nothing should write`,
      ];
  }
}

/** A walk as lines: the address split, each entry read with its fields, and how it ended. */
export function describeWalk(walk: ExplainedWalk): string[] {
  const address = formatAddress(walk.vpn, walk.offset);
  const split = walk.indexes.map(([level, index]) => `L${level} ${index}`).join(', ');
  const lines = [`${walk.mode}: ${address} = ${split}, offset 0x${walk.offset.toString(16)}`];
  for (const [at, read] of walk.reads.entries())
    lines.push(readText(read, at === walk.reads.length - 1, walk));
  if ('fault' in walk.outcome) {
    const { access, privilege, step } = walk.outcome.fault;
    lines.push(`${PRIVILEGE_NAMES[privilege]} ${ACCESS_NAMES[access]} refused: ${step}`);
  } else {
    lines.push(`frame ${hex(BigInt(walk.outcome.pfn))}, a ${walk.outcome.size} page`);
  }
  return lines;
}

function readText(read: ExplainedRead, last: boolean, walk: ExplainedWalk): string {
  const fields = read.fields
    .map(([name, value]) => (value === 1n ? name : `${name}=${hex(value)}`))
    .join(' ');
  const says = !last ? 'pointer' : 'fault' in walk.outcome ? 'refused here' : 'leaf';
  return `L${read.level}: entry ${read.index} at ${hex(read.address)} is ${hex(read.word)} (${fields || 'all zero'}): ${says}`;
}

function expectationText(expected: Expectation): string {
  if ('pa' in expected) return `physical address ${hex(expected.pa)}`;
  const { code, vector } = expected.fault;
  return `a fault${vector === undefined ? '' : ` with vector ${vector}`}${code === undefined ? '' : ` with code ${code}`}`;
}

function outcomeText(actual: VectorOutcome): string {
  return 'pa' in actual ? `physical address ${hex(actual.pa)}` : faultText(actual.fault);
}

function faultText({ vector, code, reason, level }: Fault): string {
  return `a fault (${reason}${level > 0 ? ` at level ${level}` : ''}) with vector ${vector}, code ${code}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

import { ACCESS_NAMES, USER } from '../core/access.ts';
import { formatAddress } from '../core/addr.ts';
import type { AddressField } from '../sim/address-fields.ts';
import type { ExplainedAccess, ExplainedTimedRead } from '../sim/explain-access.ts';
import type { ExplainedStory } from '../sim/explain-story.ts';
import { boxed } from './box.ts';

/** One translation told in the terminal, from the address split to the TLB hit of its repetition. */
export function walkText(story: ExplainedStory): string {
  const { request, machine, mode, levels, acts } = story;
  const { vpn, offset, access, privilege } = request;
  const who = privilege === USER ? 'by user code' : 'by the kernel';
  const parts = [
    `${formatAddress(vpn, offset)}: a ${ACCESS_NAMES[access]} ${who} on ${machine} (${mode}, ${levels} levels)`,
    splitText(story),
  ];
  for (const [i, act] of acts.entries()) {
    const title = titleOf(story, i);
    const brief = acts.length > 1 && act.access.outcome.kind === 'fault' && act.kernel !== null;
    parts.push(
      `${i + 1}. ${title}\n${indent(brief ? faultText(story, act.access) : accessText(story, act.access))}`,
    );
    if (act.kernel !== null) parts.push(`   The kernel ${act.kernel}.`);
  }
  return `${parts.join('\n\n')}\n`;
}

function titleOf({ acts }: ExplainedStory, i: number): string {
  const { outcome, walk } = acts[i]!.access;
  if (outcome.kind === 'fault')
    return i === 0 ? 'The access: a page fault' : 'The access again: a page fault';
  if (i === 0) return 'The access';
  return walk === null ? 'Once more: the TLB remembers' : 'The access again';
}

function splitText({ split, canonicalFrom, request }: ExplainedStory): string {
  const table = boxed([
    ['bits', ...split.map(({ high, low }) => `${high}..${low}`)],
    ['are', ...split.map(({ name }) => (name === 'offset' ? 'offset in the page' : `${name} index`))],
    ['hold', ...split.map(fieldText)],
  ]);
  if (canonicalFrom === null) return table;
  const upper = Math.floor(request.vpn / 2 ** (canonicalFrom - 13));
  const canonical = upper === 0 || upper === 2 ** (65 - canonicalFrom) - 1;
  const bits = `bits 63..${canonicalFrom}`;
  return `${table}\n${bits} ${canonical ? 'repeat' : 'do not repeat'} bit ${canonicalFrom - 1}: the address is ${canonical ? '' : 'not '}canonical`;
}

function fieldText({ name, value }: AddressField): string {
  return name === 'offset' ? hex(value) : `${value} (${hex(value)})`;
}

/** A fault in short: the entry that ended the walk, and what the kernel is told. */
function faultText(story: ExplainedStory, { walk, outcome, tlbs }: ExplainedAccess): string {
  const lines: string[] = [];
  const last = walk?.reads.at(-1);
  if (tlbs.every(({ hit }) => !hit))
    lines.push(`${tlbs.map(({ tlb }) => tlb).join(' and ')} miss, so the tables are walked.`);
  if (last)
    lines.push(
      `${tableOf(story, last)}: entry ${last.index} at ${hex(last.address)} is ${hex(last.word)}${says(last)}.`,
    );
  if (outcome.kind === 'fault') lines.push(outcome.text, `(${outcome.step})`);
  return lines.join('\n');
}

function accessText(story: ExplainedStory, access: ExplainedAccess): string {
  const { tlbs, walk, checks, latency, cycles, outcome } = access;
  const parts = [
    tlbs
      .map(({ tlb, hit, places }) => `${tlb.padEnd(9)} ${hit ? 'hit ' : 'miss'}   ${places.join('; ')}`)
      .join('\n'),
  ];
  if (walk !== null && walk.reads.length > 0) {
    if (walk.pscLevels.length > 0) parts.push(pscText(story, walk.pscHit, walk.pscLevels));
    parts.push(readsText(story, walk.reads, outcome.kind === 'fault'));
  }
  if (checks.length > 0)
    parts.push(
      checks.map(({ text, passed }) => `${passed === null ? '·' : passed ? '✓' : '✗'} ${text}`).join('\n'),
    );
  parts.push(outcomeText(story, access));
  const costs = latency.map(([cause, count]) => `${cause} ${count}`).join(' + ');
  parts.push(cycles === 0 ? 'Cost: 0 cycles beyond the pipeline' : `Cost: ${costs} = ${cycles} cycles`);
  return parts.join('\n\n');
}

function pscText(story: ExplainedStory, hit: number, levels: readonly number[]): string {
  const names = levels.map((level) => nameOf(story, level)).join(', ');
  return hit === 0
    ? `Paging-structure caches (${names}) know nothing of this address: the walk begins at the root.`
    : `Paging-structure caches (${names}): the ${nameOf(story, hit)} entry is known, the walk begins below it.`;
}

function readsText(story: ExplainedStory, reads: readonly ExplainedTimedRead[], faulted: boolean): string {
  const rows = reads.map((read, i) => [
    nameOf(story, read.level),
    String(read.index),
    hex(read.address),
    hex(read.word),
    bits(read),
    leadsTo(story, reads, i, faulted),
    changes(read),
    read.answered === null ? 'PSC' : `${read.answered.by} ${read.answered.cycles}`,
  ]);
  return boxed(
    [['table', 'entry', 'at', 'holds', 'bits set', 'leads to', 'changes', 'answered']].concat(rows),
    ['left', 'right', 'right', 'right'],
  );
}

function leadsTo(
  story: ExplainedStory,
  reads: readonly ExplainedTimedRead[],
  i: number,
  faulted: boolean,
): string {
  const next = reads[i + 1];
  if (next) return `${nameOf(story, next.level)} at ${hex((next.address >> 12n) << 12n)}`;
  return faulted ? 'a fault' : 'the page';
}

/** Names of the single bits that are set, lowest last as in the manuals; frame numbers stand in the value already. */
function bits({ fields }: ExplainedTimedRead): string {
  const set = fields.filter(([name]) => name !== 'PFN' && name !== 'PPN');
  return set.map(([name, value]) => (value === 1n ? name : `${name}=${hex(value)}`)).join(' ');
}

function changes({ word, after }: ExplainedTimedRead): string {
  return word === after ? '' : `now ${hex(after)}`;
}

function says({ word, fields }: ExplainedTimedRead): string {
  return word === 0n
    ? ''
    : ` (${fields.map(([name, value]) => (value === 1n ? name : `${name}=${hex(value)}`)).join(' ')})`;
}

function outcomeText(story: ExplainedStory, { outcome, walk }: ExplainedAccess): string {
  const { request } = story;
  if (outcome.kind === 'fault') return `${outcome.text}\n(${outcome.step})`;
  const physical = formatAddress(Number(outcome.pfn), request.offset);
  const size = outcome.size === '4K' ? '' : ` (in a ${outcome.size} page)`;
  const kept = walk === null ? '' : '; the TLBs keep the translation';
  return `frame ${hex(outcome.pfn)}${size} + offset ${hex(request.offset)} = physical address ${physical}${kept}`;
}

function tableOf(story: ExplainedStory, { level }: ExplainedTimedRead): string {
  return nameOf(story, level);
}

function nameOf({ split }: ExplainedStory, level: number): string {
  return split[split.length - 1 - level]!.name;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '   ');
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

import { ACCESS_NAMES, STORE } from '../../core/access.ts';
import type { Pfn } from '../../core/addr.ts';
import { ATTR_WRITE } from '../../core/attributes.ts';
import { tableName } from '../address-fields.ts';
import { describeFault } from '../fault-words.ts';
import type { Recording } from './recording.ts';
import type { AccessRecord, Happening, ReadHappening, Step } from './step.ts';
import { WORK_WORDS } from './work-words.ts';

/** A step in words: `title` for a list of steps, `sentence` for whoever hears rather than sees the page. */
export interface StepWords {
  readonly title: string;
  readonly sentence: string;
}

/** `0x1c` */
export function frameName(pfn: Pfn): string {
  return `0x${pfn.toString(16)}`;
}

/** What step `number` of a recording did. */
export function describeStep(recording: Recording, number: number): StepWords {
  const step = recording.steps[number]!;
  return { title: titleOf(recording, step), sentence: sentenceOf(recording, step) };
}

function titleOf(recording: Recording, { what, operation, access }: Step): string {
  switch (what.kind) {
    case 'setup':
      return 'start';
    case 'operation':
      return recording.operations[operation]!.text;
    case 'switch':
      return `address space ${what.space}${what.flushed ? ', TLB flushed' : ''}`;
    case 'issue':
      return what.retry ? 'again' : accessWords(recording, recording.accesses[access]!);
    case 'lookup':
      return `${recording.tlbs[what.tlb]!.name}: ${what.slot >= 0 ? 'hit' : 'miss'}`;
    case 'refusal':
      return what.clean ? 'D is clear' : 'the entry refuses';
    case 'psc':
      return what.level === 0
        ? 'walk caches: miss'
        : `walk caches: hit at ${tableName(recording.mode, what.level)}`;
    case 'read':
      return `${tableName(recording.mode, what.level)}[${entryIndex(recording, what)}]: ${readResult(what)}`;
    case 'update':
      return 'A, D set';
    case 'assist':
      return 'D set by assist';
    case 'fill':
      return `${what.tlbs.map((tlb) => recording.tlbs[tlb]!.name).join(', ') || 'no TLB'} filled`;
    case 'fault':
      return 'page fault';
    case 'decide':
      return `${what.line.fn}: ${what.line.finds}`;
    case 'work':
      return `${WORK_WORDS[what.part][0]}${what.count > 1 ? ` × ${what.count}` : ''}`;
    case 'more':
      return 'and more of the same';
    case 'flush':
      return what.scope === 'pages' ? 'TLB: pages dropped' : 'TLB: address space dropped';
    case 'resolved':
      return what.outcome.kind === 'signal' ? what.outcome.signal : 'back to the program';
    case 'data':
      return `frame ${frameName(what.pfn)} reached`;
    case 'done':
      return answerWords(recording.operations[operation]!.answer) || 'done';
  }
}

function sentenceOf(recording: Recording, step: Step): string {
  const { what, operation, access } = step;
  const record = recording.accesses[access];
  switch (what.kind) {
    case 'setup':
      return 'The machine stands ready; nothing has run yet.';
    case 'operation':
      return recording.operations[operation]!.sentence;
    case 'switch':
      return `The CPU switches to address space ${what.space}: its root table is frame ${frameName(what.root)}.${what.flushed ? ' Without a tag for it, the TLB is flushed.' : ''}`;
    case 'issue':
      return what.retry
        ? `${capital(accessWords(recording, record!))}: the access is tried again.`
        : `${capital(accessWords(recording, record!))}.`;
    case 'lookup':
      return what.slot >= 0
        ? `${recording.tlbs[what.tlb]!.name} hit: the translation of ${recording.names.page(record!.vpn)} is there.`
        : `${recording.tlbs[what.tlb]!.name} miss: no entry for ${recording.names.page(record!.vpn)}.`;
    case 'refusal':
      return refusalSentence(what, record!);
    case 'psc':
      return what.level === 0
        ? 'The walk caches know no part of the way: the walk begins at the root.'
        : `The walk caches know the ${tableName(recording.mode, what.level)} entry: the walk begins one level below it.`;
    case 'read':
      return readSentence(recording, what);
    case 'update':
      return `The walker sets the accessed${record?.type === STORE ? ' and dirty bits' : ' bit'} in the entry it has read.`;
    case 'assist':
      return 'A microcode assist has set the dirty bit.';
    case 'fill':
      return `The translation to frame ${frameName(what.pfn)} enters ${what.tlbs.map((tlb) => recording.tlbs[tlb]!.name).join(' and ') || 'no TLB'}.`;
    case 'fault':
      return `Page fault: ${describeFault(recording.mode, what.fault)}.`;
    case 'decide':
      return `${what.line.fn}, ${what.line.looks}: ${what.line.finds}.`;
    case 'work':
      return `${WORK_WORDS[what.part][0]}: ${WORK_WORDS[what.part][1]}${what.count > 1 ? `, ${what.count} times` : ''}.`;
    case 'more':
      return 'The kernel does more of the same; it is told in one step.';
    case 'flush':
      return flushSentence(recording, what);
    case 'resolved':
      return what.outcome.kind === 'signal'
        ? `The fault ends in ${what.outcome.signal} (${what.outcome.code}).`
        : `The fault is handled (${what.fault}): back to the program, which repeats the access.`;
    case 'data':
      return `The ${ACCESS_NAMES[record!.type]} reaches frame ${frameName(what.pfn)}.`;
    case 'done': {
      const answer = answerWords(recording.operations[operation]!.answer);
      return answer === '' ? 'The operation is done.' : `The operation is done: ${answer}.`;
    }
  }
}

/** `process 2 writes A+0p` */
function accessWords(recording: Recording, { pid, vpn, type }: AccessRecord): string {
  return `process ${pid} ${['fetches', 'reads', 'writes'][type]} ${recording.names.page(vpn)}`;
}

/** Which entry of its table a read was of. */
export function entryIndex(recording: Recording, read: ReadHappening): number {
  return (read.index * 4) / recording.mode.pteBytes;
}

function readResult({ verdict, lo, hi }: ReadHappening): string {
  if (verdict === 'table') return 'next table';
  if (verdict === 'leaf') return 'leaf';
  return lo === 0 && hi === 0 ? 'empty' : 'refused';
}

function readSentence(recording: Recording, read: ReadHappening): string {
  const entry = `Entry ${entryIndex(recording, read)} of the ${tableName(recording.mode, read.level)}`;
  const pfn = frameName(recording.mode.format.pfnOf(read.lo, read.hi));
  const from = recording.cacheNames[read.from];
  switch (read.verdict) {
    case 'table':
      return `${entry}, read from ${from}, points to the next table in frame ${pfn}.`;
    case 'leaf':
      return `${entry}, read from ${from}, is the leaf: frame ${pfn}.`;
    default: {
      if (read.lo === 0 && read.hi === 0) return `${entry}, read from ${from}, is empty.`;
      const { writes } = rightsOf(recording, read);
      return `${entry}, read from ${from}, refuses the access${writes ? '' : ': it does not allow writing'}.`;
    }
  }
}

function rightsOf(recording: Recording, { lo, hi }: ReadHappening): { writes: boolean } {
  return { writes: (recording.mode.format.attributesOf(lo, hi) & ATTR_WRITE) !== 0 };
}

function refusalSentence(
  { clean, dropped }: Extract<Happening, { kind: 'refusal' }>,
  { type }: AccessRecord,
): string {
  if (clean)
    return 'The entry says that the page is clean, and this is a store: the dirty bit must be set first.';
  return `The TLB entry does not allow a ${ACCESS_NAMES[type]}${dropped ? ': it is dropped, and the page tables are walked' : ''}.`;
}

function flushSentence(
  recording: Recording,
  { scope, space, vpn, pages }: Extract<Happening, { kind: 'flush' }>,
) {
  if (scope === 'all') return 'Every TLB entry is dropped.';
  if (scope === 'space') return `TLBs and walk caches drop address space ${space}.`;
  const what = pages === 1 ? recording.names.page(vpn) : `${pages} pages from ${recording.names.page(vpn)}`;
  return `TLBs and walk caches drop ${what} of address space ${space}.`;
}

const ACT_WORDS: Readonly<Record<string, string>> = {
  hit: 'no fault',
  'map-zero': 'the zero page was mapped',
  'map-anon': 'a new page was mapped',
  'map-file': "the file's page was mapped",
  copy: 'the page was copied',
  reuse: 'the frame was kept',
};

/** What an operation answered: `the value is 1, no fault`, `SIGSEGV (MAPERR)`, `refused with EINVAL`. */
export function answerWords(answer: Readonly<Record<string, unknown>>): string {
  const words: string[] = [];
  const { val, sum, errno, sig, code, act, minflt, majflt, cached } = answer;
  if (typeof sig === 'string') words.push(`${sig} (${code})`);
  else if (typeof val === 'number' && val >= 0) words.push(`the value is ${val}`);
  if (typeof sum === 'string' && sig === undefined) words.push(`sum ${sum}`);
  if (typeof errno === 'string') words.push(`refused with ${errno}`);
  if (typeof act === 'string' && act in ACT_WORDS) words.push(ACT_WORDS[act]!);
  if (typeof cached === 'number') words.push(`${cached} pages cached`);
  if (typeof minflt === 'number' && minflt > 0) words.push(faults(minflt, 'minor'));
  if (typeof majflt === 'number' && majflt > 0) words.push(faults(majflt, 'major'));
  return words.join(', ');
}

function faults(count: number, kind: string): string {
  return `${count} ${kind} fault${count === 1 ? '' : 's'}`;
}

function capital(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}`;
}

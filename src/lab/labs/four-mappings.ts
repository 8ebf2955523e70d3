import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { between, pick } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { oncePer, runScenario } from '../scenario-run.ts';
import { page, wrap } from '../text.ts';

const REGIONS = ['PA', 'SA', 'PF', 'SF'] as const;
type Region = (typeof REGIONS)[number];

interface Write {
  readonly pid: 1 | 2;
  readonly region: Region;
  readonly value: number;
}

export interface FourMappingsVariant {
  /** Before the fork, all by process 1. */
  readonly before: readonly Write[];
  readonly after: readonly Write[];
}

/** What somebody may believe of the four mappings. */
interface Beliefs {
  /** fork shares private memory too. */
  readonly privateShared?: boolean;
  /** fork copies shared memory, as it does private memory. */
  readonly sharedPrivate?: boolean;
  /** A private file mapping is a picture of the file as it was when it was mapped. */
  readonly fileFrozen?: boolean;
}

/** Byte 0 of the file, as the scenario language fills files. */
const FILE_BYTE = 0x41;
const MAPS = [
  'file f 4096',
  '1 mmap PA 1 prot=rw flags=private,anon',
  '1 mmap SA 1 prot=rw flags=shared,anon',
  '1 mmap PF 1 prot=rw flags=private,file:f',
  '1 mmap SF 1 prot=rw flags=shared,file:f',
];
const ACTS = ['hit', 'map', 'copy', 'reuse'];

/** Private or shared, anonymous or file: who sees what after a fork, and what each write costs. */
export const FOUR_MAPPINGS: PaperLab<FourMappingsVariant> = {
  kind: 'paper',
  id: 'four-mappings',
  title: 'The four mappings',
  minutes: 35,
  about: 'private and shared, anonymous and file: who sees whose writes, and which write faults how',
  generate,
  statement,
  questions: ({ after }) => [
    reads('q1', 'Process 1 then reads PA, SA, PF, SF: the four values.', 4),
    reads('q2', 'Process 2 reads PA, SA, PF, SF: the four values.', 4),
    {
      id: 'q3',
      prompt: 'Somebody else reads byte 0 of f with read(2).',
      points: 1,
      form: { form: 'number' },
    },
    {
      id: 'q4',
      prompt: `What each write after the fork does, in order: ${ACTS.join(', ')}.`,
      points: 4,
      form: { form: 'list', of: { form: 'word', among: ACTS }, length: after.length },
    },
  ],
  key: (variant) => {
    const answers = played(variant);
    const values = answers.filter(({ op }) => op === 'r').map(({ val }) => String(val));
    const first = answers.findIndex(({ op }) => op === 'fork');
    const acts = answers.slice(first).filter(({ op }) => op === 'w');
    return {
      q1: values.slice(0, 4),
      q2: values.slice(4, 8),
      q3: String(answers.at(-1)!.val),
      q4: acts.map(({ act }) => String(act).replace(/-.*/, '')),
    };
  },
  mistakes: [
    {
      id: 'fork-shares-private',
      why: 'A private mapping is private after fork too: each process sees its own writes only.',
      keeps: 0.5,
      answers: (variant) => believe(variant, { privateShared: true }),
    },
    {
      id: 'fork-copies-shared',
      why: 'A shared mapping stays shared over fork: both processes have the same pages.',
      keeps: 0.5,
      answers: (variant) => believe(variant, { sharedPrivate: true }),
    },
    {
      id: 'private-file-frozen',
      why: 'Until its first write of its own, a private file mapping shows the file as it is now.',
      keeps: 0.6,
      answers: (variant) => believe(variant, { fileFrozen: true }),
    },
    {
      id: 'last-owner-copies',
      why: 'Who copied a page left the other one alone with it: that one makes it writable again and copies nothing.',
      keeps: 0.55,
      answers: (_variant, key) => ({ q4: [...key.q4!].map((act) => (act === 'reuse' ? 'copy' : act)) }),
    },
  ],
};

function reads(id: string, prompt: string, points: number) {
  return { id, prompt, points, form: { form: 'list', of: { form: 'number' }, length: 4 } } as const;
}

function generate(rng: Rng): FourMappingsVariant {
  let value = between(rng, 1, 9);
  const next = () => (value += between(rng, 1, 9));
  const before = REGIONS.filter((region) => region === 'PA' || rng.below(2) === 0).map(
    (region) => ({ pid: 1, region, value: next() }) as const,
  );
  const after = Array.from({ length: 7 }, () => ({
    pid: pick(rng, [1, 2] as const),
    region: pick(rng, REGIONS),
    value: next(),
  }));
  return { before, after };
}

function lines({ before, after }: FourMappingsVariant): string[] {
  const write = ({ pid, region, value }: Write) => `${pid} w ${region} ${value}`;
  return [...MAPS, ...before.map(write), '1 fork 2', ...after.map(write)];
}

const played = oncePer((variant: FourMappingsVariant) => {
  const looks = [1, 2].flatMap((pid) => REGIONS.map((region) => `${pid} r ${region}`));
  return runScenario([...lines(variant), ...looks, '- fileread f 0']).answers;
});

function statement(variant: FourMappingsVariant): string {
  return page(
    wrap(`A file f of one page on a disk file system (ext4), all in the page cache; its first byte is ${FILE_BYTE}. Process 1 maps
      one page each of private anonymous memory (PA), shared anonymous memory (SA), f privately (PF) and f shared (SF), forks, and
      both go on. \`1 w PA 7\` = process 1 writes 7 to the first byte of PA.`),
    lines(variant)
      .map((line) => `    ${line}`)
      .join('\n'),
    wrap('What a write can do, as Linux has it:'),
    boxed([
      ['word', 'meaning'],
      ['hit', 'no page fault'],
      ['map', 'a fault: nothing was mapped here for this process, now a page is (in PF: a copy of it)'],
      ['copy', 'a fault: a page was mapped, afterwards it is another frame'],
      ['reuse', 'a fault: the same frame as before, now writable'],
    ]),
  );
}

/** The values that somebody expects who believes such things. */
function believe({ before, after }: FourMappingsVariant, beliefs: Beliefs) {
  let file = FILE_BYTE;
  let sharedAnon = [0, 0];
  let privateAnon = [0, 0];
  const ownFile: (number | undefined)[] = [undefined, undefined];
  let forked = false;
  const both = (value: number): number[] => [value, value];
  const set = (old: number[], pid: number, value: number, shared: boolean): number[] =>
    shared || !forked ? both(value) : old.map((one, i) => (i === pid - 1 ? value : one));
  const write = ({ pid, region, value }: Write) => {
    if (region === 'PA') privateAnon = set(privateAnon, pid, value, beliefs.privateShared ?? false);
    if (region === 'SA') sharedAnon = set(sharedAnon, pid, value, !beliefs.sharedPrivate);
    if (region === 'SF') file = value;
    if (region === 'PF') for (const who of forked ? [pid] : [1, 2]) ownFile[who - 1] = value;
  };
  before.forEach(write);
  forked = true;
  after.forEach(write);
  const seen = (who: 0 | 1) => [
    privateAnon[who]!,
    sharedAnon[who]!,
    ownFile[who] ?? (beliefs.fileFrozen ? FILE_BYTE : file),
    file,
  ];
  return { q1: seen(0).map(String), q2: seen(1).map(String) };
}

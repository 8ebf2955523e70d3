import { LOAD, STORE, USER } from '../../core/access.ts';
import { ATTR_READ, ATTR_USER, ATTR_WRITE } from '../../core/attributes.ts';
import type { Rng } from '../../core/rng.ts';
import { X86_A, X86_D } from '../../mmu/mode/x86-format.ts';
import { FUNCTIONAL } from '../../mmu/walker.ts';
import { boxed } from '../../report/box.ts';
import { distinct } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { ExerciseTables, teachingMode } from '../paging.ts';
import { page, wrap } from '../text.ts';

interface Access {
  readonly page: number;
  readonly store: boolean;
}

export interface ClockVariant {
  readonly frames: number;
  readonly accesses: readonly Access[];
}

interface Run {
  readonly faults: readonly boolean[];
  readonly victims: readonly number[];
  readonly writeBacks: number;
  /** The page in each frame, and its A bit, at the end. */
  readonly pages: readonly number[];
  readonly accessed: readonly number[];
}

/** What somebody may get wrong about the clock. */
interface Slips {
  /** A is not looked at: first in, first out. */
  readonly blind?: boolean;
  /** The hand starts at frame 0 for every victim. */
  readonly rewound?: boolean;
  /** A page that was just brought in has A = 0. */
  readonly coldFill?: boolean;
}

const ACCESSES = 16;
const ROOT = 0x10;
const DATA = 0x100;
const MODE = teachingMode([4], [1]);

/** Page replacement by the clock algorithm, with the bits that the hardware sets. */
export const CLOCK_REPLACEMENT: PaperLab<ClockVariant> = {
  kind: 'paper',
  id: 'clock-replacement',
  title: 'A and D bits, and the clock',
  minutes: 30,
  about: 'who sets and clears A and D, which page the clock takes, and what must be written back',
  generate,
  statement,
  questions: ({ frames }) => [
    {
      id: 'q1',
      prompt: 'hit or fault, for each access in order.',
      points: 4,
      form: { form: 'list', of: { form: 'word', among: ['hit', 'fault'] }, length: ACCESSES },
    },
    {
      id: 'q2',
      prompt: 'The pages that the clock takes frames from, in order.',
      points: 4,
      form: { form: 'list', of: { form: 'number' }, length: 1 },
    },
    { id: 'q3', prompt: 'How many pages are written back to disk?', points: 2, form: { form: 'number' } },
    {
      id: 'q4',
      prompt: `The A bits in the end, of the pages in frames 0 to ${frames - 1}.`,
      points: 2,
      form: { form: 'list', of: { form: 'number' }, length: frames },
    },
  ],
  key: (variant) => answers(run(variant, {})),
  working,
  mistakes: [
    {
      id: 'accessed-ignored',
      why: 'That is first in, first out: the clock passes a page whose A is set, and clears the bit.',
      keeps: 0.5,
      answers: (variant) => answers(run(variant, { blind: true })),
    },
    {
      id: 'hand-rewound',
      why: 'The hand stays where it is between two faults: just behind the frame it took last.',
      keeps: 0.6,
      answers: (variant) => {
        const { q1, q2, q4 } = answers(run(variant, { rewound: true }));
        return { q1, q2, q4 };
      },
    },
    {
      id: 'fill-not-accessed',
      why: 'The access that brought a page in is made again, and sets its A: it is no victim at once.',
      keeps: 0.55,
      answers: (variant) => {
        const { q2, q4 } = answers(run(variant, { coldFill: true }));
        return { q2, q4 };
      },
    },
    {
      id: 'every-victim-written',
      why: 'A page whose D is clear is on disk already as it is: only dirty ones are written back.',
      keeps: 0.5,
      answers: (variant) => ({ q3: String(run(variant, {}).victims.length) }),
    },
  ],
};

function generate(rng: Rng): ClockVariant {
  const frames = 3 + rng.below(2);
  const pool = distinct(rng, frames + 3, 0, 15);
  const accesses = Array.from({ length: ACCESSES }, () => ({
    page: rng.below(2) === 0 ? pool[rng.below(frames)]! : pool[rng.below(pool.length)]!,
    store: rng.below(3) === 0,
  }));
  return { frames, accesses };
}

function statement({ frames, accesses }: ClockVariant): string {
  const half = ACCESSES / 2;
  const row = (i: number) => [
    String(i + 1),
    accesses[i]!.store ? 'store' : 'load',
    `page ${accesses[i]!.page}`,
  ];
  const rows = Array.from({ length: half }, (_, i) => [...row(i), ...row(i + half)]);
  return page(
    wrap(`A machine has ${frames} frames for the pages of one process, all free at first. The hardware sets A in the
      PTE at every access that succeeds, and D at a store. (There is no TLB in the way: think of it as flushed whenever the kernel changes
      a PTE.) The kernel brings a page in when it is touched: into the free frame with the lowest number, else into the frame
      that the clock takes. A page comes in with A = 0 and D = 0; then the access is made again, and succeeds.`),
    wrap(`The clock: a hand points at a frame, at first at frame 0. If the page there has A = 1, the kernel clears A and
      moves the hand on by one; it does so until it finds A = 0. That page goes, to disk first if its D is set. The hand moves on by one,
      and stays there until the next time.`),
    boxed([['', 'does', 'to', '', 'does', 'to'], ...rows], ['right', 'left', 'left', 'right']),
  );
}

/** Plays the clock over real PTEs: the walker sets A and D, the hand clears A. */
function run({ frames, accesses }: ClockVariant, { blind, rewound, coldFill }: Slips): Run {
  const tables = new ExerciseTables(MODE, [ROOT]);
  const held: number[] = [];
  const faults: boolean[] = [];
  const victims: number[] = [];
  let writeBacks = 0;
  let hand = 0;
  const leaf = (vpn: number) => Number(tables.entry(ROOT, vpn));
  const touch = ({ page: vpn, store }: Access) =>
    tables.walker.walk(vpn, 0, store ? STORE : LOAD, USER, FUNCTIONAL).fault === null;
  const clock = (): number => {
    if (rewound) hand = 0;
    while (!blind && leaf(held[hand]!) & X86_A) {
      tables.edit(held[hand]!, (lo) => lo & ~X86_A);
      hand = (hand + 1) % frames;
    }
    const frame = hand;
    const victim = held[frame]!;
    victims.push(victim);
    if (leaf(victim) & X86_D) writeBacks++;
    tables.edit(victim, () => 0);
    hand = (hand + 1) % frames;
    return frame;
  };
  for (const access of accesses) {
    const hit = touch(access);
    faults.push(!hit);
    if (hit) continue;
    const frame = held.length < frames ? held.length : clock();
    held[frame] = access.page;
    tables.map(access.page, DATA + frame, ATTR_READ | ATTR_WRITE | ATTR_USER);
    touch(access);
    if (coldFill) tables.edit(access.page, (lo) => lo & ~X86_A);
  }
  const accessed = held.map((vpn) => (leaf(vpn) & X86_A ? 1 : 0));
  return { faults, victims, writeBacks, pages: held, accessed };
}

function answers({ faults, victims, writeBacks, accessed }: Run) {
  return {
    q1: faults.map((fault) => (fault ? 'fault' : 'hit')),
    q2: victims.map(String),
    q3: String(writeBacks),
    q4: accessed.map(String),
  };
}

function working(variant: ClockVariant): string {
  const { faults, victims, pages } = run(variant, {});
  let victim = 0;
  let filled = 0;
  const rows = variant.accesses.map(({ page: vpn, store }, i) => {
    const takes =
      faults[i] && filled++ >= variant.frames ? `takes the frame of page ${victims[victim++]}` : '';
    return [String(i + 1), store ? 'store' : 'load', `page ${vpn}`, faults[i] ? 'fault' : 'hit', takes];
  });
  return `${boxed([['', 'does', 'to', '', ''], ...rows], ['right'])}\nin the end the frames hold pages ${pages.join(', ')}`;
}

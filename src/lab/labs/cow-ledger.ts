import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import {
  keepBooks,
  LEDGER_PAGES,
  type Ledger,
  type LedgerOp,
  type LedgerProgram,
  type Reuse,
} from '../cow-books.ts';
import { pick } from '../draw.ts';
import { type KernelRules, RIGHT_RULES } from '../kernel-rules.ts';
import type { PaperLab } from '../lab.ts';
import { oncePer } from '../scenario-run.ts';
import { page, wrap } from '../text.ts';
import { TinyKernel } from '../tiny-kernel.ts';

const REUSE = {
  mapcount: 'the frame is kept if it is mapped once (Linux before 5.8)',
  refcount:
    'the frame is kept if it has one reference in all, counting mappings and pins (Linux 5.9 to 5.18)',
  exclusive:
    'the frame is kept if the page is exclusive (new, or reused before, and not forked since), or if it has one reference in all, ' +
    'counting mappings and pins (Linux since 5.19)',
} as const satisfies Record<Reuse, string>;
const LETTERS = 'ABCDEFGHIJKLMNOP';

const booked = oncePer(keepBooks);

/** Copy-on-write as bookkeeping: after a row of operations, who has which frame, how often is it mapped, who may write. */
export const COW_LEDGER: PaperLab<LedgerProgram> = {
  kind: 'paper',
  id: 'cow-ledger',
  title: 'The COW ledger',
  minutes: 40,
  about: 'reference counts, W bits and owners after each operation, under three reuse rules',
  generate,
  statement,
  questions: (variant) => {
    const { acts, frames, mapcounts } = booked(variant);
    const who = pagesOf(variant).join(', ');
    return [
      {
        id: 'q1',
        prompt:
          'What each write does, in order: hit (no fault), reuse (the same frame, writable again) or copy.',
        points: 4,
        form: { form: 'list', of: { form: 'word', among: ['hit', 'reuse', 'copy'] }, length: acts.length },
      },
      {
        id: 'q2',
        prompt: `In the end: the frames of ${who}.`,
        points: 3,
        form: { form: 'list', of: { form: 'word', among: [...LETTERS] }, length: frames.length },
      },
      {
        id: 'q3',
        prompt: `In the end: the W bits of ${who}.`,
        points: 2,
        form: { form: 'list', of: { form: 'number' }, length: frames.length },
      },
      {
        id: 'q4',
        prompt: `In the end: how often each of the frames ${[...LETTERS].slice(0, mapcounts.length).join(', ')} is mapped (0: not at all any more).`,
        points: 3,
        form: { form: 'list', of: { form: 'number' }, length: mapcounts.length },
      },
    ];
  },
  key: (variant) => answersOf(booked(variant)),
  mistakes: [
    {
      id: 'parent-keeps',
      why: 'fork takes the W bit from both sides: the parent copies as well as the child, whoever writes first.',
      keeps: 0.5,
      answers: (variant) => wrong(variant, { forkProtectsParent: false, forkFlushes: false }),
    },
    {
      id: 'always-copies',
      why: 'Who is the last one that has a frame need not copy it.',
      keeps: 0.5,
      answers: (variant) => wrong(variant, { mayReuse: () => false }),
    },
    {
      id: 'pin-miscounted',
      why: 'Look at the rule again: does a pin count as a reference here?',
      keeps: 0.6,
      answers: (variant) =>
        wrong(variant, {
          mayReuse:
            variant.reuse === 'mapcount'
              ? ({ references }) => references === 1
              : ({ mapcount }) => mapcount === 1,
        }),
    },
    {
      id: 'write-permission-comes-back',
      why: 'Nothing gives W back when another process lets go of a frame: only a write fault does.',
      keeps: 0.55,
      answers: (variant, key) => {
        const { frames, mapcounts } = booked(variant);
        return {
          q1: [...key.q1!].map((act) => (act === 'reuse' ? 'hit' : act)),
          q3: frames.map((frame) => (mapcounts[frame] === 1 ? '1' : '0')),
        };
      },
    },
  ],
};

function generate(rng: Rng): LedgerProgram {
  const reuse = pick(rng, Object.keys(REUSE) as Reuse[]);
  const ops: LedgerOp[] = [{ op: 'fork', pid: 1, child: 2 }];
  const live = [1, 2];
  const write = () => ops.push({ op: 'w', pid: pick(rng, live), page: rng.below(LEDGER_PAGES) });
  write();
  ops.push({ op: 'fork', pid: pick(rng, live), child: 3 });
  live.push(3);
  write();
  write();
  ops.push({ op: 'pin', pid: pick(rng, live), page: rng.below(LEDGER_PAGES) });
  write();
  const leaver = 2 + rng.below(2);
  ops.push({ op: 'exit', pid: leaver });
  live.splice(live.indexOf(leaver), 1);
  for (let i = 0; i < 3; i++) write();
  return { reuse, ops };
}

function statement({ reuse, ops }: LedgerProgram): string {
  const lines = ops.map((op, i) => [String(i + 1), ...describe(op)]);
  return page(
    wrap(`Process 1 has ${LEDGER_PAGES} private anonymous pages, 0 and 1, in the frames A and B, both written, writable and mapped once. Frames
      are named by letters in the order in which they are first used: the next new one is C, and no letter is used again.`),
    wrap(`A write to a page whose W bit is clear faults. The rule of this kernel: ${REUSE[reuse]}; then W is set. Otherwise
      the writer gets a copy in a new frame. A pin is a reference that a device holds for I/O under way; it lasts to the end.`),
    boxed([['', 'process', 'does'], ...lines], ['right', 'right']),
  );
}

function describe(op: LedgerOp): [process: string, does: string] {
  const pid = String(op.pid);
  switch (op.op) {
    case 'w':
      return [pid, `writes to page ${op.page}`];
    case 'fork':
      return [pid, `forks process ${op.child}`];
    case 'exit':
      return [pid, 'exits'];
    case 'pin':
      return [pid, `starts I/O on page ${op.page}: its frame is pinned`];
  }
}

/** The books of somebody who gets some rules wrong. Frames are never used twice there: all of them stay pinned. */
function wrong({ reuse, ops }: LedgerProgram, rules: Partial<KernelRules>) {
  const kernel = new TinyKernel({
    ...RIGHT_RULES,
    mayReuse: RULES[reuse],
    copyAtFork: () => false,
    ...rules,
    keepFrames: true,
  });
  for (let index = 0; index < LEDGER_PAGES; index++) kernel.write(1, index, 1);
  const acts: string[] = [];
  for (const op of ops) {
    if (op.op === 'w') acts.push(kernel.write(op.pid, op.page, 1));
    else if (op.op === 'fork') kernel.fork(op.pid, op.child);
    else if (op.op === 'exit') kernel.exit(op.pid);
    else kernel.pin(op.pid, op.page);
  }
  const entries = kernel.live.flatMap((pid) =>
    Array.from({ length: LEDGER_PAGES }, (_, index) => kernel.pageOf(pid, index)!),
  );
  const frames = entries.map(({ frame }) => frame);
  const count = Math.max(...frames) + 1;
  const mapcounts = Array.from({ length: count }, (_, frame) => frames.filter((one) => one === frame).length);
  return answersOf({ acts, frames, writable: entries.map(({ writable }) => writable), mapcounts });
}

const RULES: Record<Reuse, KernelRules['mayReuse']> = {
  mapcount: ({ mapcount }) => mapcount === 1,
  refcount: ({ references }) => references === 1,
  exclusive: RIGHT_RULES.mayReuse,
};

function answersOf({ acts, frames, writable, mapcounts }: Ledger) {
  return {
    q1: acts,
    q2: frames.map((frame) => LETTERS[frame]!),
    q3: writable.map((one) => (one ? '1' : '0')),
    q4: mapcounts.map(String),
  };
}

function pagesOf({ ops }: LedgerProgram): string[] {
  const gone = new Set(ops.flatMap((op) => (op.op === 'exit' ? [op.pid] : [])));
  const live = [1, 2, 3].filter((pid) => !gone.has(pid));
  return live.flatMap((pid) => [0, 1].map((index) => `${pid}'s page ${index}`));
}

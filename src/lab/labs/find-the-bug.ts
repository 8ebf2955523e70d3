import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { pick } from '../draw.ts';
import { KERNEL_BUGS, type KernelBug } from '../kernel-bugs.ts';
import { RIGHT_RULES } from '../kernel-rules.ts';
import type { PaperLab } from '../lab.ts';
import { page, wrap } from '../text.ts';
import { TinyKernel } from '../tiny-kernel.ts';

type Op =
  | { readonly op: 'w' | 'kw'; readonly pid: number; readonly page: number; readonly value: number }
  | { readonly op: 'r'; readonly pid: number; readonly page: number }
  | { readonly op: 'fork'; readonly pid: number; readonly child: number }
  | { readonly op: 'exit'; readonly pid: number };

export interface FindTheBugVariant {
  readonly bug: KernelBug;
  readonly ops: readonly Op[];
}

/** What a line of the log says: the result of the operation, and the frames in use after it. */
interface Line {
  readonly result: string;
  readonly frames: number;
}

const PAGES = 2;
const RANDOM_OPS = 13;
const ACTS = ['map', 'hit', 'reuse', 'copy'];

/** The log of a kernel with one bug: where does it first go wrong, what would be right there, and which bug is it? */
export const FIND_THE_BUG: PaperLab<FindTheBugVariant> = {
  kind: 'paper',
  id: 'find-the-bug',
  title: 'Find the kernel bug',
  minutes: 45,
  about: 'a log of a COW kernel with one injected bug: the first wrong line, and which bug it is',
  generate,
  statement,
  questions: ({ ops }) => [
    {
      id: 'q1',
      prompt: 'The number of the first line whose result or number of frames is wrong.',
      points: 4,
      form: { form: 'number' },
    },
    {
      id: 'q2',
      prompt:
        'The result that a right kernel has in that line (- where there is none), and its frames in use.',
      points: 2,
      form: {
        form: 'list',
        of: {
          form: 'word',
          among: [...ACTS, '-', ...Array.from({ length: 10 * ops.length }, (_, i) => String(i))],
        },
        length: 2,
      },
    },
    {
      id: 'q3',
      prompt: 'Which bug is it?',
      points: 4,
      form: { form: 'word', among: KERNEL_BUGS.map(({ id }) => id) },
    },
  ],
  key: ({ bug, ops }) => {
    const right = log(ops);
    const line = firstDifference(right, log(ops, bug));
    return {
      q1: String(line + 1),
      q2: [right[line]!.result, String(right[line]!.frames)],
      q3: bug.id,
    };
  },
  working: ({ bug, ops }) => {
    const right = log(ops);
    const wrong = log(ops, bug);
    const rows = ops.map((op, i) => [
      String(i + 1),
      describe(op),
      `${wrong[i]!.result} ${wrong[i]!.frames}`,
      same(right[i]!, wrong[i]!) ? '' : `${right[i]!.result} ${right[i]!.frames}`,
    ]);
    return boxed([['', 'operation', 'log', 'right'], ...rows], ['right']);
  },
  mistakes: [
    {
      id: 'a-later-line',
      why: 'That line is wrong too, but the kernel went wrong before: look at what the faults did, and at the frames.',
      keeps: 0.5,
      answers: ({ bug, ops }) => {
        const right = log(ops);
        const wrong = log(ops, bug);
        const misread = ops.findIndex((op, i) => op.op === 'r' && wrong[i]!.result !== right[i]!.result);
        const last = ops.findLastIndex((_op, i) => !same(right[i]!, wrong[i]!));
        return { q1: String((misread > firstDifference(right, wrong) ? misread : last) + 1) };
      },
    },
    {
      id: 'likeness',
      why: 'Such a bug would look alike at first; but some line of the log rules it out.',
      keeps: 0.25,
      answers: ({ bug }) => ({ q3: bug.likeness }),
    },
  ],
};

/** Draws programs for a bug until the log tells it from all others, and goes wrong in two lines at least. */
function generate(rng: Rng): FindTheBugVariant {
  const bug = pick(rng, KERNEL_BUGS);
  for (;;) {
    const ops = program(rng);
    const logs = KERNEL_BUGS.map((one) => JSON.stringify(log(ops, one)));
    const mine = JSON.stringify(log(ops, bug));
    const right = log(ops);
    if (log(ops, bug).filter((line, i) => !same(line, right[i]!)).length < 2) continue;
    if (logs.filter((other) => other === mine).length === 1) return { bug, ops };
  }
}

function program(rng: Rng): Op[] {
  let value = 0;
  const next = () => (value += 1 + rng.below(6));
  const ops: Op[] = [];
  for (let index = 0; index < PAGES; index++) ops.push({ op: 'w', pid: 1, page: index, value: next() });
  ops.push({ op: 'fork', pid: 1, child: 2 });
  const live = [1, 2];
  let child = 3;
  for (let i = 0; i < RANDOM_OPS; i++) {
    const pid = pick(rng, live);
    const dice = rng.below(16);
    if (dice === 0 && child === 3) {
      ops.push({ op: 'fork', pid, child });
      live.push(child++);
    } else if (dice === 1 && live.length > 1 && pid !== 1) {
      ops.push({ op: 'exit', pid });
      live.splice(live.indexOf(pid), 1);
    } else if (dice < 6) {
      ops.push({ op: 'r', pid, page: rng.below(PAGES) });
    } else {
      ops.push({ op: dice < 9 ? 'kw' : 'w', pid, page: rng.below(PAGES), value: next() });
    }
  }
  for (const pid of live) for (let index = 0; index < PAGES; index++) ops.push({ op: 'r', pid, page: index });
  return ops;
}

function log(ops: readonly Op[], bug?: KernelBug): Line[] {
  const kernel = new TinyKernel({ ...RIGHT_RULES, ...bug?.rules });
  return ops.map((op) => {
    let result = '-';
    if (op.op === 'w') result = kernel.write(op.pid, op.page, op.value);
    else if (op.op === 'kw') result = kernel.kernelWrite(op.pid, op.page, op.value);
    else if (op.op === 'r') result = String(kernel.read(op.pid, op.page));
    else if (op.op === 'fork') kernel.fork(op.pid, op.child);
    else kernel.exit(op.pid);
    return { result, frames: kernel.framesInUse };
  });
}

function same(a: Line, b: Line): boolean {
  return a.result === b.result && a.frames === b.frames;
}

function firstDifference(right: readonly Line[], wrong: readonly Line[]): number {
  return right.findIndex((line, i) => !same(line, wrong[i]!));
}

function describe(op: Op): string {
  switch (op.op) {
    case 'w':
      return `${op.pid} writes ${op.value} to page ${op.page}`;
    case 'kw':
      return `${op.pid} read(2)s a byte, ${op.value}, into page ${op.page}`;
    case 'r':
      return `${op.pid} reads page ${op.page}`;
    case 'fork':
      return `${op.pid} forks ${op.child}`;
    case 'exit':
      return `${op.pid} exits`;
  }
}

function statement({ bug, ops }: FindTheBugVariant): string {
  const rows = log(ops, bug).map(({ result, frames }, i) => [
    String(i + 1),
    describe(ops[i]!),
    result,
    String(frames),
  ]);
  return page(
    wrap(`A kernel with copy-on-write is run on this program. Its one region has ${PAGES} private anonymous pages; nothing
      else is in memory, and frames that become free are used again, the one with the lowest number first, filled with zeros or with the copy.
      Each line of its log has the result of the operation (of a write: map, hit, reuse or copy; of a read: the byte) and
      the frames in use after it.`),
    wrap(`What a right kernel does: fork shares all frames and takes W from both sides; a write to a page whose W is clear keeps
      the frame if nobody else maps it (reuse), else copies it (copy); a write by the kernel for a process, as in read(2), does what a write
      of the process would. Each process has a TLB, which a right kernel keeps true.`),
    boxed([['', 'operation', 'result', 'frames'], ...rows], ['right', 'left', 'left', 'right']),
    'The kernel has one of these bugs:',
    boxed([['bug', 'what is wrong'], ...KERNEL_BUGS.map(({ id, what }) => [id, what])]),
  );
}

import { Rng } from '../../core/rng.ts';
import { between, pick } from '../draw.ts';
import { type KernelRules, type PageFacts, RIGHT_RULES } from '../kernel-rules.ts';
import type { CodeLab } from '../lab.ts';
import { ProgramError, type Sandbox } from '../sandbox.ts';
import { page, wrap } from '../text.ts';
import { TinyKernel } from '../tiny-kernel.ts';

export interface OwnCowVariant {
  readonly pages: number;
  readonly children: number;
  readonly seed: number;
}

type Verdict = { readonly share: number; readonly reason: string };

const PROGRAMS = 40;
const PROGRAM_OPS = 60;

/** The student decides what fork shares and what a write copies; isolation, devices and cost are the judges. */
export const OWN_COW_POLICY: CodeLab<OwnCowVariant> = {
  kind: 'code',
  id: 'own-cow-policy',
  title: 'Write your own COW policy',
  minutes: 60,
  about: 'what fork shares and when a write copies, as a JavaScript module judged by isolation and cost',
  file: 'cow.js',
  generate: (rng) => ({ pages: between(rng, 4, 16), children: between(rng, 2, 6), seed: rng.next() }),
  statement,
  template: () => TEMPLATE,
  solution: () => SOLUTION,
  criteria: [
    {
      id: 'isolation',
      points: 4,
      what: `${PROGRAMS} random programs of processes that fork, write, read and exit: every read gives what that process last saw.`,
      judge: isolation,
    },
    {
      id: 'own-io',
      points: 2,
      what: 'A process starts I/O into its page, then forks and writes to it: it still sees what the device delivers.',
      judge: ownIo,
    },
    {
      id: 'foreign-io',
      points: 2,
      what: 'A child starts I/O from a page it shares, and exits: the device never sees what the parent writes later.',
      judge: foreignIo,
    },
    {
      id: 'cost',
      points: 4,
      what: 'Frames copied in three workloads: full marks for no more than Linux copies, none for twice as many.',
      judge: cost,
    },
  ],
  mistakes: [
    {
      id: 'mapcount-alone',
      why: 'a frame that is mapped once may still be referred to by a device',
      marks: 10,
      program: () => policyText("page.pinned ? 'copy' : 'share'", "page.mapcount === 1 ? 'reuse' : 'copy'"),
    },
    {
      id: 'pinned-pages-shared',
      why: 'after fork the parent copies the page that its device writes to',
      marks: 10,
      program: () => policyText("'share'", "page.exclusive || page.references === 1 ? 'reuse' : 'copy'"),
    },
    {
      id: 'always-copy',
      why: 'the last owner copies a frame that nobody else has',
      marks: 8,
      program: () => policyText("page.pinned ? 'copy' : 'share'", "'copy'"),
    },
    {
      id: 'eager-fork',
      why: 'fork copies everything: no sharing at all',
      marks: 8,
      program: () => policyText("'copy'", "page.references === 1 ? 'reuse' : 'copy'"),
    },
    {
      id: 'always-reuse',
      why: 'every write goes to the shared frame: the processes see each other',
      marks: 2,
      program: () => policyText("'share'", "'reuse'"),
    },
  ],
};

const SOLUTION = policyText(
  "page.pinned ? 'copy' : 'share'",
  "page.exclusive || page.references === 1 ? 'reuse' : 'copy'",
);

function policyText(atFork: string, onWrite: string): string {
  return `export function atFork(page) {
  return ${atFork};
}

export function onWrite(page) {
  return ${onWrite};
}
`;
}

const TEMPLATE = `// Your copy-on-write policy. \`pagewalk lab show own-cow-policy\` says what is asked for.
// A page is { mapcount, references, exclusive, pinned }.

// fork: does the child share this page, or get a copy of it at once?
export function atFork(page) {
  return undefined; // 'share' or 'copy'
}

// A write to a page whose W bit is clear: keep the frame, or copy it?
export function onWrite(page) {
  return undefined; // 'reuse' or 'copy'
}
`;

function statement({ pages, children }: OwnCowVariant): string {
  return page(
    wrap(`A small kernel asks your module two questions. fork goes through the pages of the parent, one by one, and asks
      whether the child shares the page (both lose W) or gets a copy at once (the parent keeps W). A write to a page whose W is
      clear asks whether the writer keeps the frame (W is set) or gets a copy.`),
    `    export function atFork(page)  { return 'share' or 'copy'; }
    export function onWrite(page) { return 'reuse' or 'copy'; }`,
    wrap(`What you know of a page: mapcount, the page-table entries that point to its frame; references, those and the
      pins of devices with I/O under way; exclusive, true if the frame is new or was kept by your onWrite, and not shared by
      a fork since; pinned, true if the process that asks has I/O under way on this page.`),
    wrap(`Judged by: isolation (no process sees another's writes after fork); I/O (the device of a process keeps working on
      the memory which that process sees, and on nothing that others write); cost. The cost is counted in frames copied, in
      three workloads with ${pages} pages: a child that exits and a parent that writes everything afterwards; a child that
      writes everything, then the parent; ${children} children that only read.`),
  );
}

/** The kernel's rules with the program's answers in them. @throws ProgramError for an answer that is none */
function rulesOf(program: Sandbox): KernelRules {
  const ask = (name: string, facts: PageFacts, yes: string, no: string): boolean => {
    const answer = program.call(name, facts);
    if (answer !== yes && answer !== no)
      throw new ProgramError(
        `${name}() gave ${JSON.stringify(answer) ?? 'nothing'}: neither '${yes}' nor '${no}'`,
      );
    return answer === yes;
  };
  return {
    ...RIGHT_RULES,
    copyAtFork: (facts) => ask('atFork', facts, 'copy', 'share'),
    mayReuse: (facts) => ask('onWrite', facts, 'reuse', 'copy'),
  };
}

/** What {@link isolation} found: two criteria ask. */
const isolated = new WeakMap<Sandbox, Verdict>();

function isolation(program: Sandbox, variant: OwnCowVariant): Verdict {
  const verdict = isolated.get(program) ?? tryIsolation(program, variant);
  isolated.set(program, verdict);
  return verdict;
}

/** Random programs against memories that are plain copies. */
function tryIsolation(program: Sandbox, { seed, pages }: OwnCowVariant): Verdict {
  const rules = rulesOf(program);
  const rng = new Rng(seed);
  for (let run = 1; run <= PROGRAMS; run++) {
    const kernel = new TinyKernel(rules);
    const memories = new Map([[1, new Map<number, number>()]]);
    let next = 2;
    for (let i = 0; i < PROGRAM_OPS; i++) {
      const pid = pick(rng, [...memories.keys()]);
      const mine = memories.get(pid)!;
      const index = rng.below(Math.min(pages, 4));
      const dice = rng.below(10);
      if (dice < 4) {
        kernel.write(pid, index, i + 1);
        mine.set(index, i + 1);
      } else if (dice < 7) {
        const expected = mine.get(index) ?? 0;
        const seen = kernel.read(pid, index);
        if (seen !== expected)
          return {
            share: 0,
            reason: `program ${run}, step ${i + 1}: process ${pid} reads ${seen} from page ${index}, its own last byte there is ${expected}`,
          };
      } else if (dice < 9 && memories.size < 4) {
        kernel.fork(pid, next);
        memories.set(next++, new Map(mine));
      } else if (memories.size > 1) {
        kernel.exit(pid);
        memories.delete(pid);
      }
    }
  }
  return { share: 1, reason: 'right' };
}

function ownIo(program: Sandbox): Verdict {
  const rules = rulesOf(program);
  for (const childLives of [true, false]) {
    const kernel = new TinyKernel(rules);
    kernel.write(1, 0, 1);
    const pin = kernel.pin(1, 0);
    kernel.fork(1, 2);
    if (!childLives) kernel.exit(2);
    kernel.write(1, 0, 2);
    kernel.deviceWrite(pin, 9);
    const seen = kernel.read(1, 0);
    if (seen !== 9)
      return {
        share: 0,
        reason: `the device delivered 9 into the parent's page, the parent reads ${seen}: its write after fork got another frame`,
      };
  }
  return { share: 1, reason: 'right' };
}

function foreignIo(program: Sandbox): Verdict {
  const kernel = new TinyKernel(rulesOf(program));
  kernel.write(1, 0, 1);
  kernel.fork(1, 2);
  const pin = kernel.pin(2, 0);
  kernel.exit(2);
  kernel.write(1, 0, 42);
  return kernel.deviceRead(pin) === 42
    ? { share: 0, reason: 'the device of the child that is gone reads what the parent wrote after it' }
    : { share: 1, reason: 'right' };
}

function cost(program: Sandbox, variant: OwnCowVariant): Verdict {
  const { share, reason } = isolation(program, variant);
  if (share < 1) return { share: 0, reason: `not counted without isolation: ${reason}` };
  const own = framesCopied(rulesOf(program), variant);
  const linux = framesCopied(RIGHT_RULES, variant);
  return {
    share: Math.max(0, Math.min(1, 2 - own / linux)),
    reason: `${own} frames copied; Linux copies ${linux}`,
  };
}

function framesCopied(rules: KernelRules, { pages, children }: OwnCowVariant): number {
  const fresh = () => {
    const kernel = new TinyKernel(rules);
    writeAll(kernel, 1);
    return kernel;
  };
  const writeAll = (kernel: TinyKernel, pid: number) => {
    for (let index = 0; index < pages; index++) kernel.write(pid, index, pid);
  };
  const afterExit = fresh();
  afterExit.fork(1, 2);
  afterExit.exit(2);
  writeAll(afterExit, 1);

  const bothWrite = fresh();
  bothWrite.fork(1, 2);
  writeAll(bothWrite, 2);
  writeAll(bothWrite, 1);

  const readers = fresh();
  for (let child = 2; child < 2 + children; child++) {
    readers.fork(1, child);
    for (let index = 0; index < pages; index++) readers.read(child, index);
  }
  return [afterExit, bothWrite, readers].reduce(
    (sum, kernel) => sum + kernel.copies + kernel.copiesAtFork,
    0,
  );
}

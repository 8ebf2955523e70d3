import { Rng } from '../../core/rng.ts';
import { pick } from '../draw.ts';
import type { CodeLab } from '../lab.ts';
import {
  CHAMPION,
  LRU_AS_CHAMPION,
  REPLACEMENT_PROGRAMS,
  type TaughtPolicy,
} from '../programs/replacement.ts';
import { type Guest, ProgramError, type Sandbox } from '../sandbox.ts';
import { page, wrap } from '../text.ts';
import { runTlb, type TlbShape } from '../tlb-run.ts';

export interface OwnReplacementVariant {
  readonly policy: TaughtPolicy;
  readonly sets: number;
  readonly ways: number;
  readonly seed: number;
}

const ACCESSES = 1200;
/** The part of LRU's avoidable misses that a champion must save for full marks. */
const WANTED = 0.25;

const TRACES = {
  loop: 'a loop over a few pages more than there are entries, with a favourite in every set',
  random: 'pages at random, some used more than others',
  phases: 'phases that each work on other pages',
} as const;

/** Treats a way as one thing in all sets. */
const ONE_SET = `export function createPolicy({ ways }) {
  let next = 0;
  return { hit(_set, way) { if (way === next) next = (next + 1) % ways; }, fill() {}, victim: () => next };
}
`;

const TEMPLATE = `// Your replacement policy. \`pagewalk lab show own-replacement\` says which one is asked for,
// \`pagewalk lab check\` runs it. console.log() shows what you print.

export function createPolicy({ sets, ways }) {
  // State of the policy, one for each of \`sets\` sets.
  return {
    hit(set, way) {}, // an access found its page in this way
    fill(set, way) {}, // a page was put into this way
    victim(set) {
      return undefined; // all ways of the set are in use: which one goes? 0 .. ways - 1
    },
  };
}

// A policy of your own that beats LRU on the mixed trace.
export function createChampion({ sets, ways }) {
  return createPolicy({ sets, ways });
}
`;

/** The student writes a replacement policy; it must do what the named one does, and a second one must beat LRU. */
export const OWN_REPLACEMENT: CodeLab<OwnReplacementVariant> = {
  kind: 'code',
  id: 'own-replacement',
  title: 'Write your own replacement policy',
  minutes: 60,
  about: 'a JavaScript module, held to reference miss counts and to laws; a second one to beat LRU',
  file: 'policy.js',
  generate: (rng) => {
    const policy = pick(rng, Object.keys(REPLACEMENT_PROGRAMS) as TaughtPolicy[]);
    return { policy, sets: pick(rng, [4, 8]), ways: pick(rng, [4, 6, 8]), seed: rng.next() };
  },
  statement,
  template: () => TEMPLATE,
  solution: ({ policy }) => REPLACEMENT_PROGRAMS[policy].source + CHAMPION,
  criteria: [
    {
      id: 'laws',
      points: 3,
      what: 'createPolicy() makes an object with hit, fill and victim; a victim is a way of the set, and asking twice gives the same policy twice.',
      judge: (program, variant) => {
        const random = traces(variant).random;
        const first = runPolicy(program, 'createPolicy', variant, random);
        const second = runPolicy(program, 'createPolicy', variant, random);
        return first.join() === second.join()
          ? { share: 1, reason: 'right' }
          : {
              share: 0.5,
              reason: 'two policies on the same accesses do not do the same: do they share variables?',
            };
      },
    },
    ...(['loop', 'random', 'phases'] as const).map((kind) => ({
      id: kind,
      points: 2,
      what: `Hits and misses are those of the policy asked for, access by access: ${TRACES[kind]}.`,
      judge: (program: Sandbox, variant: OwnReplacementVariant) => {
        const pages = traces(variant)[kind];
        const { sets, ways, policy } = variant;
        const expected = runTlb({ sets, ways, replacement: policy }, pages).hits;
        const hits = runPolicy(program, 'createPolicy', variant, pages);
        const first = hits.findIndex((hit, i) => hit !== expected[i]);
        if (first < 0) return { share: 1, reason: 'right' };
        const misses = (of: readonly boolean[]) => of.filter((hit) => !hit).length;
        return {
          share: 0,
          reason: `${misses(hits)} misses where the policy makes ${misses(expected)}; the first difference is at access ${first + 1} of ${ACCESSES}`,
        };
      },
    })),
    {
      id: 'champion',
      points: 3,
      what: 'createChampion() makes a policy of your own that misses less than LRU on the mixed trace.',
      judge: (program, variant) => {
        const { sets, ways } = variant;
        const pages = traces(variant).mixed;
        const lru = runTlb({ sets, ways, replacement: 'lru' }, pages).misses;
        const best = optimalMisses({ sets, ways }, pages);
        const own = runPolicy(program, 'createChampion', variant, pages).filter((hit) => !hit).length;
        const saved = (lru - own) / (lru - best);
        const share = Math.max(0, Math.min(1, saved / WANTED));
        const reason = `${own} misses; LRU makes ${lru}, the best possible policy ${best}`;
        return { share: Math.round(share * 6) / 6, reason };
      },
    },
  ],
  mistakes: [
    {
      id: 'other-policy',
      why: 'hits treated as uses where the policy does not, or not where it does',
      marks: 6,
      program: ({ policy }) => REPLACEMENT_PROGRAMS[policy === 'fifo' ? 'lru' : 'fifo'].source + CHAMPION,
    },
    {
      id: 'ways-from-one',
      why: 'ways counted down from the number of ways, which is one too many',
      marks: 3,
      program: ({ policy }) =>
        REPLACEMENT_PROGRAMS[policy].source.replace('createPolicy', 'createInner').replace('export ', '') +
        `export function createPolicy(shape) {
  const inner = createInner(shape);
  return { ...inner, victim: (set) => shape.ways - inner.victim(set) };
}
${CHAMPION}`,
    },
    {
      id: 'one-set-for-all',
      why: 'the state of all sets kept in one: the victim of a set depends on the others',
      marks: 6,
      program: () => `${ONE_SET}${CHAMPION}`,
    },
    {
      id: 'no-champion',
      why: 'LRU handed in as the champion',
      marks: 9,
      program: ({ policy }) => REPLACEMENT_PROGRAMS[policy].source + LRU_AS_CHAMPION,
    },
  ],
};

function statement({ policy, sets, ways }: OwnReplacementVariant): string {
  const { name, rule } = REPLACEMENT_PROGRAMS[policy];
  return page(
    wrap(`Write the replacement policy of a TLB with ${sets} sets of ${ways} ways as a JavaScript module. The grader
      plays the TLB: it looks pages up (set = page mod ${sets}), fills free ways in the order 0, 1, 2, ... and asks your policy whom to
      throw out when a set is full.`),
    wrap(`The policy asked for is ${name}: ${rule}.`),
    `    export function createPolicy({ sets, ways }) {
      return {
        hit(set, way) {},        // an access found its page in this way
        fill(set, way) {},       // a page was put into this way
        victim(set) { ... },     // the set is full: the way that goes, 0 .. ways - 1
      };
    }`,
    wrap(`Then export createChampion(), a policy of your own choice, for the mixed trace: loops over some pages more than a set
      has ways, with a few pages in between that are used all the time. LRU does badly there. Full marks for saving a quarter of the
      misses that LRU makes and the best possible policy (Belady's OPT, which knows the future) does not.`),
    wrap(`The module runs in a sandbox without files, network, clock or imports; Math.random() gives the same numbers each
      time.`),
  );
}

/** The accesses that programs are judged by. */
function traces({ sets, ways, seed }: OwnReplacementVariant) {
  const rng = new Rng(seed);
  const entries = sets * ways;
  const loop = Array.from({ length: ACCESSES }, (_, i) =>
    i % 3 === 2 ? entries * 10 + rng.below(sets) : i % (entries + Math.ceil(sets / 2)),
  );
  const random = Array.from({ length: ACCESSES }, () =>
    rng.below(2) === 0 ? rng.below(entries / 2) : rng.below(entries * 2),
  );
  const phases = Array.from({ length: ACCESSES }, (_, i) => {
    const first = Math.floor(i / 250) * sets * 3;
    return first + rng.below(rng.below(4) === 0 ? entries * 2 : entries - sets);
  });
  // A loop of ways + 2 pages in every set, and one favourite a set that comes back after half a lap.
  const lap = sets * (ways + 2);
  const mixed = Array.from({ length: ACCESSES }, (_, i) =>
    i % 8 === 7 ? lap * 10 + rng.below(sets) : Math.floor((i * 7) / 8) % lap,
  );
  return { loop, random, phases, mixed };
}

/** Plays the TLB with the program's policy: hit or miss for each access. @throws ProgramError for a victim that is none */
function runPolicy(
  program: Sandbox,
  make: 'createPolicy' | 'createChampion',
  { sets, ways }: OwnReplacementVariant,
  pages: readonly number[],
): boolean[] {
  const policy: Guest = program.create(make, { sets, ways });
  try {
    const tags: number[][] = Array.from({ length: sets }, () => []);
    return pages.map((vpn) => {
      const set = vpn % sets;
      const content = tags[set]!;
      const found = content.indexOf(vpn);
      if (found >= 0) {
        policy.tell('hit', set, found);
        return true;
      }
      const way = content.length < ways ? content.length : policy.call('victim', set);
      if (typeof way !== 'number' || !Number.isInteger(way) || way < 0 || way >= ways)
        throw new ProgramError(
          `victim(${set}) gave ${JSON.stringify(way) ?? 'nothing'}: not a way from 0 to ${ways - 1}`,
        );
      content[way] = vpn;
      policy.tell('fill', set, way);
      return false;
    });
  } finally {
    policy.dispose();
  }
}

/** Misses of Belady's OPT: whoever is used again last goes (Belady, IBM Systems Journal 5(2), 1966). */
function optimalMisses({ sets, ways }: Pick<TlbShape, 'sets' | 'ways'>, pages: readonly number[]): number {
  let misses = 0;
  const content: number[][] = Array.from({ length: sets }, () => []);
  const nextUse = (vpn: number, from: number) => {
    const at = pages.indexOf(vpn, from);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  for (const [i, vpn] of pages.entries()) {
    const set = content[vpn % sets]!;
    if (set.includes(vpn)) continue;
    misses++;
    if (set.length < ways) {
      set.push(vpn);
      continue;
    }
    const uses = set.map((other) => nextUse(other, i + 1));
    set[uses.indexOf(Math.max(...uses))] = vpn;
  }
  return misses;
}

import type { Replacement } from '../../tlb/replacement/index.ts';

/** The policies that students may be asked for, each as the program that does it, and how the exercise states it. */
export const REPLACEMENT_PROGRAMS = {
  lru: {
    name: 'LRU',
    rule: 'the entry whose last use is longest ago goes; hit and fill are uses',
    source: `export function createPolicy({ sets, ways }) {
  const last = new Array(sets * ways).fill(0);
  let now = 0;
  const use = (set, way) => { last[set * ways + way] = ++now; };
  return {
    hit: use,
    fill: use,
    victim(set) {
      const mine = last.slice(set * ways, (set + 1) * ways);
      return mine.indexOf(Math.min(...mine));
    },
  };
}
`,
  },
  fifo: {
    name: 'FIFO',
    rule: 'the entry that was filled in first goes; hits change nothing',
    source: `export function createPolicy({ sets, ways }) {
  const filled = new Array(sets * ways).fill(0);
  let now = 0;
  return {
    hit() {},
    fill(set, way) { filled[set * ways + way] = ++now; },
    victim(set) {
      const mine = filled.slice(set * ways, (set + 1) * ways);
      return mine.indexOf(Math.min(...mine));
    },
  };
}
`,
  },
  'bit-plru': {
    name: 'bit-PLRU',
    rule:
      'a bit for each way, all 0 at first; hit and fill set the bit; when that made all bits of a set 1, the others ' +
      'become 0 again; the way with the lowest number whose bit is 0 goes',
    source: `export function createPolicy({ sets, ways }) {
  const bits = Array.from({ length: sets }, () => new Array(ways).fill(0));
  const use = (set, way) => {
    bits[set][way] = 1;
    if (bits[set].every((bit) => bit === 1)) {
      bits[set].fill(0);
      bits[set][way] = 1;
    }
  };
  return { hit: use, fill: use, victim: (set) => bits[set].indexOf(0) };
}
`,
  },
  srrip: {
    name: 'SRRIP',
    rule:
      'a number 0 to 3 for each way; a fill sets it to 2, a hit to 0; the way with the lowest number that is at 3 goes; while no ' +
      'way of the set is at 3, all of them grow by 1',
    source: `export function createPolicy({ sets, ways }) {
  const rrpv = Array.from({ length: sets }, () => new Array(ways).fill(0));
  return {
    hit(set, way) { rrpv[set][way] = 0; },
    fill(set, way) { rrpv[set][way] = 2; },
    victim(set) {
      while (!rrpv[set].includes(3)) rrpv[set] = rrpv[set].map((age) => age + 1);
      return rrpv[set].indexOf(3);
    },
  };
}
`,
  },
} as const satisfies Partial<Record<Replacement, { name: string; rule: string; source: string }>>;

export type TaughtPolicy = keyof typeof REPLACEMENT_PROGRAMS;

/**
 * A champion for loops that are a little too large: protects what is there and sacrifices the newcomer, now and then
 * letting one stay (bimodal insertion). Loses little where LRU is good.
 */
export const CHAMPION = `
export function createChampion({ sets, ways }) {
  const age = new Array(sets * ways).fill(0);
  let now = 0;
  let fills = 0;
  return {
    hit(set, way) { age[set * ways + way] = ++now; },
    fill(set, way) { age[set * ways + way] = ++fills % 16 === 0 ? ++now : -(++now); },
    victim(set) {
      const mine = age.slice(set * ways, (set + 1) * ways);
      return mine.indexOf(Math.min(...mine));
    },
  };
}
`;

/** LRU again, under the champion's name: what a student hands in who did not try. */
export const LRU_AS_CHAMPION = REPLACEMENT_PROGRAMS.lru.source.replace('createPolicy', 'createChampion');

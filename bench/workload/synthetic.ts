import { LOAD, STORE } from '../../src/core/access.ts';
import { Rng } from '../../src/core/rng.ts';
import type { Columns } from './columns.ts';

const PAGE_WORDS = 512;

/** Every page of a footprint stored to once, in order: afterwards no access faults and every page is dirty. */
function touched(pages: number, accesses: number): { keys: Int32Array; offsets: Uint16Array; put: Put } {
  const keys = new Int32Array(pages + accesses);
  const offsets = new Uint16Array(pages + accesses);
  let at = 0;
  const put: Put = (page, word, type) => {
    keys[at] = (Math.floor(page / 2 ** 20) << 22) | ((page % 2 ** 20) << 2) | type;
    offsets[at++] = word * 8;
  };
  for (let page = 0; page < pages; page++) put(page, 0, STORE);
  return { keys, offsets, put };
}
type Put = (page: number, word: number, type: number) => void;

const REGIONS = [0, 1, 2, 3];

/** 1 GiB, pages by Zipf's law with theta .99 (Gray et al., SIGMOD 1994), scattered; 30 % stores. */
export function zipf(accesses: number): Columns {
  const pages = 2 ** 18;
  const theta = 0.99;
  const rng = new Rng(7);
  const { keys, offsets, put } = touched(pages, accesses);
  let zeta = 0;
  for (let rank = 1; rank <= pages; rank++) zeta += 1 / rank ** theta;
  const alpha = 1 / (1 - theta);
  const zeta2 = 1 + 0.5 ** theta;
  const eta = (1 - (2 / pages) ** (1 - theta)) / (1 - zeta2 / zeta);
  for (let i = 0; i < accesses; i++) {
    const u = rng.unit();
    const uz = u * zeta;
    const rank = uz < 1 ? 0 : uz < zeta2 ? 1 : Math.floor(pages * (eta * u - eta + 1) ** alpha);
    const page = Math.imul(rank, 0x9e3779b1) >>> 14;
    put(page, rng.below(PAGE_WORDS), rng.unit() < 0.3 ? STORE : LOAD);
  }
  return { name: 'zipf 1 GiB', keys, offsets, highs: REGIONS, untimed: pages };
}

/** Random updates over 4 GiB: a load and a store of one word, then another anywhere. */
export function gups(accesses: number): Columns {
  const pages = 2 ** 20;
  const rng = new Rng(11);
  const { keys, offsets, put } = touched(pages, accesses);
  for (let i = 0; i < accesses; i += 2) {
    const page = rng.below(pages);
    const word = rng.below(PAGE_WORDS);
    put(page, word, LOAD);
    put(page, word, STORE);
  }
  return { name: 'GUPS 4 GiB', keys, offsets, highs: REGIONS, untimed: pages };
}

/** One word after another through 64 MiB. */
export function sequential(accesses: number): Columns {
  const pages = 2 ** 14;
  const { keys, offsets, put } = touched(pages, accesses);
  for (let i = 0; i < accesses; i++) put(Math.floor(i / PAGE_WORDS) % pages, i % PAGE_WORDS, LOAD);
  return { name: 'sequential', keys, offsets, highs: REGIONS, untimed: pages };
}

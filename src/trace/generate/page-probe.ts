import { count, kind } from './generator.ts';

const PAGE = 4096;
const LINE = 64;

/**
 * One line of each page in turn: as long as the pages fit a TLB nothing misses, and one page more misses always (with
 * LRU). The line differs from page to page, so that the sets of a data cache are all used.
 */
export const pageProbe = kind({
  name: 'page-probe',
  summary: 'one line in each of so many pages, in turn: shows how many translations a TLB holds',
  parameters: { pages: count(1536, 'pages') },
  *play(scene, { pages }) {
    const area = scene.map(scene.start('page-probe'), pages * PAGE);
    while (true)
      for (let page = 0; page < pages; page++) {
        area.load(page * PAGE + ((page * LINE) % PAGE));
        if (scene.full) yield;
      }
  },
});

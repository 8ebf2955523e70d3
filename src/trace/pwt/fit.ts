import { InputError } from '../../core/errors.ts';
import { type Columns, HOW_BYTE, HOW_PREDICTED, HOW_WORD, SIZE_ESCAPE } from './layout.ts';

/** Columns whose lengths can be, as the header of their block says, may still not belong together. */
export function misfit(): InputError {
  return new InputError('the columns of the block do not fit each other');
}

/** @throws InputError without a place when an access would be in a region that the block does not name */
export function checkRegions({ tags, regions, regionHighs }: Columns): void {
  if (tags.length === 0) return;
  let highest = 0;
  for (let i = 0; i < regions.length; i++) if (regions[i]! > highest) highest = regions[i]!;
  if (highest >= regionHighs.length) throw misfit();
}

/**
 * Counts what the tags ask for.
 * @throws InputError without a place when a column holds more or less
 */
export function checkTags({ tags, bytes, words, lows, sizes }: Columns): void {
  const asked = { bytes: 0, words: 0, wholes: 0, escapes: 0 };
  for (const tag of tags) {
    const how = (tag >>> 2) & 3;
    if (how === HOW_BYTE) asked.bytes++;
    else if (how === HOW_WORD) asked.words++;
    else if (how !== HOW_PREDICTED) asked.wholes++;
    if (tag >>> 4 === SIZE_ESCAPE) asked.escapes++;
  }
  const fit =
    asked.bytes === bytes.length &&
    asked.words === words.length &&
    asked.wholes === lows.length &&
    asked.escapes === sizes.length;
  if (!fit) throw misfit();
}

import { InputError } from '../../core/errors.ts';

/** No line of any trace format is longer than this; what is longer is not text. */
export const LINE_LIMIT = 1 << 20;
export const NEWLINE = 0x0a;

const latin1 = new TextDecoder('latin1');

/**
 * The position behind the last whole line in bytes[from, to). When no bytes follow, a last line without its newline
 * is given one (in the pad behind the window).
 * @param place names the file and the line that starts at `from`
 */
export function endOfLines(
  bytes: Uint8Array,
  from: number,
  to: number,
  last: boolean,
  place: () => string,
): number {
  if (from === to) return to;
  const newline = bytes.lastIndexOf(NEWLINE, to - 1);
  if (newline === to - 1) return to;
  if (last) {
    bytes[to] = NEWLINE;
    return to + 1;
  }
  const end = Math.max(newline + 1, from);
  if (to - end > LINE_LIMIT) throw lineTooLong(place());
  return end;
}

/** The line that starts at `from` and ends before the newline at `end`, a carriage return taken off. */
export function lineText(bytes: Uint8Array, from: number, end: number, place: () => string): string {
  if (end - from > LINE_LIMIT) throw lineTooLong(place());
  const stop = end > from && bytes[end - 1] === 0x0d ? end - 1 : end;
  return latin1.decode(bytes.subarray(from, stop));
}

/** A line as an error message shows it: short, and with nothing that a terminal would obey. */
export function quoteLine(line: string): string {
  const short = line.length > 60 ? `${line.slice(0, 60)}...` : line;
  return JSON.stringify(short).replace(/[\x7f-\xff]/g, '?');
}

function lineTooLong(place: string): InputError {
  return new InputError(`a line of more than ${LINE_LIMIT} bytes: this is not a text trace`, {
    place,
    remedy: 'check that the file is what --format says, and that it is not compressed twice',
  });
}

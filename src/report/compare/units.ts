import type { Unit } from '../../sim/compare/metrics.ts';

/** How the numbers of one column are written: all in one unit, so that they can be compared by eye. */
export interface Scale {
  /** For the head; empty for plain counts. */
  readonly name: string;
  readonly write: (value: number) => string;
}

/** The scale that suits the largest number of a column. */
export function scaleFor(unit: Unit, largest: number): Scale {
  switch (unit) {
    case 'ns':
      return timeScale(largest);
    case 'bytes':
      return byteScale(largest);
    case 'mpki':
      return scale('', 1, 3);
    case 'cycles':
      return largest < 1e10 ? scale('', 1, 0) : scale('M', 1e6, 0);
    case 'count':
      return scale('', 1, 0);
  }
}

function timeScale(largest: number): Scale {
  if (largest < 1e4) return scale('ns', 1, 0);
  if (largest < 1e5) return scale('us', 1e3, 2);
  if (largest < 1e7) return scale('us', 1e3, 1);
  return largest < 1e10 ? scale('ms', 1e6, 2) : scale('s', 1e9, 2);
}

function byteScale(largest: number): Scale {
  if (largest < 10 * 2 ** 20) return scale('KiB', 2 ** 10, 0);
  return largest < 10 * 2 ** 30 ? scale('MiB', 2 ** 20, 1) : scale('GiB', 2 ** 30, 2);
}

function scale(name: string, divisor: number, digits: number): Scale {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return { name, write: (value) => (value / divisor).toLocaleString('en-US', format) };
}

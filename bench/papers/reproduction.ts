/** One published statement beside what the model gives. */
export interface Finding {
  readonly what: string;
  readonly published: string;
  readonly reproduced: string;
  readonly holds: boolean;
}

/** A published result that the model can be held against. docs/reproductions.md lists them. */
export interface Reproduction {
  readonly name: string;
  readonly title: string;
  /**
   * `exact`: counts that must be equal; `calibrated`: times, with prices that were fitted to some published or measured
   * figures (the preset says which); `shape`: an order or a trend, since the published workload is not available.
   */
  readonly kind: 'exact' | 'calibrated' | 'shape';
  readonly source: string;
  /** Runs the model. Nothing but the published side may be written down in it. */
  readonly run: () => Promise<readonly Finding[]>;
}

/** Equal as numbers. */
export function exactly(what: string, published: number, reproduced: number, unit = ''): Finding {
  return {
    what,
    published: shown(published, unit),
    reproduced: shown(reproduced, unit),
    holds: published === reproduced,
  };
}

/** Apart by no more than a share of the published number. */
export function within(
  share: number,
  what: string,
  published: number,
  reproduced: number,
  unit = '',
  digits = 1,
): Finding {
  return {
    what,
    published: `${shown(published, unit)} ±${Math.round(share * 100)} %`,
    reproduced: shown(reproduced, unit, digits),
    holds: Math.abs(reproduced - published) <= share * published,
  };
}

/** Inside a range that several publications span. */
export function between(
  low: number,
  high: number,
  what: string,
  reproduced: number,
  unit: string,
  digits = 1,
): Finding {
  return {
    what,
    published: `${low} to ${shown(high, unit)}`,
    reproduced: shown(reproduced, unit, digits),
    holds: reproduced >= low && reproduced <= high,
  };
}

/** Words beside words: an order or a trend. */
export function judged(what: string, published: string, reproduced: string, holds: boolean): Finding {
  return { what, published, reproduced, holds };
}

/** A number with its unit, thousands apart; as exact as it is, or to so many digits after the point. */
function shown(value: number, unit = '', digits?: number): string {
  const text =
    digits === undefined || Number.isInteger(value)
      ? value.toLocaleString('en-US', { maximumSignificantDigits: Number.isInteger(value) ? 21 : 4 })
      : value.toFixed(digits);
  return unit ? `${text} ${unit}` : text;
}

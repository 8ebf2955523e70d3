import { InputError } from '../../core/errors.ts';
import type { Command } from './commands.ts';
import { type Summary, summarize } from './statistics.ts';

/** What the probe replies: a list of values, one a repetition, under each name. */
export type Reply = Readonly<Record<string, unknown>>;

/** All replies so far, those of repeated commands pooled. */
export class Observations {
  readonly #series = new Map<string, Map<string, number[]>>();

  add(command: Command, reply: Reply): void {
    const pooled = this.#series.get(command.text) ?? new Map<string, number[]>();
    this.#series.set(command.text, pooled);
    for (const [name, values] of Object.entries(reply)) {
      if (!Array.isArray(values)) continue;
      pooled.set(name, [...(pooled.get(name) ?? []), ...values.map(Number)]);
    }
  }

  has(command: Command): boolean {
    return this.#series.has(command.text);
  }

  /** Of a series that not every host can give; undefined when this one did not. */
  ifGiven(command: Command, series: string): Summary | undefined {
    const values = this.#series.get(command.text)?.get(series);
    return values && values.length > 0 ? summarize(values) : undefined;
  }

  /** @throws InputError when the probe never gave that series: probe and program do not fit each other */
  summary(command: Command, series: string): Summary {
    const summary = this.ifGiven(command, series);
    if (!summary)
      throw new InputError(`the probe gave no '${series}' for: ${command.text}`, {
        remedy: 'native/calibrate and the program are of different versions; install pagewalk again',
      });
    return summary;
  }

  /** Every pooled series, for the JSON output. */
  toJSON(): Record<string, Record<string, number[]>> {
    return Object.fromEntries([...this.#series].map(([text, pooled]) => [text, Object.fromEntries(pooled)]));
  }
}

import type { JSX } from 'preact';

interface FiguresProps {
  /** What the table is of, for screen readers. */
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table of numbers: the first column names the row. */
export function Figures({ label, head, rows }: FiguresProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or keys cannot scroll it
    <section class="figures-frame" aria-label={label} tabIndex={0}>
      <table class="figures">
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name || <span class="sr">name</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface BarsProps {
  readonly bars: readonly { readonly name: string; readonly value: number; readonly text: string }[];
  readonly className: string;
}

/** Named quantities side by side, the longest as wide as the panel. */
export function Bars({ bars, className }: BarsProps): JSX.Element {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <ul class={`ledger bars ${className}`}>
      {bars.map(({ name, value, text }) => (
        <li key={name} class={`line ${className}`}>
          <div class="head">
            <span class="name">{name}</span>
            <span class="cycles">{text}</span>
            <span class="bar" style={{ width: `${(100 * value) / most}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { format, type RunResult } from '../../src/index.ts';
import { Panel } from '../parts/panel.tsx';
import { Figures } from './figures.tsx';
import { type LedgerPart, ledgerTree } from './ledger-tree.ts';

/** Parts narrower than this share of the picture are not drawn. */
const NARROWEST = 0.002;
/** Parts narrower than this have no room for their name. */
const NAMED = 0.05;
const ROWS = 3;

/** Where every cycle went, as a picture: each row divides the one above it. A part can be opened to fill the width. */
export function LedgerPicture({ cycles }: { cycles: RunResult['cycles'] }): JSX.Element {
  const root = ledgerTree(cycles.ledger);
  const [path, setPath] = useState<readonly string[]>([]);
  const way = follow(root, path);
  const shown = way.at(-1)!;
  const open = (name: string) => setPath([...path, ...namesTo(shown, name)]);
  return (
    <Panel
      id="result-ledger"
      title="Cycle ledger"
      aside={
        <>
          <b class="big">{format.thousands(cycles.total)}</b> cycles
        </>
      }
    >
      <nav class="crumbs" aria-label="Part of the ledger">
        {way.map((part, i) => (
          <button
            key={part.name}
            type="button"
            class="small"
            aria-current={i === way.length - 1 ? 'true' : undefined}
            onClick={() => setPath(path.slice(0, i))}
          >
            {part.word}
          </button>
        ))}
        <span class="quiet">{format.percent(shown.cycles, cycles.total)} of all cycles</span>
      </nav>
      <div class="icicle">
        {rowsOf(shown).map((row, i) => (
          <ul key={i} class="row">
            {row.map(({ part, left, share }) => (
              <li key={part.name} style={{ left: `${left * 100}%`, width: `${share * 100}%` }}>
                <button
                  type="button"
                  class={`part ${part.name.split('.')[0]}`}
                  disabled={part.parts.length === 0}
                  onClick={() => open(part.name)}
                  title={`${part.name}: ${format.thousands(part.cycles)} cycles, ${format.percent(part.cycles, cycles.total)}`}
                  aria-label={`${part.name}: ${format.percent(part.cycles, cycles.total)}`}
                >
                  {share >= NAMED && (
                    <>
                      <b>{part.word}</b> <small>{format.percent(part.cycles, cycles.total)}</small>
                    </>
                  )}
                </button>
              </li>
            ))}
          </ul>
        ))}
      </div>
      <details>
        <summary>All lines</summary>
        <Lines cycles={cycles} />
      </details>
    </Panel>
  );
}

function Lines({ cycles }: { cycles: RunResult['cycles'] }): JSX.Element {
  const names = [...new Set([...Object.keys(cycles.ledger), ...Object.keys(cycles.hidden)])];
  const lines = names
    .map((name) => ({ name, count: cycles.ledger[name] ?? 0, hidden: cycles.hidden[name] ?? 0 }))
    .sort((a, b) => b.count - a.count);
  return (
    <Figures
      label="All lines of the ledger"
      head={['line', 'cycles', 'share', 'hidden']}
      rows={lines.map(({ name, count, hidden }) => [
        name,
        format.thousands(count),
        format.percent(count, cycles.total),
        hidden > 0 ? format.thousands(hidden) : '',
      ])}
    />
  );
}

interface Placed {
  readonly part: LedgerPart;
  /** 0..1 of the width. */
  readonly left: number;
  readonly share: number;
}

/** The parts of a part, their parts, and so on: as wide as their cycles. */
function rowsOf(shown: LedgerPart): Placed[][] {
  const rows: Placed[][] = [];
  let above: readonly Placed[] = [{ part: shown, left: 0, share: 1 }];
  while (rows.length < ROWS) {
    const row: Placed[] = [];
    for (const { part, left } of above) {
      let at = left;
      for (const below of part.parts) {
        const share = below.cycles / shown.cycles;
        if (share >= NARROWEST) row.push({ part: below, left: at, share });
        at += share;
      }
    }
    if (row.length === 0) break;
    rows.push(row);
    above = row;
  }
  return rows;
}

/** The parts on the way, the root first. */
function follow(root: LedgerPart, path: readonly string[]): LedgerPart[] {
  const way = [root];
  for (const name of path) {
    const next = way.at(-1)!.parts.find((part) => part.name === name);
    if (next) way.push(next);
  }
  return way;
}

/** Names of the parts from below a part down to the one called so. */
function namesTo(part: LedgerPart, name: string): string[] {
  const next = part.parts.find((below) => below.name === name || name.startsWith(`${below.name}.`));
  if (!next) return [];
  return next.name === name ? [name] : [next.name, ...namesTo(next, name)];
}

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Player } from '../model/player.ts';
import { Panel } from '../parts/panel.tsx';

interface Group {
  readonly name: string;
  readonly cycles: number;
  readonly lines: readonly { readonly name: string; readonly cycles: number }[];
}

/** Where every cycle so far went. The lines add up to the clock. */
export function LedgerPanel({ player }: { player: Player }): JSX.Element {
  const { recording, position, into, cycle } = player;
  const groups = useMemo(
    () => groupsOf(recording.ledgerAt(position, into)),
    [recording, recording.length, position, into],
  );
  const growing = useMemo(() => {
    const charges = into > 0 ? recording.steps[position]!.charges : recording.steps[position - 1]!.charges;
    return new Set(charges.map(({ cause }) => recording.causeName(cause)));
  }, [recording, position, into]);
  const most = Math.max(1, ...groups.map(({ cycles }) => cycles));
  return (
    <Panel
      id="ledger"
      title="Cycle ledger"
      aside={
        <>
          <b class="big">{cycle.toLocaleString('en')}</b> cycles
        </>
      }
    >
      {groups.length === 0 && <p class="quiet">No cycle has passed.</p>}
      <div class="ledger">
        {groups.map(({ name, cycles, lines }) => {
          const isGrowing = lines.some((line) => growing.has(line.name));
          const bar = { width: `${(100 * cycles) / most}%` };
          const head = (
            <>
              <span class="name">{name}</span>
              <span class="cycles">{cycles.toLocaleString('en')}</span>
              <span class="bar" style={bar} />
            </>
          );
          const className = `line ${name.split(' ')[0]} ${isGrowing ? 'changed' : ''}`;
          if (lines.length === 1) {
            return (
              <div key={name} class={className}>
                <div class="head">{head}</div>
              </div>
            );
          }
          return (
            <details key={name} class={className}>
              <summary class="head">{head}</summary>
              <ul>
                {lines.map((line) => (
                  <li key={line.name} class={growing.has(line.name) ? 'changed' : ''}>
                    <span class="name">{line.name.split('.').at(-1)}</span>
                    <span class="cycles">{line.cycles.toLocaleString('en')}</span>
                  </li>
                ))}
              </ul>
            </details>
          );
        })}
      </div>
    </Panel>
  );
}

/** Lines by what they are for: `walk L1`, `kernel cowCopy`; the largest groups first within each. */
function groupsOf(ledger: ReadonlyMap<string, number>): Group[] {
  const groups = new Map<
    string,
    { name: string; cycles: number; lines: { name: string; cycles: number }[] }
  >();
  for (const [name, cycles] of ledger) {
    const words = name.split('.');
    const isFault = words[0] === 'kernel' && words[1] === 'fault';
    const key = isFault ? `kernel fault ${words[2]}` : words.slice(0, words.length > 2 ? 2 : 1).join(' ');
    const group = groups.get(key) ?? { name: key, cycles: 0, lines: [] };
    group.cycles += cycles;
    group.lines.push({ name, cycles });
    groups.set(key, group);
  }
  return [...groups.values()];
}

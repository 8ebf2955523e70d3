import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useKept } from '../model/kept.ts';
import type { Player } from '../model/player.ts';
import { memo } from '../parts/memo.ts';
import { Panel } from '../parts/panel.tsx';

interface Group {
  readonly name: string;
  readonly cycles: number;
  readonly lines: readonly Line[];
}

interface Line {
  readonly name: string;
  readonly cycles: number;
  /** The last step added to it. */
  readonly grows: boolean;
}

/** Where every cycle so far went. The lines add up to the clock. */
export function LedgerPanel({ player }: { player: Player }): JSX.Element {
  const { recording, position, into, cycle } = player;
  const groups = useKept(
    useMemo(() => {
      const { charges } = recording.steps[into > 0 ? position : position - 1]!;
      const growing = new Set(charges.map(({ cause }) => recording.causeName(cause)));
      return groupsOf(recording.ledgerAt(position, into), growing);
    }, [recording, recording.length, position, into]),
  );
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
        {groups.map((group) => (
          <GroupLine key={group.name} group={group} percent={Math.round((100 * group.cycles) / most)} />
        ))}
      </div>
    </Panel>
  );
}

interface GroupProps {
  readonly group: Group;
  /** Its cycles, where the largest group has 100. */
  readonly percent: number;
}

const GroupLine = memo(({ group, percent }: GroupProps): JSX.Element => {
  const { name, cycles, lines } = group;
  const className = `line ${name.split(' ')[0]} ${lines.some(({ grows }) => grows) ? 'changed' : ''}`;
  const head = (
    <>
      <span class="name">{name}</span>
      <span class="cycles">{cycles.toLocaleString('en')}</span>
      <span class="bar" style={{ width: `${percent}%` }} />
    </>
  );
  if (lines.length === 1) {
    return (
      <div class={className}>
        <div class="head">{head}</div>
      </div>
    );
  }
  return (
    <details class={className}>
      <summary class="head">{head}</summary>
      <ul>
        {lines.map((line) => (
          <li key={line.name} class={line.grows ? 'changed' : ''}>
            <span class="name">{line.name.split('.').at(-1)}</span>
            <span class="cycles">{line.cycles.toLocaleString('en')}</span>
          </li>
        ))}
      </ul>
    </details>
  );
});

/** Lines by what they are for: `walk L1`, `kernel cowCopy`; the largest groups first within each. */
function groupsOf(ledger: ReadonlyMap<string, number>, growing: ReadonlySet<string>): Group[] {
  const groups = new Map<string, { name: string; cycles: number; lines: Line[] }>();
  for (const [name, cycles] of ledger) {
    const words = name.split('.');
    const isFault = words[0] === 'kernel' && words[1] === 'fault';
    const key = isFault ? `kernel fault ${words[2]}` : words.slice(0, words.length > 2 ? 2 : 1).join(' ');
    const group = groups.get(key) ?? { name: key, cycles: 0, lines: [] };
    group.cycles += cycles;
    group.lines.push({ name, cycles, grows: growing.has(name) });
    groups.set(key, group);
  }
  return [...groups.values()];
}

import type { JSX } from 'preact';
import { replay } from '../../src/index.ts';
import type { AccessView, WalkLevel } from '../model/walk-view.ts';
import { Padlock } from '../parts/icons.tsx';
import { Panel } from '../parts/panel.tsx';

/** Bits that stay away while they are 0: they say nothing of the walk. */
const RARE = new Set(['key', 'ignored', 'PCD', 'PWT', 'PAT', 'G', 'PS', 'RSW', 'PBMT', 'N', 'reserved']);
const MEANING: Readonly<Record<string, readonly [set: string, clear: string]>> = {
  P: ['present', 'not present'],
  V: ['valid', 'not valid'],
  'R/W': ['writable', 'write-protected'],
  W: ['writable', 'write-protected'],
  R: ['readable', 'not readable'],
  X: ['executable', 'not executable'],
  'U/S': ['user code may', 'kernel only'],
  U: ['user code may', 'kernel only'],
  A: ['accessed', 'not accessed yet'],
  D: ['dirty', 'clean'],
  XD: ['not executable', 'executable'],
  G: ['global', 'not global'],
  PS: ['a large page', 'a table'],
};

/** Each page-table entry that the walk of the access at hand has read, bit by bit. */
export function WalkPanel({
  recording,
  view,
}: {
  recording: replay.Recording;
  view: AccessView | undefined;
}): JSX.Element {
  return (
    <Panel id="walk" title="Walk" aside={view && <Lookups view={view} />}>
      {!view || view.levels.length === 0 ? (
        <NoWalk view={view} />
      ) : (
        <Levels recording={recording} view={view} />
      )}
    </Panel>
  );
}

function Lookups({ view }: { view: AccessView }): JSX.Element {
  return (
    <ul class="lookups">
      {view.lookups.map(({ name, hit }) => (
        <li key={name} class={hit ? 'hit' : 'miss'}>
          {name} {hit ? 'hit' : 'miss'}
        </li>
      ))}
    </ul>
  );
}

function NoWalk({ view }: { view: AccessView | undefined }): JSX.Element {
  if (!view) return <p class="quiet">No access at hand, so no walk.</p>;
  const hit = view.lookups.find((lookup) => lookup.hit);
  return (
    <p class="quiet">
      {hit
        ? `No walk: the ${hit.name} had the translation${view.pfn === undefined ? '' : ` to frame ${replay.frameName(view.pfn)}`}.`
        : 'The walk has not begun.'}
    </p>
  );
}

function Levels({ recording, view }: { recording: replay.Recording; view: AccessView }): JSX.Element {
  return (
    <ol class="levels">
      {view.levels.map((level) => (
        <li key={level.level} class={`level l${level.level} ${level.status} ${level.read?.verdict ?? ''}`}>
          <LevelCard recording={recording} level={level} />
        </li>
      ))}
      <li class={`level result ${view.fault ? 'refused' : view.pfn === undefined ? 'ahead' : 'reached'}`}>
        {view.fault ? (
          <>
            <h3>Page fault</h3>
            <p>
              error code <code>0x{view.fault.code.toString(16)}</code>
            </p>
            <p class="quiet">{view.fault.reason.replaceAll('-', ' ')}</p>
          </>
        ) : (
          <>
            <h3>Frame</h3>
            <p class="big">
              <code>{view.pfn === undefined ? '?' : replay.frameName(view.pfn)}</code>
            </p>
          </>
        )}
      </li>
    </ol>
  );
}

function LevelCard({ recording, level }: { recording: replay.Recording; level: WalkLevel }): JSX.Element {
  const { name, status, read, index, fields, cycles } = level;
  if (!read || !fields) {
    return (
      <>
        <h3>{name}</h3>
        <p class="quiet">{status === 'known' ? 'known to the walk caches' : 'not read'}</p>
      </>
    );
  }
  const pfn = fields.find((field) => field.name === 'PFN' || field.name === 'PPN');
  return (
    <>
      <h3>
        {name}
        <span class="index">[{index}]</span> <small>in {replay.frameName(read.table)}</small>
      </h3>
      <p class="pfn">
        <span class="source">
          {recording.cacheNames[read.from]} {cycles}
          <span class="sr"> cycles</span>
        </span>
        {read.lo === 0 && read.hi === 0 ? (
          <span class="empty">empty</span>
        ) : (
          <>
            → <code class="big">0x{(pfn?.value ?? 0n).toString(16)}</code>
          </>
        )}
      </p>
      <ul class="bits">
        {fields
          .filter((field) => field !== pfn && (field.value !== 0n || field.changed || !RARE.has(field.name)))
          .map((field) => (
            <Bit key={`${field.name}${field.low}`} field={field} />
          ))}
      </ul>
    </>
  );
}

function Bit({ field }: { field: NonNullable<WalkLevel['fields']>[number] }): JSX.Element {
  const { name, value, changed } = field;
  const isSet = value !== 0n;
  const meaning = MEANING[name]?.[isSet ? 0 : 1];
  const isWrite = name === 'R/W' || name === 'W';
  const isWide = field.high > field.low;
  return (
    <li
      class={`bit ${isSet ? 'on' : 'off'} ${changed ? 'changed' : ''}`}
      title={`bit ${field.low}${meaning ? `: ${meaning}` : ''}`}
    >
      <span class="name">
        {isWrite && <Padlock open={isSet} />}
        {name}
      </span>
      <span class="value">{isWide ? `0x${value.toString(16)}` : String(value)}</span>
      {changed && <span class="sr">just changed</span>}
      {meaning && <span class="sr">{meaning}</span>}
    </li>
  );
}

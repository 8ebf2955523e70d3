import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { replay } from '../../src/index.ts';
import { colourClass } from '../model/colours.ts';
import { Padlock } from '../parts/icons.tsx';
import { Panel } from '../parts/panel.tsx';

interface CacheContext {
  readonly recording: replay.Recording;
  readonly state: replay.ReplayState;
  readonly changes: replay.Changes;
  /** By TLB tag: the PID of a process whose address space holds it. */
  readonly pidOf: (asid: number) => number;
  /** TLB and slot looked up by the step just made. */
  readonly touched: { readonly tlb: number; readonly slot: number } | undefined;
}

/** An array with no more slots than this is drawn whole; of a larger one the sets in use, those at hand first. */
const MAX_WHOLE = 8;
const MAX_SETS = 4;

/** Every TLB: a row a set, with the age of each entry. */
export function TlbPanel(context: CacheContext): JSX.Element {
  const { recording, state } = context;
  return (
    <Panel id="tlb" title="TLBs">
      {recording.tlbs.map((shape, tlb) => {
        const cache = state.tlbs[tlb]!;
        const live = replay.liveEntries(cache);
        if (shape.name === 'ITLB' && live === 0) return null;
        return (
          <div class="cache" key={shape.name}>
            <h3>
              {shape.name} <small>{geometry(shape)}</small>
            </h3>
            {shape.arrays.map((array) => (
              <Sets
                key={array.first}
                arrays={shape.arrays.length}
                array={array}
                cache={cache}
                cell={(entry) => <TlbCell entry={entry} context={context} />}
                isChanged={(slot) => context.changes.tlbSlot(tlb, slot)}
                isTouched={(slot) => context.touched?.tlb === tlb && context.touched.slot === slot}
                pidOf={context.pidOf}
              />
            ))}
          </div>
        );
      })}
    </Panel>
  );
}

/** The walk caches: what part of the way each level knows. */
export function PscPanel(context: CacheContext): JSX.Element {
  const { recording, state } = context;
  return (
    <Panel id="psc" title="Walk caches">
      {recording.pscs.length === 0 && <p class="quiet">This machine has none.</p>}
      {recording.pscs.map((shape, psc) => (
        <div class="cache" key={shape.name}>
          <h3>
            {replay.tableName(recording.mode, shape.level)} entries <small>{geometry(shape)}</small>
          </h3>
          {shape.arrays.map((array) => (
            <Sets
              key={array.first}
              arrays={shape.arrays.length}
              array={array}
              cache={state.pscs[psc]!}
              cell={(entry) => (
                <>
                  <b class="tag">{recording.names.page(entry.vpn)}…</b>
                  <span class="to">table {replay.frameName(entry.pfn)}</span>
                </>
              )}
              isChanged={(slot) => context.changes.pscSlot(psc, slot)}
              isTouched={() => false}
              pidOf={context.pidOf}
            />
          ))}
        </div>
      ))}
    </Panel>
  );
}

function TlbCell({ entry, context }: { entry: replay.CacheEntry; context: CacheContext }): JSX.Element {
  const { recording, pidOf } = context;
  const writes = (entry.allowed & 0b100) !== 0;
  const pid = pidOf(entry.asid);
  return (
    <>
      <b class="tag">
        <span class="pid">{pid > 0 ? pid : '?'}</span> {recording.names.page(entry.vpn)}
      </b>
      <span class="to">
        → {replay.frameName(entry.pfn)}
        {entry.shift > 0 && ` ${replay.sizeName(entry.shift)}`} <Padlock open={writes} />
        <span class="sr">{writes ? 'stores allowed' : 'stores not allowed'}</span>
      </span>
    </>
  );
}

interface SetsProps {
  /** Arrays of the cache; one without entries beside others needs no room. */
  readonly arrays: number;
  readonly array: replay.CacheShape['arrays'][number];
  readonly cache: Float64Array;
  readonly cell: (entry: replay.CacheEntry) => JSX.Element;
  readonly isChanged: (slot: number) => boolean;
  readonly isTouched: (slot: number) => boolean;
  readonly pidOf: (asid: number) => number;
}

function Sets(props: SetsProps): JSX.Element {
  const { array, cache, isChanged, isTouched } = props;
  const sets = [...Array(array.sets).keys()];
  const isAlone = props.arrays === 1;
  if (array.sets * array.ways <= MAX_WHOLE && (isAlone || countIn(array, cache) > 0))
    return <SetList {...props} sets={sets} isWhole />;
  const used = sets.filter((set) => slotsOf(array, set).some((slot) => replay.cacheEntry(cache, slot)));
  if (used.length === 0) return <p class="quiet">{geometryOf(array)}: empty</p>;
  const isHot = (set: number) => slotsOf(array, set).some((slot) => isChanged(slot) || isTouched(slot));
  const shown = [...used.filter(isHot), ...used.filter((set) => !isHot(set))].slice(0, MAX_SETS);
  return (
    <>
      <CacheMap array={array} cache={cache} pidOf={props.pidOf} />
      <SetList {...props} sets={shown.sort((a, b) => a - b)} isWhole={false} />
      {used.length > shown.length && <p class="quiet">{used.length - shown.length} more sets in use</p>}
    </>
  );
}

function SetList(
  props: SetsProps & { readonly sets: readonly number[]; readonly isWhole: boolean },
): JSX.Element {
  const { array, cache, sets, isWhole } = props;
  return (
    <ul class="sets">
      {sets.map((set) => (
        <li key={set}>
          {array.sets > 1 && <span class="set">set {set}</span>}
          <ul>
            {slotsOf(array, set)
              .filter((slot) => isWhole || replay.cacheEntry(cache, slot) || props.isChanged(slot))
              .map((slot) => (
                <Slot key={slot} {...props} set={set} slot={slot} />
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function Slot(props: SetsProps & { readonly set: number; readonly slot: number }): JSX.Element {
  const { array, cache, cell, isChanged, isTouched, pidOf, set, slot } = props;
  const entry = replay.cacheEntry(cache, slot);
  const state = `${isChanged(slot) ? 'changed' : ''} ${isTouched(slot) ? 'touched' : ''}`;
  if (!entry) {
    return (
      <li class={`slot free ${state}`}>
        <span class="sr">empty</span>
      </li>
    );
  }
  const others = slotsOf(array, set).flatMap((other) => replay.cacheEntry(cache, other) ?? []);
  const age = others.filter(({ rank }) => rank > entry.rank).length;
  const isOrdered = array.replacement === 'lru' || array.replacement === 'fifo';
  const isNext = isOrdered && age === array.ways - 1;
  return (
    <li class={`slot entry ${colourClass(pidOf(entry.asid))} ${state}`}>
      {cell(entry)}
      <span class={`age ${isNext ? 'next' : ''}`}>
        {isOrdered ? `age ${age}` : `${array.replacement} ${entry.rank}`}
        {isNext && ', next to go'}
      </span>
    </li>
  );
}

/** A large cache at a glance: one dot a slot, in the colour of its process. */
function CacheMap({ array, cache, pidOf }: Pick<SetsProps, 'array' | 'cache' | 'pidOf'>): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const style = getComputedStyle(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (let set = 0; set < array.sets; set++)
      for (let way = 0; way < array.ways; way++) {
        const entry = replay.cacheEntry(cache, array.first + set * array.ways + way);
        const colour = entry ? `--${colourClass(pidOf(entry.asid))}` : '--free';
        context.fillStyle = style.getPropertyValue(colour) || 'gray';
        context.fillRect(set * 4, way * 4, 3, 3);
      }
  });
  return <canvas class="map" ref={ref} width={array.sets * 4} height={array.ways * 4} />;
}

function countIn(array: SetsProps['array'], cache: Float64Array): number {
  let live = 0;
  for (let slot = array.first; slot < array.first + array.sets * array.ways; slot++)
    if (replay.cacheEntry(cache, slot)) live++;
  return live;
}

function slotsOf(array: SetsProps['array'], set: number): number[] {
  return Array.from({ length: array.ways }, (_, way) => array.first + set * array.ways + way);
}

function geometry({ arrays }: replay.CacheShape): string {
  return arrays.map(geometryOf).join(' + ');
}

function geometryOf({ sets, ways }: SetsProps['array']): string {
  return sets === 1 ? `${ways} ${ways === 1 ? 'entry' : 'entries'}` : `${sets} sets × ${ways}`;
}

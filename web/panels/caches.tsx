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

/** A cache with more sets than this is drawn as a map, with the sets in use in full below it. */
const MAX_FULL_SETS = 8;
const MAX_SETS_BELOW = 4;

/** Every TLB: sets as rows, ways as columns. */
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
  readonly array: replay.CacheShape['arrays'][number];
  readonly cache: Float64Array;
  readonly cell: (entry: replay.CacheEntry) => JSX.Element;
  readonly isChanged: (slot: number) => boolean;
  readonly isTouched: (slot: number) => boolean;
  readonly pidOf: (asid: number) => number;
}

function Sets(props: SetsProps): JSX.Element {
  const { array, cache } = props;
  const sets = [...Array(array.sets).keys()];
  if (array.sets <= MAX_FULL_SETS && array.ways <= MAX_FULL_SETS) return <SetTable {...props} sets={sets} />;
  const used = sets.filter((set) => slotsOf(array, set).some((slot) => replay.cacheEntry(cache, slot)));
  if (used.length === 0) return <p class="quiet">empty</p>;
  const isHot = (set: number) =>
    slotsOf(array, set).some((slot) => props.isChanged(slot) || props.isTouched(slot));
  const shown = [...used.filter(isHot), ...used.filter((set) => !isHot(set))].slice(0, MAX_SETS_BELOW);
  return (
    <>
      <CacheMap array={array} cache={cache} pidOf={props.pidOf} />
      <SetTable {...props} sets={shown.sort((a, b) => a - b)} />
      {used.length > shown.length && <p class="quiet">{used.length - shown.length} more sets in use</p>}
    </>
  );
}

function SetTable(props: SetsProps & { readonly sets: readonly number[] }): JSX.Element {
  const { array, cache, sets, cell, isChanged, isTouched, pidOf } = props;
  return (
    <table class="sets">
      <tbody>
        {sets.map((set) => (
          <tr key={set}>
            {array.sets > 1 && <th scope="row">set {set}</th>}
            {slotsOf(array, set)
              .filter(
                (slot, way) => array.ways <= MAX_FULL_SETS || way === 0 || replay.cacheEntry(cache, slot),
              )
              .map((slot) => {
                const entry = replay.cacheEntry(cache, slot);
                const state = `${isChanged(slot) ? 'changed' : ''} ${isTouched(slot) ? 'touched' : ''}`;
                if (!entry) {
                  return (
                    <td key={slot} class={`free ${state}`}>
                      <span class="sr">empty</span>
                    </td>
                  );
                }
                const isNext = entry.rank === 0 && isFull(array, cache, set);
                return (
                  <td key={slot} class={`entry ${colourClass(pidOf(entry.asid))} ${state}`}>
                    {cell(entry)}
                    <span class={`age ${isNext ? 'next' : ''}`}>
                      {isNext ? 'next to go' : `age rank ${entry.rank}`}
                    </span>
                  </td>
                );
              })}
          </tr>
        ))}
      </tbody>
    </table>
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

function slotsOf(array: SetsProps['array'], set: number): number[] {
  return Array.from({ length: array.ways }, (_, way) => array.first + set * array.ways + way);
}

function isFull(array: SetsProps['array'], cache: Float64Array, set: number): boolean {
  return slotsOf(array, set).every((slot) => replay.cacheEntry(cache, slot) !== undefined);
}

function geometry({ arrays }: replay.CacheShape): string {
  return arrays
    .map(({ sets, ways }) =>
      sets === 1 ? `${ways} ${ways === 1 ? 'entry' : 'entries'}` : `${sets} × ${ways}`,
    )
    .join(' + ');
}

import { replay } from '../../src/index.ts';

/** One level of the walk that an access makes, as far as it has come. */
export interface WalkLevel {
  readonly level: number;
  readonly name: string;
  /** `known`: the walk caches made reading it unnecessary. */
  readonly status: 'read' | 'known' | 'ahead';
  readonly read?: replay.ReadHappening;
  readonly cycles?: number;
  /** Which entry of its table. */
  readonly index?: number;
  /** The entry's fields, with what the walker has made of A and D since. */
  readonly fields?: readonly (replay.EntryField & { readonly changed: boolean })[];
}

/** What has happened to an access so far. */
export interface AccessView {
  readonly access: replay.AccessRecord;
  /** TLBs asked, in order. */
  readonly lookups: readonly { readonly name: string; readonly hit: boolean }[];
  /** Root first; empty when no walk has begun. */
  readonly levels: readonly WalkLevel[];
  readonly fault?: Extract<replay.Happening, { kind: 'fault' }>['fault'];
  /** The frame, once it is reached. */
  readonly pfn?: number;
}

/** The access that a moment belongs to: the one under way, or the last one of the line at hand. */
export function accessAt(recording: replay.Recording, position: number): number {
  const step = recording.steps[position - 1]!;
  if (step.access >= 0 || step.operation < 0) return step.access;
  const { firstStep } = recording.operations[step.operation]!;
  for (let at = position - 1; at >= firstStep; at--) {
    const { access } = recording.steps[at]!;
    if (access >= 0) return access;
  }
  return -1;
}

/** Gathers the last attempt of an access from the steps made so far. */
export function viewAccess(recording: replay.Recording, number: number, position: number): AccessView {
  const access = recording.accesses[number]!;
  const end = Math.min(position, access.lastStep + 1);
  let start = access.firstStep;
  for (let at = start; at < end; at++) if (recording.steps[at]!.what.kind === 'issue') start = at;
  const lookups: { name: string; hit: boolean }[] = [];
  const reads: { read: replay.ReadHappening; cycles: number; after: number }[] = [];
  let walking = false;
  let known = 0;
  let fault: AccessView['fault'];
  let pfn: number | undefined;
  for (let at = start; at < end; at++) {
    const { what, charges } = recording.steps[at]!;
    if (what.kind === 'lookup') lookups.push({ name: recording.tlbs[what.tlb]!.name, hit: what.slot >= 0 });
    else if (what.kind === 'psc') {
      walking = true;
      known = what.level;
    } else if (what.kind === 'read') {
      walking = true;
      reads.push({ read: what, cycles: charges[0]?.cycles ?? 0, after: what.lo });
    } else if (what.kind === 'update') reads.at(-1)!.after = what.lo;
    else if (what.kind === 'fault') fault = what.fault;
    else if (what.kind === 'fill' || what.kind === 'data') pfn = what.pfn;
  }
  const levels = walking ? levelsOf(recording, reads, known) : [];
  return { access, lookups, levels, ...(fault && { fault }), ...(pfn !== undefined && { pfn }) };
}

function levelsOf(
  recording: replay.Recording,
  reads: readonly { read: replay.ReadHappening; cycles: number; after: number }[],
  known: number,
): WalkLevel[] {
  const { mode } = recording;
  const levels: WalkLevel[] = [];
  for (let level = mode.levels; level >= 1; level--) {
    const name = replay.tableName(mode, level);
    const found = reads.find(({ read }) => read.level === level);
    if (!found) {
      levels.push({ level, name, status: known > 0 && level >= known ? 'known' : 'ahead' });
      continue;
    }
    const { read, cycles, after } = found;
    const before = replay.fieldsOf(mode, level, read.lo, read.hi);
    const fields = replay
      .fieldsOf(mode, level, after, read.hi)
      .map((field, i) => ({ ...field, changed: field.value !== before[i]!.value }));
    const index = replay.entryIndex(recording, read);
    levels.push({ level, name, status: 'read', read, cycles, index, fields });
  }
  return levels;
}

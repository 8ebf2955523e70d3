import {
  type Cursor,
  PageTableReader,
  type ProcessView,
  type Recording,
  type SpaceView,
} from '../sim/replay/index.ts';

/**
 * Who maps which frame at a cursor's moment: by the first frame of each leaf the processes and their pages, such as
 * `2 A+1p W`, W where the entry is writable. Processes in order of PID; of those that share a space, the first.
 */
export function sharersByFrame(recording: Recording, { state }: Cursor): Map<number, string[]> {
  const reader = new PageTableReader(recording.mode);
  const sharers = new Map<number, string[]>();
  const told = new Set<number>();
  const processes = [...state.processes.values()].map((value) => recording.objects[value - 1] as ProcessView);
  for (const { pid, space: id, ended } of processes.sort((a, b) => a.pid - b.pid)) {
    const value = state.spaces.get(id);
    if (ended || value === undefined || told.has(id)) continue;
    told.add(id);
    const leaves = reader.leaves(state.memory, (recording.objects[value - 1] as SpaceView).root);
    for (let at = 0; at < leaves.count; at++) {
      const leaf = reader.leaf(state.memory, leaves, at);
      if (leaf.kind !== 'leaf') continue;
      const words = `${pid} ${recording.names.page(leaf.vpn)}${reader.writable(leaf) ? ' W' : ''}`;
      sharers.set(leaf.pfn, [...(sharers.get(leaf.pfn) ?? []), words]);
    }
  }
  return sharers;
}

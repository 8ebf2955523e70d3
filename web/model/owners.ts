import type { replay } from '../../src/index.ts';

/** By address space: the PID of the first process that lives in it. */
export function ownersOf(
  recording: replay.Recording,
  state: replay.ReplayState,
): ReadonlyMap<number, number> {
  const owners = new Map<number, number>();
  const processes = [...state.processes.values()].map(
    (value) => recording.objects[value - 1] as replay.ProcessView,
  );
  for (const { pid, space, ended } of processes.sort((a, b) => a.pid - b.pid))
    if (!ended && !owners.has(space)) owners.set(space, pid);
  return owners;
}

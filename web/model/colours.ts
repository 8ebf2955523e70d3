const COLOURS = 8;

/** The class that gives a process its colour: the same on every panel. Numbers stand beside it everywhere. */
export function colourClass(pid: number): string {
  return pid > 0 ? `p${((pid - 1) % COLOURS) + 1}` : 'p0';
}

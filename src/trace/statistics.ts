/**
 * What a decoder counted so far. A record is one access as the trace file states it (one line, one packet); a modify
 * is one record and two accesses; a record that crosses a page is one crossing, whatever it does.
 */
export interface TraceStatistics {
  /** Access records of the file, fetches included. */
  records: number;
  fetches: number;
  /** Loads and stores that are not halves of a modify. */
  loads: number;
  stores: number;
  modifies: number;
  crossings: number;
  /** Process events (fork, mmap, ...). */
  events: number;
  /** Text lines read, 0 for a binary format. */
  lines: number;
  /** Records of the file that are no accesses of the program: cache traffic and responses of a gem5 trace. */
  skipped: number;
}

export function createStatistics(): TraceStatistics {
  const access = { fetches: 0, loads: 0, stores: 0, modifies: 0, crossings: 0 };
  return { records: 0, ...access, events: 0, lines: 0, skipped: 0 };
}

/** Accesses, a modify counted as a load and a store. */
export function accessesOf(statistics: TraceStatistics): number {
  return statistics.records + statistics.modifies;
}

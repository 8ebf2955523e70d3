import { Window } from '../decode.ts';
import type { LackeyDecoder } from '../format/lackey.ts';
import type { RecordedProcess, Turn } from './process.ts';

/** The growing log of one program in one process. */
export interface GrowingLog {
  readonly name: string;
  /** The program that it begins with, where the log itself says so: it does not go on from a fork. */
  readonly program?: string | undefined;
  /** What was added since; null when there is nothing new. The bytes are good until the next call. */
  read(): Promise<Uint8Array | null>;
  /** Nothing more will be read. */
  close(): Promise<void>;
}

/** Where the reading of one process is. */
export class Track {
  readonly pid: number;
  /** Null while its fork has not been read in the parent's log. */
  process: RecordedProcess | null;
  log: GrowingLog;
  /** Logs of later programs in the same process. */
  readonly next: GrowingLog[] = [];
  /** Its first log has been looked at for the program it begins with. */
  begun = false;
  window = new Window();
  decoder: LackeyDecoder | null = null;
  /** The window may hold lines that have not been decoded. */
  pending = false;
  turn: Turn | null = null;
  /** The child whose end this process has seen, which is to be read first. */
  waitsFor: number | null = null;
  /** The child that this process sleeps for. */
  vforked: number | null = null;
  ended = false;

  constructor(pid: number, process: RecordedProcess | null, log: GrowingLog) {
    this.pid = pid;
    this.process = process;
    this.log = log;
  }

  get runs(): boolean {
    return this.waitsFor === null && this.vforked === null && !this.ended;
  }

  /** The next program's log takes over. */
  begin(log: GrowingLog): void {
    this.log = log;
    this.window = new Window();
    this.decoder = null;
    this.turn = null;
    this.pending = false;
  }
}

import { InputError } from '../../core/errors.ts';
import type { Chunk } from '../chunk.ts';
import { LackeyDecoder } from '../format/lackey.ts';
import { type RecordContext, RecordedProcess, type Turn } from './process.ts';
import { type GrowingLog, Track } from './track.ts';

/** Bytes that one process may have read before the others have their turn. */
const TURN_BYTES = 8 << 20;
/** Processes at a time that are believed. */
const MAX_PROCESSES = 32_768;

/**
 * One trace out of the logs of many processes, while they grow. What is read of each log depends on when it was
 * written; what comes before what is certain only along these edges: a process comes after its fork, a program after
 * the exec, what follows a wait after the end of the child.
 */
export class Conductor {
  readonly #context: RecordContext;
  readonly #emit: (chunk: Chunk) => Promise<void>;
  readonly #isGone: (pid: number) => boolean;
  readonly #tracks = new Map<number, Track>();
  /** Processes that began with the trace. */
  readonly #roots = new Set<number>();
  /** Children whose fork has been read and whose log has not appeared. */
  readonly #expected = new Map<number, RecordedProcess>();
  /** Parents of processes that nobody has waited for, by child. */
  readonly #parents = new Map<number, number>();
  /** Those of them that have ended. */
  readonly #ended = new Set<number>();
  #current: Track | null = null;

  /**
   * @param emit takes each full chunk
   * @param isGone does the host have no such process any more
   */
  constructor(
    context: RecordContext,
    emit: (chunk: Chunk) => Promise<void>,
    isGone: (pid: number) => boolean,
  ) {
    this.#context = context;
    this.#emit = emit;
    this.#isGone = isGone;
  }

  /** Processes whose end has not been read, those whose log has not appeared among them. */
  get running(): number[] {
    return [...this.#tracks.keys(), ...this.#expected.keys()];
  }

  /** The command itself: its log is expected under this process number. */
  root(pid: number, program: string, folder: string): void {
    const process = new RecordedProcess(pid, this.#context, folder);
    process.start(program);
    this.#expected.set(pid, process);
    this.#roots.add(pid);
  }

  /** A log has appeared: of a new process, or of the next program in a known one. */
  addLog(pid: number, log: GrowingLog): void {
    const track = this.#tracks.get(pid);
    if (track) {
      track.next.push(log);
      return;
    }
    const process = this.#expected.get(pid) ?? null;
    this.#expected.delete(pid);
    const added = new Track(pid, process, log);
    added.begun = this.#roots.has(pid);
    this.#tracks.set(pid, added);
  }

  /** Reads every log as far as it goes for now. False when nothing has moved. */
  async step(): Promise<boolean> {
    let moved = false;
    for (const track of [...this.#tracks.values()]) if (await this.#advance(track)) moved = true;
    return moved;
  }

  /** The host has no such process any more: its log will not grow. */
  async gone(pid: number): Promise<void> {
    const track = this.#tracks.get(pid);
    if (!track) {
      if (this.#expected.delete(pid)) this.#exit(pid, undefined);
    } else if (track.next.length === 0 && !(await this.#advance(track))) {
      if (track.process === null) this.#adopt(track);
      else await this.#end(track, undefined);
    }
  }

  /**
   * For logs that do not grow any more, when nothing moves: lets go on what stands still for want of a line. First
   * children without a log end, then processes whose log is over, then those begin whose fork was not logged.
   * @returns false when every process has ended
   */
  async force(): Promise<boolean> {
    const [child] = this.#expected.keys();
    if (child !== undefined) {
      this.#expected.delete(child);
      this.#exit(child, undefined);
      return true;
    }
    const tracks = [...this.#tracks.values()];
    const over = tracks.find(({ process, runs }) => process !== null && runs);
    const unborn = tracks.find(({ process }) => process === null);
    if (over) {
      if (over.window.length > 0) {
        // A log that goes on after an exec was of one that failed.
        over.turn = null;
        await this.#decode(over, true);
      } else await this.#end(over, undefined);
    } else if (unborn) this.#adopt(unborn);
    else for (const track of tracks) track.waitsFor = track.vforked = null;
    return tracks.length > 0;
  }

  /** The host still has this process: whoever waited for it saw it stop, not end. */
  alive(pid: number): void {
    for (const track of this.#tracks.values()) if (track.waitsFor === pid) track.waitsFor = null;
  }

  /** Hands on what is left in the chunk and closes the logs. */
  async finish(): Promise<void> {
    for (const track of this.#tracks.values())
      for (const log of [track.log, ...track.next]) await log.close();
    if (!this.#context.builder.empty) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#emit(this.#context.builder.chunk);
    this.#context.builder.clear();
  }

  async #advance(track: Track): Promise<boolean> {
    let read = 0;
    let moved = false;
    while (track.runs && track.process !== null && read < TURN_BYTES) {
      if (!track.begun) this.#begin(track, track.process);
      if (track.turn !== null) {
        const { turn } = track;
        if (turn.kind === 'exec' && !(await this.#execTurn(track, turn.path))) return moved;
        if (turn.kind !== 'exec') {
          track.turn = null;
          await this.#take(track, track.process, turn);
        }
      } else if (track.pending) await this.#decode(track);
      else {
        const bytes = await track.log.read();
        if (bytes === null) {
          if (track.next.length === 0) return moved;
          // The exec that succeeded is the last line, and has no end.
          await this.#decode(track, true);
          track.turn ??= { kind: 'exec', path: '' };
        } else {
          track.window.append(bytes);
          track.pending = true;
          read += bytes.length;
        }
      }
      moved = true;
    }
    return moved;
  }

  /** Before the first line of a log: it may begin with another program than that of the fork. */
  #begin(track: Track, process: RecordedProcess): void {
    const { program } = track.log;
    track.begun = true;
    if (program === undefined) return;
    process.exec(program);
    this.#releaseVforkOf(track.pid);
  }

  /** Decodes what the window holds, up to a turn. */
  async #decode(track: Track, last = false): Promise<void> {
    const { builder } = this.#context;
    const process = track.process!;
    if (this.#current !== track) {
      this.#current = track;
      builder.event({ kind: 'switch', pid: track.pid, tid: process.tid });
    }
    track.decoder ??= new LackeyDecoder(builder, track.log.name, (line) => {
      track.turn = process.line(line);
      return track.turn !== null || !process.settled;
    });
    track.window.decode(track.decoder, last);
    const stopped = track.turn !== null || !process.settled || builder.full;
    while (!process.settled) {
      process.settle();
      if (builder.full) await this.#flush();
    }
    if (builder.full) await this.#flush();
    track.pending = stopped && track.window.length > 0;
  }

  async #take(track: Track, process: RecordedProcess, turn: Exclude<Turn, { kind: 'exec' }>): Promise<void> {
    const { builder } = this.#context;
    const { pid } = track;
    if (turn.kind === 'fork') {
      const { child, vfork } = turn;
      if (this.#tracks.size + this.#expected.size >= MAX_PROCESSES)
        throw new InputError(`more than ${MAX_PROCESSES} processes at a time`, { place: track.log.name });
      builder.event({ kind: 'fork', pid, child, ...(vfork && { vm: 'vfork' as const }) });
      this.#parents.set(child, pid);
      // The parent of a vfork sleeps until the child is another program or has ended (man 2 vfork).
      if (vfork) track.vforked = child;
      const born = this.#tracks.get(child);
      if (born) born.process = process.fork(child);
      else this.#expected.set(child, process.fork(child));
    } else if (turn.kind === 'wait') {
      const child = turn.child ?? this.#endedChildOf(pid);
      if (child === undefined) return;
      if (this.#ended.has(child)) this.#waited(pid, child);
      else if (this.#parents.has(child)) track.waitsFor = child;
    } else await this.#end(track, turn.status);
  }

  /** Becomes the next program if it has begun; goes on with the old one if the exec has failed; else waits. */
  async #execTurn(track: Track, path: string): Promise<boolean> {
    const more = track.pending ? null : await track.log.read();
    if (more !== null || track.pending) {
      if (more !== null) track.window.append(more);
      track.turn = null;
      track.pending = true;
      return true;
    }
    const log = track.next.shift();
    if (!log) return false;
    const process = track.process!;
    await track.log.close();
    track.begin(log);
    this.#current = null;
    process.exec(path || (log.program ?? ''));
    this.#releaseVforkOf(track.pid);
    return true;
  }

  async #end(track: Track, status: number | undefined): Promise<void> {
    track.ended = true;
    await track.log.close();
    this.#tracks.delete(track.pid);
    if (this.#current === track) this.#current = null;
    this.#exit(track.pid, status);
  }

  #exit(pid: number, status: number | undefined): void {
    const { builder } = this.#context;
    this.#releaseVforkOf(pid);
    builder.event({ kind: 'exit', pid, ...(status !== undefined && { status }) });
    const waiting = [...this.#tracks.values()].find(({ waitsFor }) => waitsFor === pid);
    if (waiting) this.#waited(waiting.pid, pid);
    else if (this.#parents.has(pid)) this.#ended.add(pid);
  }

  #waited(pid: number, child: number): void {
    const track = this.#tracks.get(pid);
    if (track?.waitsFor === child) track.waitsFor = null;
    this.#ended.delete(child);
    this.#parents.delete(child);
    this.#context.builder.event({ kind: 'wait', pid, child });
  }

  /** A child whose end its parent may have seen: one that has ended here, or else on the host. */
  #endedChildOf(parent: number): number | undefined {
    const children = [...this.#parents].filter((entry) => entry[1] === parent).map(([child]) => child);
    return children.find((child) => this.#ended.has(child)) ?? children.find((child) => this.#isGone(child));
  }

  #releaseVforkOf(child: number): void {
    for (const track of this.#tracks.values()) if (track.vforked === child) track.vforked = null;
  }

  /** A process whose fork was nowhere to be read, as when its parent was killed meanwhile: it begins by itself. */
  #adopt(track: Track): void {
    const { program } = track.log;
    track.process = new RecordedProcess(track.pid, this.#context, '/');
    track.begun = true;
    if (program === undefined)
      this.#context.builder.event({ kind: 'start', pid: track.pid, name: 'unknown' });
    else track.process.start(program);
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { Conductor } from '../../../src/trace/record/conductor.ts';
import { type FileHost, FileNumbers } from '../../../src/trace/record/files.ts';
import type { GrowingLog } from '../../../src/trace/record/track.ts';
import { bytesOf, recordsOf } from '../read.ts';

/** A host on which /lib/c.so is the only file; paths are absolute. */
const HOST: FileHost = {
  identify: (path) => (path === '/lib/c.so' ? { id: '1:2', bytes: 9000, tmpfs: false } : null),
  head: () => new Uint8Array(0),
  find: (command) => command,
  resolve: (folder, path) => (path.startsWith('/') ? path : `${folder}/${path}`),
};

/** A log whose text is handed over in the given pieces, when it is asked for and they have been written. */
class FakeLog implements GrowingLog {
  readonly name: string;
  written: Uint8Array[] = [];
  closed = false;

  constructor(name: string) {
    this.name = name;
  }

  async read(): Promise<Uint8Array | null> {
    return this.written.shift() ?? null;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

interface Outcome {
  /** Accesses with their process, and events, in order. */
  readonly story: (TraceEvent | { readonly pid: number; readonly type: string; readonly address: number })[];
}

class Recording {
  readonly builder = new ChunkBuilder();
  readonly story: Outcome['story'] = [];
  readonly logs = new Map<string, FakeLog>();
  readonly gone = new Set<number>();
  readonly conductor: Conductor;
  #pid = 0;

  constructor(kernelAccesses = false) {
    const context = { host: HOST, files: new FileNumbers(HOST), builder: this.builder, kernelAccesses };
    this.conductor = new Conductor(
      context,
      async (chunk) => this.#take(chunk),
      (pid) => this.gone.has(pid),
    );
    this.conductor.root(1, '/bin/sh', '/home');
  }

  /** Some process wrote this to the log of its n-th program. */
  write(name: string, text: string): void {
    let log = this.logs.get(name);
    if (!log) {
      log = new FakeLog(name);
      this.logs.set(name, log);
      this.conductor.addLog(Number(name.split('.')[0]), log);
    }
    log.written.push(bytesOf(text));
  }

  /** Reads until nothing moves, then lets the host say which processes are gone. */
  async follow(): Promise<void> {
    while (await this.conductor.step());
    for (const pid of this.conductor.running) if (this.gone.has(pid)) await this.conductor.gone(pid);
    while (await this.conductor.step());
  }

  async finish(): Promise<Outcome['story']> {
    await this.conductor.finish();
    return this.story;
  }

  #take(chunk: typeof this.builder.chunk): void {
    let next = 0;
    const events = (upTo: number): void => {
      for (; next < chunk.events.length && chunk.events[next]!.at <= upTo; next++) {
        const { event } = chunk.events[next]!;
        if (event.kind === 'switch') this.#pid = event.pid;
        this.story.push(event);
      }
    };
    for (const [i, { type, address }] of recordsOf(chunk).entries()) {
      events(i);
      this.story.push({ pid: this.#pid, type, address: Number(address) });
    }
    events(Number.POSITIVE_INFINITY);
  }
}

const SYSCALL = (pid: number, rest: string): string => `SYSCALL[${pid},1]${rest}\n`;
/** Three logs: a shell that forks, the child that executes a program, which ends; the shell waits for it. */
const SHELL = [
  'I  00401000,4\n',
  SYSCALL(1, '(58) sys_fork ( )   fork: process 1 created child 2'),
  ' --> [pre-success] Success(0x2) \n',
  'I  00401004,4\n',
  SYSCALL(1, '(61) sys_wait4 ( 4294967295, 0x1fff0000, 0, 0x0 ) --> [async] ... '),
  SYSCALL(1, '(61) ... [async] --> Success(0x2) '),
  'I  00401008,4\n',
  SYSCALL(1, '(231) exit_group( 3 ) --> [pre-success] Success(0x0) '),
].join('');
const CHILD = [
  ' --> [pre-success] Success(0x0) \n',
  'I  00402000,4\n',
  SYSCALL(2, '(59) sys_execve ( 0x1298a0(bin/true), 0x1298e8, 0x4035b68 )').trimEnd(),
].join('');
const PROGRAM = ['I  00403000,4\n', SYSCALL(2, '(231) exit_group( 0 ) --> [pre-success] Success(0x0) ')].join(
  '',
);

/** The story without the switches, accesses as `pid:address`, events by kind and process. */
const told = (story: Outcome['story']): string[] =>
  story.flatMap((part) => {
    if (!('kind' in part)) return [`${part.pid}:${part.address.toString(16)}`];
    if (part.kind === 'switch' || part.kind === 'mmap' || part.kind === 'file') return [];
    return [`${part.kind} ${part.pid}`];
  });

describe('one trace out of many growing logs', () => {
  it('puts a child behind its fork, a program behind its exec, and what follows a wait behind the end', async () => {
    const recording = new Recording();
    recording.write('2.0', CHILD);
    recording.write('2.1', PROGRAM);
    recording.write('1.0', SHELL);
    await recording.follow();
    const story = told(await recording.finish());
    const at = (what: string): number => {
      expect(story).toContain(what);
      return story.indexOf(what);
    };
    expect(at('fork 1')).toBeLessThan(at('2:402000'));
    expect(at('2:402000')).toBeLessThan(at('exec 2'));
    expect(at('exec 2')).toBeLessThan(at('2:403000'));
    expect(at('exit 2')).toBeLessThan(at('wait 1'));
    expect(at('wait 1')).toBeLessThan(at('1:401008'));
    expect(story.at(-1)).toBe('exit 1');
  });

  it('tells the same of each process, in its order, whenever the pieces of the logs arrive', async () => {
    const pieces = (
      { name, text }: { name: string; text: string },
      cuts: number[],
    ): { name: string; text: string }[] => {
      const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b);
      return [0, ...places].map((from, i) => ({ name, text: text.slice(from, places[i] ?? text.length) }));
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }),
        async (shellCuts, childCuts, order) => {
          const recording = new Recording();
          const queues = [
            pieces({ name: '1.0', text: SHELL }, shellCuts),
            pieces({ name: '2.0', text: CHILD }, childCuts),
            [{ name: '2.1', text: PROGRAM }],
          ];
          for (const turn of [...order, 0, 1, 2, ...Array.from({ length: 20 }, (_, i) => i % 3)]) {
            // A program's log appears only when the one before it is complete.
            if (turn === 2 && queues[1]!.length > 0) continue;
            const piece = queues[turn]!.shift();
            if (piece) recording.write(piece.name, piece.text);
            await recording.follow();
          }
          const story = told(await recording.finish());
          expect(story.filter((part) => part.startsWith('1:'))).toEqual(['1:401000', '1:401004', '1:401008']);
          expect(story.filter((part) => part.startsWith('2:'))).toEqual(['2:402000', '2:403000']);
          expect(story.indexOf('fork 1')).toBeLessThan(story.indexOf('2:402000'));
          expect(story.indexOf('wait 1')).toBeLessThan(story.indexOf('1:401008'));
          expect(story.indexOf('exit 2')).toBeLessThan(story.indexOf('wait 1'));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('goes on with the old program when an exec fails', async () => {
    const recording = new Recording();
    recording.write(
      '1.0',
      `I  00401000,4\n${SYSCALL(1, '(59) sys_execve ( 0x1(/none), 0x2, 0x3 ) --> [pre-fail] Failure(0x2) ')}I  00401004,4\n`,
    );
    await recording.follow();
    expect(told(await recording.finish())).toEqual(['start 1', '1:401000', '1:401004']);
  });

  it('lets the parent of a vfork sleep until the child is another program', async () => {
    const recording = new Recording();
    recording.write(
      '1.0',
      `${SYSCALL(1, '(56) sys_clone ( 4111, 0x0 )   clone(fork): process 1 created child 2')}I  00401004,4\n`,
    );
    recording.write('2.0', CHILD);
    await recording.follow();
    recording.write('2.1', PROGRAM);
    await recording.follow();
    const story = told(await recording.finish());
    expect(story.indexOf('exec 2')).toBeLessThan(story.indexOf('1:401004'));
    const fork = recording.story.find((part) => 'kind' in part && part.kind === 'fork');
    expect(fork).toMatchObject({ child: 2, vm: 'vfork' });
  });

  it('ends a process that was killed when its host says that it is gone, and its parent’s wait with it', async () => {
    const recording = new Recording();
    recording.write('1.0', SHELL);
    recording.write('2.0', 'I  00402000,4\nI  004020');
    await recording.follow();
    expect(told(recording.story)).not.toContain('exit 2');
    recording.gone.add(2);
    await recording.follow();
    expect(told(await recording.finish())).toEqual(
      expect.arrayContaining(['2:402000', 'exit 2', 'wait 1', '1:401008', 'exit 1']),
    );
  });

  it('takes a wait that a signal handler interrupts for the end of a child, as when a shell handles SIGCHLD', async () => {
    const recording = new Recording();
    const interrupted = SHELL.replace(
      SYSCALL(1, '(61) ... [async] --> Success(0x2) '),
      '--1--   SCHED[1]:  acquired lock (async_signalhandler)\n',
    );
    recording.gone.add(2);
    recording.write('1.0', interrupted);
    recording.write('2.0', CHILD);
    recording.write('2.1', PROGRAM);
    await recording.follow();
    const story = told(await recording.finish());
    expect(story.indexOf('exit 2')).toBeLessThan(story.indexOf('1:401008'));
    expect(story).toContain('wait 1');
  });

  it('follows the threads of a process by the scheduler’s messages, and ends it with the last', async () => {
    const recording = new Recording();
    recording.write(
      '1.0',
      [
        'I  00401000,4\n',
        SYSCALL(1, '(56) sys_clone ( 3d0f00, 0x1, 0x2, 0x3, 0x4 ) --> [pre-success] Success(0x6999) '),
        '--1--   SCHED[2]:  acquired lock (thread_wrapper(starting new thread))\n',
        'I  00402000,4\n',
        SYSCALL(1, '(60) exit( 0 ) --> [pre-success] Success(0x0) ').replace('[1,1]', '[1,2]'),
        '--1--   SCHED[1]:  acquired lock (x)\n',
        'I  00401004,4\n',
        SYSCALL(1, '(60) exit( 0 ) --> [pre-success] Success(0x0) '),
      ].join(''),
    );
    await recording.follow();
    const story = await recording.finish();
    const tids = story.flatMap((part) => ('kind' in part && part.kind === 'switch' ? [part.tid] : []));
    expect(tids).toEqual([1, 2, 1]);
    expect(told(story)).toEqual(['start 1', '1:401000', '1:402000', '1:401004', 'exit 1']);
  });

  it('turns calls into mappings, with the file that a descriptor is open on', async () => {
    const recording = new Recording();
    recording.write(
      '1.0',
      [
        SYSCALL(1, '(257) sys_openat ( 4294967196, 0x1(/lib/c.so), 524288 ) --> [async] ... '),
        SYSCALL(1, '(257) ... [async] --> Success(0x4) '),
        SYSCALL(1, '(9) sys_mmap ( 0x0, 9000, 5, 2050, 4, 4096 ) --> [pre-success] Success(0x4845000) '),
        SYSCALL(1, '(3) sys_close ( 4 )[sync] --> Success(0x0) '),
        SYSCALL(1, '(9) sys_mmap ( 0x0, 8192, 3, 34, 4294967295, 0 ) --> [pre-success] Success(0x4900000) '),
        SYSCALL(1, '(9) sys_mmap ( 0x0, 8192, 3, 33, 4294967295, 0 ) --> [pre-success] Success(0x4a00000) '),
        SYSCALL(1, '(10) sys_mprotect ( 0x4845000, 4096, 1 )[sync] --> Success(0x0) '),
        SYSCALL(
          1,
          '(25) sys_mremap ( 0x4900000, 8192, 16384, 0x1, 0x0 ) --> [pre-success] Success(0x4b00000) ',
        ),
        SYSCALL(1, '(28) sys_madvise ( 0x4b00000, 8192, 4 ) --> [async] ... '),
        SYSCALL(1, '(28) ... [async] --> Success(0x0) '),
        SYSCALL(1, '(11) sys_munmap ( 0x4b00000, 16384 )[sync] --> Success(0x0) '),
        SYSCALL(1, '(12) sys_brk ( 0x0 ) --> [pre-success] Success(0x4035000) '),
        SYSCALL(1, '(12) sys_brk ( 0x4056000 ) --> [pre-success] Success(0x4056000) '),
        SYSCALL(1, '(9) sys_mmap ( 0x0, 8192, 3, 34, 4294967295, 0 ) --> [pre-fail] Failure(0xc) '),
      ].join(''),
    );
    await recording.follow();
    // The first mapping is the stack of the program, which is no ELF file here.
    const events = (await recording.finish())
      .filter((part) => 'kind' in part && part.kind !== 'switch')
      .slice(2);
    const anon = { kind: 'anon' };
    expect(events).toEqual([
      { kind: 'file', file: 0, path: '/lib/c.so', bytes: 9000 },
      {
        kind: 'mmap',
        pid: 1,
        vpn: 0x4845,
        pages: 3,
        prot: 'rx',
        shared: false,
        backing: { kind: 'file', file: 0, pageOffset: 1 },
      },
      { kind: 'mmap', pid: 1, vpn: 0x4900, pages: 2, prot: 'rw', shared: false, backing: anon },
      { kind: 'mmap', pid: 1, vpn: 0x4a00, pages: 2, prot: 'rw', shared: true, backing: anon },
      { kind: 'mprotect', pid: 1, vpn: 0x4845, pages: 1, prot: 'r' },
      { kind: 'mremap', pid: 1, vpn: 0x4900, pages: 2, newVpn: 0x4b00, newPages: 4 },
      { kind: 'madvise', pid: 1, vpn: 0x4b00, pages: 2, advice: 'dontneed' },
      { kind: 'munmap', pid: 1, vpn: 0x4b00, pages: 4 },
      { kind: 'brk', pid: 1, endVpn: 0x4035 },
      { kind: 'brk', pid: 1, endVpn: 0x4056 },
    ]);
  });

  it('adds what the kernel accesses for a call, page by page, before the program goes on', async () => {
    const recording = new Recording(true);
    recording.write(
      '1.0',
      [
        'I  00401000,4\n',
        SYSCALL(1, '(0) sys_read ( 4, 0x10ffc, 9000 ) --> [async] ... '),
        SYSCALL(1, '(0) ... [async] --> Success(0x1010) '),
        'I  00401004,4\n',
        SYSCALL(1, '(1) sys_write ( 1, 0x20000, 5 ) --> [async] ... '),
        SYSCALL(1, '(1) ... [async] --> Success(0x5) '),
      ].join(''),
    );
    await recording.follow();
    const accesses = (await recording.finish()).flatMap((part) =>
      'kind' in part ? [] : [`${part.type} ${part.address.toString(16)}`],
    );
    // 0x1010 bytes from 0x10ffc: 4 in the first page, 4096 in the second, 12 in the third.
    expect(accesses).toEqual([
      'fetch 401000',
      'store 10ffc',
      'store 11000',
      'store 12000',
      'fetch 401004',
      'load 20000',
    ]);
  });

  it('fills chunk after chunk when a call touches more pages than one chunk holds', async () => {
    const recording = new Recording(true);
    const bytes = 4096 * 70_000;
    recording.write(
      '1.0',
      SYSCALL(1, `(0) sys_read ( 4, 0x100000000, ${bytes} ) --> [async] ... `) +
        SYSCALL(1, `(0) ... [async] --> Success(0x${bytes.toString(16)}) `),
    );
    await recording.follow();
    const stores = (await recording.finish()).filter((part) => !('kind' in part));
    expect(stores).toHaveLength(70_000);
  });
});

import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import type { FileHost } from '../../../src/trace/record/files.ts';
import { readFinishedLogs } from '../../../src/trace/record/finished-logs.ts';
import { readLogHead } from '../../../src/trace/record/log-head.ts';
import { bytesOf } from '../read.ts';

const HOST: FileHost = {
  identify: () => null,
  head: () => new Uint8Array(0),
  find: (command) => `/bin/${command}`,
  resolve: (_folder, path) => path,
};

/** The events but for switches, and how many accesses there are; each log comes in pieces of 7 bytes. */
async function read(...texts: string[]): Promise<{ events: TraceEvent[]; accesses: number }> {
  const logs = texts.map((text) => {
    const bytes = bytesOf(text);
    const head = readLogHead(bytes);
    const pid = head.pid!;
    return { name: `${pid}.log`, pid, head, open: async () => piecesOf(bytes) };
  });
  const builder = new ChunkBuilder();
  const events: TraceEvent[] = [];
  for await (const chunk of readFinishedLogs(logs, builder, HOST))
    events.push(...chunk.events.map(({ event }) => event));
  return { events: events.filter(({ kind }) => kind !== 'switch'), accesses: builder.statistics.records };
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const told = ({ events }: { events: TraceEvent[] }): string[] =>
  events
    .filter(({ kind }) => kind !== 'mmap')
    .map((event) => `${'pid' in event ? event.pid : ''} ${event.kind}`);

const banner = (pid: number, parent: number, program: string): string =>
  `==${pid}== Lackey\n==${pid}== Command: ${program}\n==${pid}== Parent PID: ${parent}\n==${pid}== \n`;
const call = (pid: number, rest: string): string => `SYSCALL[${pid},1]${rest} \n`;
const forks = (pid: number, child: number): string =>
  `${call(pid, `(57) sys_fork ( )   fork: process ${pid} created child ${child}`)} --> [pre-success] Success(0x${child.toString(16)}) \n`;
const waits = (pid: number, child: number): string =>
  `${call(pid, `(61) sys_wait4 ( ${child}, 0x0, 0, 0x0 ) --> [async] ...`)}${call(pid, `(61) ... [async] --> Success(0x${child.toString(16)})`)}`;
const exits = (pid: number): string => call(pid, '(231) exit_group( 0 ) --> [pre-success] Success(0x0)');
const ACCESS = 'I  00401000,4\n';

describe('the logs of several processes', () => {
  it('become one trace, whatever their order: a child after its fork, a wait after the end of the child', async () => {
    const parent = banner(5, 1, 'sh') + ACCESS + forks(5, 6) + waits(5, 6) + ACCESS + exits(5);
    const child = `${banner(6, 5, 'sh')} --> [pre-success] Success(0x0) \n${ACCESS}${exits(6)}`;
    const expected = ['5 start', '5 fork', '6 exit', '5 wait', '5 exit'];
    for (const order of [
      [parent, child],
      [child, parent],
    ]) {
      const trace = await read(...order);
      expect(told(trace)).toEqual(expected);
      expect(trace.accesses).toBe(3);
    }
  });

  it('in which a child has executed a program have that program, its log before the exec being emptied', async () => {
    const parent = banner(5, 1, 'sh') + forks(5, 6) + waits(5, 6) + exits(5);
    const trace = await read(parent, banner(6, 5, '/bin/ls') + ACCESS + exits(6));
    expect(told(trace)).toEqual(['5 start', '5 fork', '6 exec', '6 exit', '5 wait', '5 exit']);
    expect(trace.events[0]).toMatchObject({ kind: 'start', name: '/bin/sh' });
  });

  it('of which one is missing have its fork and its end', async () => {
    const trace = await read(banner(5, 1, 'sh') + forks(5, 6) + waits(5, 6) + exits(5));
    expect(told(trace)).toEqual(['5 start', '5 fork', '6 exit', '5 wait', '5 exit']);
  });

  it('whose parent became another program, and lost its forks, begin with the program of their own', async () => {
    const trace = await read(
      banner(5, 1, 'tail') + ACCESS + exits(5),
      banner(6, 5, 'head') + ACCESS + exits(6),
    );
    expect(told(trace)).toEqual(['5 start', '5 exit', '6 start', '6 exit']);
    expect(trace.accesses).toBe(2);
  });

  it('without an exit, as of a program that was killed, end with the log', async () => {
    expect(told(await read(banner(5, 1, 'sh') + ACCESS))).toEqual(['5 start', '5 exit']);
  });

  it('let a wait that a handler interrupted wait for the child all the same', async () => {
    const interrupted = call(5, '(61) sys_wait4 ( 4294967295, 0x0, 0, 0x0 ) --> [async] ...');
    const handler = call(5, '(15) sys_rt_sigreturn ( ) --> [pre-success] NoWriteResult');
    const parent = banner(5, 1, 'sh') + forks(5, 6) + interrupted + ACCESS + handler + exits(5);
    const child = `${banner(6, 5, 'sh')} --> [pre-success] Success(0x0) \n${ACCESS}${exits(6)}`;
    expect(told(await read(parent, child))).toEqual(['5 start', '5 fork', '6 exit', '5 wait', '5 exit']);
  });
});

describe('a log that cannot be', () => {
  const mapped = '(9) sys_mmap ( 0x0, 8192, 3, 34, -1, 0 ) --> [pre-success]';
  it.each([
    [
      'of two processes',
      call(6, '(12) sys_brk ( 0x0 ) --> [pre-success] Success(0x4035000)'),
      /process 6 in the log/,
    ],
    ['with a mapping beyond 64 bits', call(5, `${mapped} Success(0xfffffffffffffffff)`), /cannot be/],
    [
      'with a mapping of endless length',
      call(5, `(9) sys_mmap ( 0x0, 1${'0'.repeat(400)}, 3, 34, -1, 0 ) --> [pre-success] Success(0x4000)`),
      /cannot be/,
    ],
    [
      'with more bytes read than the kernel reads',
      call(5, '(0) sys_read ( 4, 0x1000, 832 )[sync] --> Success(0xfffffffffff)'),
      /cannot be/,
    ],
    ['with a child of no possible number', forks(5, 99_999_999), /number/],
    ['that ends within a line', 'I  0040', /not a line/],
  ])('is refused with its line: %s', async (_, text, message) => {
    const error = await read(banner(5, 1, 'sh') + ACCESS + text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
    expect((error as InputError).place).toBe('5.log:6');
  });
});

import { describe, expect, it } from 'vitest';
import { parseSyscallLine } from '../../../src/trace/record/syscall-line.ts';

// All lines are Valgrind 3.19's own, from logs of ls, python3 and sh.
describe('a line of --trace-syscalls', () => {
  it('of a call that Valgrind finishes itself has arguments and result', () => {
    const line =
      'SYSCALL[5985,1](9) sys_mmap ( 0x0, 8192, 3, 34, 4294967295, 0 ) --> [pre-success] Success(0x4835000) ';
    expect(parseSyscallLine(line)).toEqual({
      kind: 'call',
      call: { pid: 5985, tid: 1, nr: 9, args: [0, 8192, 3, 34, 4294967295, 0], text: null, child: null },
      result: { ok: true, value: 0x4835000 },
    });
  });

  it('of a call that sleeps has no result yet; the result comes on a line of its own, for the thread', () => {
    const call = parseSyscallLine('SYSCALL[5985,2](0) sys_read ( 4, 0x1ffeffed48, 832 ) --> [async] ... ');
    expect(call).toMatchObject({
      kind: 'call',
      call: { tid: 2, args: [4, 0x1ffeffed48, 832] },
      result: null,
    });
    expect(parseSyscallLine('SYSCALL[5985,2](0) ... [async] --> Success(0x340) ')).toEqual({
      kind: 'result',
      tid: 2,
      result: { ok: true, value: 0x340 },
    });
  });

  it('has the text that a path argument points to, whatever is in it', () => {
    const open =
      'SYSCALL[5985,1](257) sys_openat ( 4294967196, 0x4034bb0(/a (b), 1, 2), 524288 ) --> [async] ... ';
    expect(parseSyscallLine(open)).toMatchObject({
      call: { text: '/a (b), 1, 2', args: [4294967196, 0x4034bb0, 524288] },
    });
    const exec = 'SYSCALL[14319,1](59) sys_execve ( 0x1298a0(/bin/echo), 0x1298e8, 0x4035b68 )';
    expect(parseSyscallLine(exec)).toMatchObject({ call: { nr: 59, text: '/bin/echo' }, result: null });
  });

  it('of a fork names the child; clone prints its flags in hex', () => {
    const fork = 'SYSCALL[14319,1](58) sys_fork ( )   fork: process 14319 created child 14320';
    expect(parseSyscallLine(fork)).toMatchObject({ call: { nr: 58, args: [], child: 14320 } });
    const clone =
      'SYSCALL[26184,1](56) sys_clone ( 1200011, 0x0, 0x0, 0x4b52590, 0x0 )   clone(fork): process 26184 created child 27034';
    expect(parseSyscallLine(clone)).toMatchObject({
      call: { nr: 56, args: [0x1200011, 0, 0, 0x4b52590, 0], child: 27034 },
    });
  });

  it('may have a message of the scheduler behind its result', () => {
    const line =
      'SYSCALL[26184,1](56) sys_clone ( 3d0f00, 0x5b19f70, 0x5b1a990, 0x5b1a990, 0x5b1a6c0 ) --> [pre-success] Success(0x6999) --26184--   SCHED[1]: releasing lock (VG_(vg_yield)) -> VgTs_Yielding';
    expect(parseSyscallLine(line)).toMatchObject({
      call: { args: [0x3d0f00, 0x5b19f70, 0x5b1a990, 0x5b1a990, 0x5b1a6c0] },
      result: { ok: true, value: 0x6999 },
    });
  });

  it('that begins with the arrow is the result of the call before', () => {
    expect(parseSyscallLine(' --> [pre-fail] Failure(0x26) ')).toEqual({
      kind: 'result',
      tid: null,
      result: { ok: false, value: 0x26 },
    });
  });

  it.each([
    'I  04001090,3',
    '==1== message',
    'SYSCALL[1,1](0) ... [async] --> ',
    '--1--   SCHED[1]:  acquired lock (x)',
  ])('is none of these: %s', (line) => expect(parseSyscallLine(line)).toBeNull());

  // Tried from every `0x1(` anew, this would take minutes.
  it('that opens texts without end is read in one pass', () => {
    const line = `SYSCALL[1,1](2) sys_open ( ${'0x1('.repeat(250_000)} ) --> [pre-fail] Failure(0x24)`;
    expect(parseSyscallLine(line)).toMatchObject({ call: { nr: 2, text: null }, result: { ok: false } });
  });
});

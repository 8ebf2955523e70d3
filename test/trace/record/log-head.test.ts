import { describe, expect, it } from 'vitest';
import { LOG_HEAD_BYTES, readLogHead } from '../../../src/trace/record/log-head.ts';
import { bytesOf } from '../read.ts';

// The lines are Valgrind 3.19's own.
const BANNER = [
  '==30880== Lackey, an example Valgrind tool',
  "==30880== Copyright (C) 2002-2017, and GNU GPL'd, by Nicholas Nethercote.",
  '==30880== Using Valgrind-3.19.0 and LibVEX; rerun with -h for copyright info',
  String.raw`==30880== Command: ./my\ tool ls\ /etc/hostname\ |\ wc\ -l`,
  '==30880== Parent PID: 30876',
  '==30880== ',
  '',
].join('\n');
const CALL = 'SYSCALL[30880,1](12) sys_brk ( 0x0 ) --> [pre-success] Success(0x4035000) \n';

describe('the front of a lackey log', () => {
  it('names the process, its parent, and the program without the escapes for a shell', () => {
    expect(readLogHead(bytesOf(`${BANNER}I  0401ab70,3\n`))).toEqual({
      pid: 30880,
      parent: 30876,
      program: './my tool',
      forked: false,
      calls: false,
    });
  });

  it('tells a log that goes on from a fork by the result of the fork in its first line', () => {
    const forked = readLogHead(bytesOf(`${BANNER} --> [pre-success] Success(0x0) \nI  0401ab70,3\n`));
    expect(forked.forked).toBe(true);
    const later = readLogHead(bytesOf(`${BANNER}I  0401ab70,3\n --> [pre-success] Success(0x0) \n`));
    expect(later.forked).toBe(false);
  });

  it('without a banner names the process when system calls are traced', () => {
    expect(readLogHead(bytesOf(`I  0401ab70,3\n${CALL}`))).toMatchObject({ pid: 30880, calls: true });
    expect(readLogHead(bytesOf('I  0401ab70,3\n'))).toMatchObject({ pid: null, program: null, calls: false });
  });

  it('of nothing but empty lines says nothing', () => {
    expect(readLogHead(bytesOf('\n'.repeat(LOG_HEAD_BYTES)))).toMatchObject({ pid: null, forked: false });
  });
});

/**
 * The lines of `valgrind --trace-syscalls=yes`. A call that Valgrind finishes itself is one line; one that the kernel
 * finishes is two, and other output may stand between:
 *
 *   SYSCALL[5985,1](9) sys_mmap ( 0x0, 8192, 3, 34, 4294967295, 0 ) --> [pre-success] Success(0x4835000)
 *   SYSCALL[5985,1](0) sys_read ( 4, 0x1ffeffed48, 832 ) --> [async] ...
 *   SYSCALL[5985,1](0) ... [async] --> Success(0x340)
 *    --> [pre-fail] Failure(0x26)                          when something came between a call and its result
 */
export interface SyscallStart {
  readonly pid: number;
  /** Valgrind's number of the thread: 1 for the first. */
  readonly tid: number;
  readonly nr: number;
  /** In order; a pointer to text counts as the pointer. */
  readonly args: readonly number[];
  /** The text that a path argument points to. */
  readonly text: string | null;
  /** The process that a fork, clone or vfork made. */
  readonly child: number | null;
}

export interface SyscallResult {
  readonly ok: boolean;
  readonly value: number;
}

export type SyscallLine =
  | { readonly kind: 'call'; readonly call: SyscallStart; readonly result: SyscallResult | null }
  | { readonly kind: 'result'; readonly tid: number | null; readonly result: SyscallResult };

const HEAD = /^SYSCALL\[(\d+),(\d+)\]\(\s*(\d+)\)\s*(.*)$/;
const RESULT = /(Success|Failure)\((0x[0-9a-f]+)\)/;

/** What such a line says; null for any other line, and for a line without news. */
export function parseSyscallLine(line: string): SyscallLine | null {
  const result = resultIn(line);
  if (line.startsWith(' -->')) return result && { kind: 'result', tid: null, result };
  const head = HEAD.exec(line);
  if (!head) return null;
  const rest = head[4]!;
  const tid = Number(head[2]);
  if (rest.startsWith('...')) return result && { kind: 'result', tid, result };
  const { args, text } = parseArguments(rest);
  const child = /process \d+ created child (\d+)/.exec(rest);
  const call = {
    pid: Number(head[1]),
    tid,
    nr: Number(head[3]),
    args,
    text,
    child: child && Number(child[1]),
  };
  return { kind: 'call', call, result };
}

function resultIn(line: string): SyscallResult | null {
  const found = RESULT.exec(line.slice(Math.max(0, line.lastIndexOf('-->'))));
  return found && { ok: found[1] === 'Success', value: Number(found[2]) };
}

/** The numbers between the parentheses; `0x4034bb0(/etc/passwd)` is a number and a text. */
function parseArguments(rest: string): { args: number[]; text: string | null } {
  const open = rest.indexOf('(');
  const { text, plain } = takeText(rest);
  const list = open < 0 ? '' : plain.slice(open + 1).split(')', 1)[0]!;
  // Only clone prints its flags in hex without 0x.
  const isClone = /^sys_clone\b/.test(rest);
  const args = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word, i) => (isClone && i === 0 ? Number.parseInt(word, 16) : Number(word)));
  return { args, text };
}

/**
 * The text that a pointer is followed by, and the line without it. The text may hold anything, parentheses too: it ends
 * where the last one does that an argument can end with. (Found in one pass, however long the text.)
 */
function takeText(rest: string): { text: string | null; plain: string } {
  const pointer = /0x[0-9a-f]+\(/.exec(rest);
  const end = Math.max(rest.lastIndexOf('), '), rest.lastIndexOf(') )'));
  const start = pointer ? pointer.index + pointer[0].length : end + 1;
  if (start > end) return { text: null, plain: rest };
  return { text: rest.slice(start, end), plain: rest.slice(0, start - 1) + rest.slice(end + 1) };
}

/** What the front of a lackey log says about itself. */
export interface LogHead {
  /** Null when neither a message nor a system call names it. */
  readonly pid: number | null;
  readonly parent: number | null;
  /** The program as it was called; null without Valgrind's banner (-q). */
  readonly program: string | null;
  /** The log goes on from a fork; another one begins with a program. */
  readonly forked: boolean;
  /** System calls are traced. */
  readonly calls: boolean;
}

/** Bytes that reach behind a program's first system call, which the loader makes 30,000 accesses from its start. */
export const LOG_HEAD_BYTES = 2 << 20;

const latin1 = new TextDecoder('latin1');

/** @param head the first LOG_HEAD_BYTES of a log, or all of it */
export function readLogHead(head: Uint8Array): LogHead {
  const text = latin1.decode(head);
  const number = (pattern: RegExp): number | null => {
    const found = pattern.exec(text);
    return found && Number(found[1]);
  };
  const command = /^==\d+== Command: (.*)$/m.exec(text)?.[1];
  return {
    pid: number(/^(?:==|--|SYSCALL\[)(\d{1,7})(?:==|--|,)/m),
    parent: number(/^==\d+== Parent PID: (\d{1,7})$/m),
    program: command === undefined ? null : firstWord(command),
    // The fork returns in the child before anything else happens.
    forked: /^(?:(?:==|--).*\n|[ \t]*\n)* -->/.test(text),
    calls: /^SYSCALL\[/m.test(text),
  };
}

/** Valgrind writes a backslash before what a shell would not leave alone. */
function firstWord(command: string): string {
  return /^(?:\\.|[^\\ ])*/.exec(command)![0].replace(/\\(.)/g, '$1');
}

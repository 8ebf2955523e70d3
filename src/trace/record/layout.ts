import { PAGE_BYTES } from '../../core/addr.ts';
import type { TraceEvent } from '../event.ts';
import { ELF_HEAD_BYTES, type Executable, interpreterLine, parseElf } from './elf.ts';
import type { FileHost, FileNumbers } from './files.ts';

/**
 * Where Valgrind (3.19, amd64-linux) puts what the kernel would have put somewhere else: seen in its logs, and stated
 * in coregrind/m_ume/elf.c and m_initimg/initimg-linux.c.
 */
const PIE_BASE = 0x108000;
const LOADER_BASE = 0x4000000;
const STACK_END = 0x1fff001000;
/** Linux gives a new program 132 KiB of stack mapping, which grows. */
const STACK_PAGES = 33;
const SCRIPT_DEPTH = 4;

/** The program that is run when `path` is executed: that of the `#!` line, if there is one. */
export function programOf(host: FileHost, path: string): string {
  let program = path;
  for (let depth = 0; depth < SCRIPT_DEPTH; depth++) {
    const next = interpreterLine(host.head(program, 256));
    if (next === null) return program;
    program = next;
  }
  return program;
}

/** The mappings that a program has before its first instruction: its segments, its loader's, its stack. */
export function initialLayout(host: FileHost, files: FileNumbers, pid: number, path: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const program = programOf(host, path);
  const executable = parseElf(host.head(program, ELF_HEAD_BYTES));
  if (executable) {
    events.push(...segments(files, pid, program, executable, executable.relocatable ? PIE_BASE : 0));
    const { interpreter } = executable;
    const loader = interpreter === null ? null : parseElf(host.head(interpreter, ELF_HEAD_BYTES));
    if (interpreter !== null && loader)
      events.push(...segments(files, pid, interpreter, loader, LOADER_BASE));
  }
  events.push({
    kind: 'mmap',
    pid,
    vpn: STACK_END / PAGE_BYTES - STACK_PAGES,
    pages: STACK_PAGES,
    prot: 'rw',
    shared: false,
    backing: { kind: 'anon' },
    role: 'stack',
  });
  return events;
}

/** The file-backed part of each segment, and the zero-filled pages behind it. */
function segments(
  files: FileNumbers,
  pid: number,
  path: string,
  { segments }: Executable,
  base: number,
): TraceEvent[] {
  const numbered = files.number(path);
  if (!numbered) return [];
  const events: TraceEvent[] = numbered.event ? [numbered.event] : [];
  for (const { vaddr, fileOffset, fileBytes, memoryBytes, prot } of segments) {
    const start = base + vaddr;
    const first = Math.floor(start / PAGE_BYTES);
    const fileEnd = Math.ceil((start + fileBytes) / PAGE_BYTES);
    const end = Math.ceil((start + memoryBytes) / PAGE_BYTES);
    const role = prot.includes('x') ? 'text' : 'data';
    const common = { kind: 'mmap', pid, prot, shared: false, role } as const;
    if (fileEnd > first)
      events.push({
        ...common,
        vpn: first,
        pages: fileEnd - first,
        backing: { kind: 'file', file: numbered.file, pageOffset: Math.floor(fileOffset / PAGE_BYTES) },
      });
    if (end > fileEnd)
      events.push({ ...common, vpn: fileEnd, pages: end - fileEnd, backing: { kind: 'anon' } });
  }
  return events;
}

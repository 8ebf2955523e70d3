/** One PT_LOAD of an ELF file (System V ABI, program header). */
export interface Segment {
  readonly vaddr: number;
  readonly fileOffset: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly prot: string;
}

/** What is needed of an executable to know how it is laid out in memory. */
export interface Executable {
  /** ET_DYN: loaded wherever the kernel likes. */
  readonly relocatable: boolean;
  readonly segments: readonly Segment[];
  /** Path of the dynamic loader, if it asks for one. */
  readonly interpreter: string | null;
}

/** Bytes from the front of a file that hold its headers; linkers put them there. */
export const ELF_HEAD_BYTES = 4096;

const PT_LOAD = 1;
const PT_INTERP = 3;
const ET_EXEC = 2;
const ET_DYN = 3;

/** Reads a 64-bit little-endian ELF file's headers from its first bytes; null when it is none. */
export function parseElf(head: Uint8Array): Executable | null {
  const isElf64 = head.length >= 64 && head[0] === 0x7f && head[1] === 0x45 && head[4] === 2 && head[5] === 1;
  if (!isElf64) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const long = (at: number): number =>
    view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
  const type = view.getUint16(16, true);
  if (type !== ET_EXEC && type !== ET_DYN) return null;
  const headers = long(32);
  const entryBytes = view.getUint16(54, true);
  const entries = view.getUint16(56, true);
  const segments: Segment[] = [];
  let interpreter: string | null = null;
  for (let i = 0; i < entries; i++) {
    const at = headers + i * entryBytes;
    if (at + 56 > head.length) return null;
    const kind = view.getUint32(at, true);
    const fileOffset = long(at + 8);
    const fileBytes = long(at + 32);
    if (kind === PT_LOAD)
      segments.push({
        vaddr: long(at + 16),
        fileOffset,
        fileBytes,
        memoryBytes: long(at + 40),
        prot: protOf(view.getUint32(at + 4, true)),
      });
    if (kind === PT_INTERP && fileOffset + fileBytes <= head.length)
      interpreter = new TextDecoder('latin1').decode(head.subarray(fileOffset, fileOffset + fileBytes - 1));
  }
  return { relocatable: type === ET_DYN, segments, interpreter };
}

/** PF_X 1, PF_W 2, PF_R 4. */
function protOf(flags: number): string {
  return `${flags & 4 ? 'r' : ''}${flags & 2 ? 'w' : ''}${flags & 1 ? 'x' : ''}`;
}

/** The program that a `#!` line names; null when there is none. */
export function interpreterLine(head: Uint8Array): string | null {
  const line = new TextDecoder('latin1').decode(head).split('\n', 1)[0]!;
  return /^#!\s*(\S+)/.exec(line)?.[1] ?? null;
}

import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder, linesMatch } from './line-decoder.ts';

/**
 * QEMU's execlog plugin (contrib/plugins/execlog.c): `CPU, 0xPC, 0xOPCODE, "DISASSEMBLY"`, then for each access
 * `, load, 0xADDRESS` or `, store, 0xADDRESS`, in system emulation with the device, where the address is physical.
 * The opcode is its first 32 bits whatever its length, so that sizes are not known.
 */
const LINE = /^(\d+), 0x([0-9a-f]+), 0x[0-9a-f]+, "((?:[^"\\]|\\.)*)"(.*)$/i;
const ACCESS = /, (load|store), 0x([0-9a-f]+)/gi;

export function execlogDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  let cpu = '0';
  return new LineDecoder(builder, name, (line) => {
    if (line.trim() === '') return;
    const parts = LINE.exec(line);
    if (!parts) throw new InputError('not a line of QEMU execlog');
    if (parts[1] !== cpu) {
      cpu = parts[1]!;
      builder.event({ kind: 'switch', pid: 1, tid: Number(cpu) + 1 });
    }
    const pc = hexAddress(parts[2]!);
    builder.add(FETCH, pc.high, pc.low, 0);
    for (const [, what, digits] of parts[4]!.matchAll(ACCESS)) {
      const { high, low } = hexAddress(digits!);
      builder.add(what!.toLowerCase() === 'store' ? STORE : LOAD, high, low, 0);
    }
  });
}

export const looksLikeExeclog = (lines: readonly string[]): boolean => linesMatch(lines, LINE);

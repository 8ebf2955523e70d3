import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { type AccessCursor, MODIFY } from '../access-cursor.ts';
import type { AccessFormat } from './access-writer.ts';
import type { ByteBuffer } from './byte-buffer.ts';

const LOADS = 4;
const STORES = 2;
/** The instruction pointer of accesses before the first fetch: 0 would mean no instruction. */
const NO_FETCH = 0x400000;
/** ChampSim's number of the instruction pointer (inc/trace_instruction.h): reading and writing it is a jump. */
const REG_IP = 26;

/**
 * ChampSim's 64-byte instructions (inc/trace_instruction.h). An instruction whose successor is not the next one is a
 * taken direct jump; one with more than four loads or two stores is written as several. Sizes are lost, and an
 * access at address 0, which means none.
 */
export function champsimFormat(): AccessFormat {
  const ip: [low: number, high: number] = [NO_FETCH, 0];
  let fetched = false;
  let fallThrough = 0;
  let loads: [number, number][] = [];
  let stores: [number, number][] = [];

  const instruction = (taken: boolean, to: ByteBuffer): void => {
    word(ip, to);
    for (const byte of [taken ? 1 : 0, taken ? 1 : 0, taken ? REG_IP : 0, 0, taken ? REG_IP : 0, 0, 0, 0])
      to.byte(byte);
    for (let i = 0; i < STORES; i++) word(stores[i] ?? [0, 0], to);
    for (let i = 0; i < LOADS; i++) word(loads[i] ?? [0, 0], to);
    loads = [];
    stores = [];
  };

  return {
    access(access: AccessCursor, to) {
      const { type, high, low } = access;
      if (type === FETCH) {
        if (fetched || loads.length + stores.length > 0) instruction(fetched && low !== fallThrough, to);
        ip[0] = low;
        ip[1] = high;
        fallThrough = (low + access.size) | 0;
        fetched = true;
        return;
      }
      if ((type !== STORE && loads.length === LOADS) || (type !== LOAD && stores.length === STORES))
        instruction(false, to);
      if (type === LOAD || type === MODIFY) loads.push([low, high]);
      if (type === STORE || type === MODIFY) stores.push([low, high]);
    },
    end(to) {
      if (fetched || loads.length + stores.length > 0) instruction(false, to);
    },
  };
}

function word([low, high]: readonly [number, number], to: ByteBuffer): void {
  to.word(low);
  to.word(high);
}

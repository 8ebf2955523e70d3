import { LOAD, STORE } from '../../core/access.ts';
import { MODIFY } from '../access-cursor.ts';

/**
 * Commands of gem5's packets (src/mem/packet.hh, MemCmd::Command) that stand for an access of the program. Their
 * numbers are those of today; versions from before LockedRMWReadReq number otherwise from 30 on, those from before
 * WriteCompleteResp from 6 on. What gem5 itself calls demand requests (MemCmd::isDemand), and the atomic ones.
 *
 * Everything else is none: responses, prefetches, writebacks and evictions (WritebackDirty, CleanEvict, ...), upgrades
 * of a line that is held already, cache maintenance, fences, errors.
 */
const ACCESSES: Readonly<Record<number, number>> = {
  1: LOAD, // ReadReq
  4: STORE, // WriteReq
  16: STORE, // WriteLineReq
  22: STORE, // ReadExReq: a cache fetches the line that a store of the program missed
  24: LOAD, // ReadCleanReq
  25: LOAD, // ReadSharedReq
  26: LOAD, // LoadLockedReq
  27: STORE, // StoreCondReq
  30: LOAD, // LockedRMWReadReq
  32: STORE, // LockedRMWWriteReq
  34: MODIFY, // SwapReq
};

/** LOAD, STORE or MODIFY; null when the command is no access of the program. */
export function gem5Access(command: number): number | null {
  return ACCESSES[command] ?? null;
}

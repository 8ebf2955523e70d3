/**
 * Where the hot arrays of simulated hardware are allocated: each in a place of its own, or all in one memory that a
 * WebAssembly core shares (sim/accelerator). Arrays come zeroed and stay where they are.
 */
export interface Arena {
  int32(length: number): Int32Array;
  uint8(length: number): Uint8Array;
  uint16(length: number): Uint16Array;
  float64(length: number): Float64Array;
}

export const HOST_MEMORY: Arena = {
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  uint16: (length) => new Uint16Array(length),
  float64: (length) => new Float64Array(length),
};

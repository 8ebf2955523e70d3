import { type AccessCursor, MODIFY } from '../access-cursor.ts';
import { BY_KERNEL } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';

/** Adds the access that a cursor stands on to another trace. */
export function copyAccess({ type, high, low, size, byKernel }: AccessCursor, to: ChunkBuilder): void {
  if (type === MODIFY) to.modify(high, low, size);
  else to.add(type, high, low, size, byKernel ? BY_KERNEL : 0);
}

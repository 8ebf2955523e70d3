import type { Chunk } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { decodeStream } from '../decode.ts';
import type { DecodeContext, TraceDescription } from '../format/format.ts';
import { LackeyDecoder } from '../format/lackey.ts';
import { peek } from '../head.ts';
import { readFinishedLogs } from './finished-logs.ts';
import { LOG_HEAD_BYTES, type LogHead, readLogHead } from './log-head.ts';

/** What a log says of itself: that its mappings are recorded, when its system calls are. */
export function describeLog({ calls, program }: LogHead): TraceDescription {
  const properties: Record<string, string> = {};
  if (calls) properties.recorder = 'Valgrind lackey';
  if (calls && program !== null) properties.program = program;
  return { properties, mapped: false };
}

/** A lackey log: its accesses, and where system calls are traced the mappings and forks of its process. */
export async function* decodeLackeyLog(
  source: AsyncIterable<Uint8Array>,
  builder: ChunkBuilder,
  { name, files }: DecodeContext,
): AsyncGenerator<Chunk, void, undefined> {
  const { head: bytes, all } = await peek(source, LOG_HEAD_BYTES);
  const head = readLogHead(bytes);
  if (files && head.calls && head.pid !== null)
    yield* readFinishedLogs([{ name, pid: head.pid, head, open: async () => all }], builder, files);
  else yield* decodeStream(all, new LackeyDecoder(builder, name), builder);
}

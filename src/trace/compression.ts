/** How a trace file is packed. */
export type Compression = 'plain' | 'gzip' | 'xz' | 'zstd' | 'brotli' | 'bzip2';

const MAGICS: readonly { compression: Compression; bytes: readonly number[] }[] = [
  { compression: 'gzip', bytes: [0x1f, 0x8b, 0x08] },
  { compression: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { compression: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { compression: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
];

/** The packing that the first bytes show. Brotli has no mark: it shows only when unpacking works. */
export function compressionOf(head: Uint8Array): Compression {
  const found = MAGICS.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  if (found) return found.compression;
  // Skippable zstd frames, 0x184d2a50 to 0x184d2a5f, may stand before the first real one.
  if ((head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return 'plain';
}

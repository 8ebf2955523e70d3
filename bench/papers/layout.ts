import { readFileSync } from 'node:fs';
import { LOAD, STORE } from '../../src/core/access.ts';
import { PAGE_BYTES, type Vpn } from '../../src/core/addr.ts';
import { ChunkBuilder } from '../../src/trace/chunk-builder.ts';
import type { TraceSource } from '../../src/trace/source.ts';

const PARENT = 1;
const CHILD = 2;
/** Runs of this many written pages are populated in one call. */
const LONG_RUN = 1024;

/** Pages of a mapping that were touched: read of a file, or written. */
interface Run {
  readonly write: boolean;
  readonly first: number;
  readonly pages: number;
}

interface Mapping {
  readonly vpn: Vpn;
  readonly pages: number;
  readonly prot: string;
  readonly name: string;
  readonly filePage: number;
  readonly parent: readonly Run[];
  readonly child: readonly Run[];
}

/** Where a real process had its pages, and what the real kernel said of it (layout/record.c). kB. */
export interface Layout {
  readonly parentVmPte: number;
  readonly childVmPte: number;
  readonly childVmRss: number;
  readonly mappings: readonly Mapping[];
}

/** Reads layout/NAME.layout. */
export function readLayout(name: string): Layout {
  const lines = readFileSync(new URL(`layout/${name}.layout`, import.meta.url), 'utf8').split('\n');
  const real = (who: string, key: string) => {
    const words = lines.find((line) => line.startsWith(`real ${who}`))!.split(' ');
    return Number(words[words.indexOf(key) + 1]);
  };
  const mappings = lines.flatMap((line, at) => {
    const [word, start, end, prot, offset, file] = line.split(' ');
    if (word !== 'map') return [];
    const vpn = Number.parseInt(start!, 16) / PAGE_BYTES;
    return {
      vpn,
      pages: Number.parseInt(end!, 16) / PAGE_BYTES - vpn,
      prot: prot!.slice(0, 3).replaceAll('-', ''),
      name: file!,
      filePage: Number.parseInt(offset!, 16) / PAGE_BYTES,
      parent: runsOf(lines[at + 1]!),
      child: runsOf(lines[at + 2]!),
    };
  });
  return {
    parentVmPte: real('parent', 'VmPTE'),
    childVmPte: real('child', 'VmPTE'),
    childVmRss: real('child', 'VmRSS'),
    mappings,
  };
}

function runsOf(line: string): Run[] {
  return [...line.matchAll(/ ([rw]) (\d+)\+(\d+)/g)].map(([, letter, first, pages]) => ({
    write: letter === 'w',
    first: Number(first),
    pages: Number(pages),
  }));
}

/** The process as a trace: its mappings, what it touched, a fork, what was touched after it. Both live on. */
export function traceOfLayout({ mappings }: Layout): TraceSource {
  const builder = new ChunkBuilder();
  builder.event({ kind: 'start', pid: PARENT, name: 'layout' });
  const files = [...new Set(mappings.map(({ name }) => name).filter(isFile))];
  for (const [file, path] of files.entries()) {
    const ends = mappings.filter(({ name }) => name === path).map(({ filePage, pages }) => filePage + pages);
    builder.event({ kind: 'file', file, path, bytes: Math.max(...ends) * PAGE_BYTES });
  }
  builder.event({ kind: 'switch', pid: PARENT });
  for (const mapping of mappings) map(builder, mapping, files);
  builder.event({ kind: 'fork', pid: PARENT, child: CHILD });
  for (const pid of [CHILD, PARENT]) {
    builder.event({ kind: 'switch', pid });
    for (const { vpn, child } of mappings) touch(builder, pid, vpn, child);
  }
  return sourceOf(builder);
}

const isFile = (name: string): boolean => name !== '-' && !name.startsWith('[');

/** A part of a file that the loader wrote to before it took write permission away is mapped writable first. */
function map(builder: ChunkBuilder, mapping: Mapping, files: readonly string[]): void {
  const { vpn, pages, prot, name, filePage, parent } = mapping;
  const written = parent.some(({ write }) => write);
  const file = files.indexOf(name);
  builder.event({
    kind: 'mmap',
    pid: PARENT,
    vpn,
    pages,
    prot: written ? 'rw' : prot,
    shared: false,
    backing: file < 0 ? { kind: 'anon' } : { kind: 'file', file, pageOffset: filePage },
    ...(name === '[stack]' && { role: 'stack' }),
  });
  touch(builder, PARENT, vpn, parent);
  if (written && prot !== 'rw') builder.event({ kind: 'mprotect', pid: PARENT, vpn, pages, prot });
}

function touch(builder: ChunkBuilder, pid: number, base: Vpn, runs: readonly Run[]): void {
  for (const { write, first, pages } of runs) {
    const vpn = base + first;
    if (pages >= LONG_RUN) {
      builder.event({ kind: 'madvise', pid, vpn, pages, advice: write ? 'populate_write' : 'populate_read' });
      continue;
    }
    for (let page = vpn; page < vpn + pages; page++)
      builder.add(write ? STORE : LOAD, Math.floor(page / 2 ** 20), (page % 2 ** 20) * PAGE_BYTES, 8);
  }
}

/** What has been built, as a trace of one chunk. */
function sourceOf(builder: ChunkBuilder): TraceSource {
  return {
    info: { path: 'layout', format: 'made', compression: 'plain', bytes: null, properties: {}, mapped: true },
    regions: builder.regions,
    statistics: builder.statistics,
    bytesRead: 0,
    damage: null,
    async *chunks() {
      yield builder.chunk;
    },
    sha256: async () => '',
    close: async () => {},
  };
}

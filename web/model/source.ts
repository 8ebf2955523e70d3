import { InputError, type Machine, replay } from '../../src/index.ts';
import { through } from './permalink.ts';

/** What is on the page: a scenario's text, the beginning of a trace, or a result of `pagewalk run --json`. */
export interface Source {
  readonly kind: 'scenario' | 'trace' | 'result';
  readonly name: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
}

/** Accesses and events that are taken of a trace. */
export const TRACE_LIMIT = 5000;

/** A file that was dropped or opened; gzip is unpacked. */
export async function sourceOfFile(name: string, bytes: Uint8Array): Promise<Source> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const unpacked = isGzip ? await through(new DecompressionStream('gzip'), bytes) : bytes;
  const kind = kindOf(name, unpacked);
  if (kind === 'scenario' && unpacked.includes(0))
    throw new InputError('neither a scenario nor a trace nor a result that the page can read', {
      place: name,
      remedy: 'unpack .xz, .zst and .br files first, or open the trace with `pagewalk view`',
    });
  return { kind, name, bytes: unpacked };
}

function kindOf(name: string, bytes: Uint8Array): Source['kind'] {
  if (/\.json(\.gz)?$/.test(name)) return 'result';
  return !name.endsWith('.scn') && replay.isTrace(bytes) ? 'trace' : 'scenario';
}

export function scenarioSource(name: string, text: string): Source {
  return { kind: 'scenario', name, bytes: new TextEncoder().encode(text) };
}

export function textOf({ bytes }: Source): string {
  return new TextDecoder().decode(bytes);
}

/** A recording of a scenario or trace, with its first operation made. @throws InputError where the source is wrong */
export async function record(source: Source, machine: Machine): Promise<replay.Recording> {
  if (source.kind === 'scenario') return replay.recordScenario(source.name, textOf(source), machine);
  const inflater = { inflate: (bytes: Uint8Array) => through(new DecompressionStream('deflate-raw'), bytes) };
  return replay.recordTrace(
    await replay.readTraceScript(source.name, source.bytes, inflater, TRACE_LIMIT),
    machine,
  );
}

/** `# Rule: ...` and the like at the head of a scenario, without the marks. */
export function introduction(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('#')) break;
    const words = line.replace(/^#\s?/, '').trim();
    if (words !== '') lines.push(words);
  }
  return lines;
}

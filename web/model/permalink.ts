/** What a link holds: the source, the machine, and where to stand. */
export interface Link {
  readonly kind: 'scenario' | 'trace' | 'result';
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly machine: string;
  readonly place: string;
}

/** The parameter that holds the source. */
const PARAMETERS = { scenario: 's', trace: 't', result: 'r' } as const;

/** Links longer than this are not made: browsers and mail programs cut them. */
const MAX_LINK = 60_000;

/** The hash of a link; undefined when the source is too large for one. */
export async function encodeLink({ kind, name, bytes, machine, place }: Link): Promise<string | undefined> {
  const packed = toBase64Url(await through(new CompressionStream('deflate-raw'), bytes));
  const parameters = new URLSearchParams({
    [PARAMETERS[kind]]: packed,
    n: name,
    m: machine,
    p: place,
  });
  const hash = `#${parameters}`;
  return hash.length <= MAX_LINK ? hash : undefined;
}

/** What a hash holds; undefined when it is no link or damaged. */
export async function decodeLink(hash: string): Promise<Link | undefined> {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const kinds = Object.keys(PARAMETERS) as Link['kind'][];
  const kind = kinds.find((one) => parameters.has(PARAMETERS[one]));
  if (kind === undefined) return undefined;
  try {
    const bytes = await through(
      new DecompressionStream('deflate-raw'),
      fromBase64Url(parameters.get(PARAMETERS[kind])!),
    );
    return {
      kind,
      name: parameters.get('n') ?? 'linked',
      bytes,
      machine: parameters.get('m') ?? '',
      place: parameters.get('p') ?? '',
    };
  } catch {
    return undefined;
  }
}

/** Bytes through a stream of the platform: packed, or unpacked. */
export async function through(
  stream: { readable: ReadableStream; writable: WritableStream },
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // Damaged input is reported by the reading side; the writing side's copy of the error must not go unhandled.
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => undefined);
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

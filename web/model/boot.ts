import type { Machine } from '../../src/index.ts';

/** What the build puts into the page. */
interface BootData {
  readonly version: string;
  readonly machines: Readonly<Record<string, Machine>>;
  readonly examples: readonly { readonly name: string; readonly text: string }[];
}

/** What `pagewalk view FILE` puts into the page. */
interface Start {
  readonly machine: Machine;
  readonly source?: {
    readonly kind: 'scenario' | 'trace' | 'result';
    readonly name: string;
    /** The file, unpacked, in base64. */
    readonly base64: string;
  };
}

const built = read<BootData>('boot') ?? { version: '', machines: {}, examples: [] };
export const start = read<Start>('start');
/** The machine of the command line is one of the page's, if it was not already. */
export const boot: BootData = start
  ? { ...built, machines: { ...built.machines, [start.machine.name]: start.machine } }
  : built;

function read<T>(id: string): T | undefined {
  const text = document.getElementById(id)?.textContent?.trim();
  return text ? (JSON.parse(text) as T) : undefined;
}

import { endianness } from 'node:os';
import { InputError } from '../../core/errors.ts';
import type { TraceSource } from '../../trace/source.ts';
import type { RunOptions, Simulation } from '../run.ts';

/** What must be the same for a run to be the continuation of another; read back from a file, it is any JSON. */
export type RunIdentity = { readonly [part in keyof typeof WORDS]: unknown };

const WORDS = {
  version: 'version of pagewalk',
  /** Numbers lie in a checkpoint as they lie in memory. */
  endianness: 'kind of host',
  trace: 'trace',
  format: '--format',
  machine: 'machine (--machine, --set)',
  kernel: '--kernel',
  policy: '--policy',
  costs: '--costs',
  core: '--core',
  check: '--check',
  warmup: '--warmup',
  limit: '--limit',
};

/**
 * The identity of a run about to begin. Reads the whole trace once, for its hash.
 * @param options that the simulation was made with
 * @param version of the package
 */
export async function identityOf(
  { machine, kernel }: Simulation,
  source: TraceSource,
  options: RunOptions,
  version: string,
): Promise<RunIdentity> {
  const { policy, costs, core = 'auto', check = false, warmup = 0, limit = null } = options;
  return {
    version,
    endianness: endianness(),
    trace: await source.sha256(),
    format: source.info.format,
    machine,
    kernel: kernel.name,
    policy: policy?.policy ?? null,
    costs: costs ?? null,
    core,
    check,
    warmup,
    limit,
  };
}

/**
 * @param command that made the checkpoint
 * @throws InputError naming what differs
 */
export function checkSameRun(saved: RunIdentity, own: RunIdentity, place: string, command: string): void {
  const parts = Object.keys(WORDS) as (keyof RunIdentity)[];
  const differing = parts.filter((part) => JSON.stringify(saved[part]) !== JSON.stringify(own[part]));
  if (differing.length === 0) return;
  const words = differing.map((part) => WORDS[part]).join(', ');
  throw new InputError(`the checkpoint is of another run: other ${words}`, {
    place,
    remedy: `go on as it was begun: ${command}`,
  });
}

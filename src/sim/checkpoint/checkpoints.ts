import { InputError } from '../../core/errors.ts';
import type { Simulation } from '../run.ts';
import { capture } from './capture.ts';
import { decodeCheckpoint, encodeCheckpoint } from './file.ts';
import { reach } from './graph.ts';
import { checkSameRun, type RunIdentity } from './identity.ts';
import { restore } from './restore.ts';

/**
 * Checkpoints of one run. Resuming builds the simulation anew, from the same machine and options, and gives it the
 * saved state; so it must be made right after the simulation, before anything runs.
 */
export class Checkpoints {
  readonly #simulation: Simulation;
  readonly #identity: RunIdentity;
  readonly #fixtures = new Map<object, number>();

  constructor(simulation: Simulation, identity: RunIdentity) {
    this.#simulation = simulation;
    this.#identity = identity;
    reach(simulation, this.#fixtures);
  }

  /**
   * The state between two chunks, as the pieces of a file.
   * @param command for the message of whoever resumes with other options
   */
  save(accesses: number, command: string): Uint8Array[] {
    const header = { run: this.#identity, command, accesses };
    return encodeCheckpoint(header, capture(this.#simulation, this.#fixtures));
  }

  /**
   * Gives the simulation the state of a file; running it then goes on from there.
   * @param place of the file, for messages
   * @throws InputError when the file is damaged or of another run
   */
  load(file: Buffer, place: string): void {
    const { header, image } = decodeCheckpoint(file, place);
    checkSameRun(header.run ?? {}, this.#identity, place, header.command);
    try {
      restore([...this.#fixtures.keys()], image);
    } catch (error) {
      throw new InputError(`the checkpoint does not fit this pagewalk (${(error as Error).message})`, {
        place,
        remedy: 'run from the beginning, without --resume',
      });
    }
  }
}

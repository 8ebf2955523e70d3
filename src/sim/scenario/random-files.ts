import type { Dice } from './dice.ts';
import type { Profile } from './profiles.ts';

interface File {
  readonly name: string;
  bytes: number;
  readonly tmpfs: boolean;
  /** Left the page cache once. */
  dropped: boolean;
  /** May have holes. */
  sparse: boolean;
}

/** The files of a random scenario, and what happens to them apart from mappings. */
export class RandomFiles {
  readonly #dice: Dice;
  readonly #profile: Profile;
  readonly #files: File[] = [];

  constructor(dice: Dice, profile: Profile) {
    this.#dice = dice;
    this.#profile = profile;
  }

  get any(): boolean {
    return this.#files.length > 0;
  }

  pick(): File {
    return this.#dice.pick(this.#files);
  }

  /** The line that declares one file more. */
  declare(): string {
    const pages = 1 + this.#dice.below(24);
    const tail = this.#dice.chance(0.4) ? 1 + this.#dice.below(4095) : 0;
    const tmpfs = this.#dice.chance(0.4);
    const name = `f${this.#files.length}`;
    const bytes = pages * 4096 - tail;
    this.#files.push({ name, bytes, tmpfs, dropped: false, sparse: false });
    return `file ${name} ${bytes}${tmpfs ? ' fs=tmpfs' : ''}`;
  }

  /**
   * A call on a file; null where what a real kernel then does depends on its disk.
   * @param byte the next value to write
   */
  operation(byte: () => number): string | null {
    if (!this.any) return null;
    const file = this.pick();
    const offset = this.#dice.below(file.bytes + (this.#dice.chance(0.2) ? 5000 : 1));
    const { name } = file;
    const operation = this.#dice.weighted(this.#profile.fileOperations);
    switch (operation) {
      case 'fileread':
        // A file that is cached in part is read ahead in pieces, whose order the disk decides.
        return file.dropped ? null : `fileread ${name} ${offset}`;
      case 'filewrite':
        if (file.dropped) return null;
        if (offset >= file.bytes) file.sparse = true;
        file.bytes = Math.max(file.bytes, offset + 1);
        return `filewrite ${name} ${offset} ${byte()}`;
      case 'ftruncate':
        // Holes come at once, blocks of a dropped file when the disk has them.
        if (file.dropped) return null;
        file.sparse = true;
        file.bytes = this.#truncatedTo(file);
        return `ftruncate ${name} ${file.bytes}`;
      case 'dropcache':
        if (file.sparse) return null;
        file.dropped = !file.tmpfs;
        return `dropcache ${name}`;
      default:
        return `${operation} ${name}`;
    }
  }

  #truncatedTo({ bytes }: File): number {
    if (this.#dice.chance(0.5)) return this.#dice.below(bytes + 12000);
    return 4096 * this.#dice.below(Math.ceil(bytes / 4096) + 4);
  }
}

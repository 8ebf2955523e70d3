import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, nearest } from '../core/errors.ts';

/** What the files of a folder are called and how a user finds out which there are. */
export interface PresetKind {
  /** As in `no machine is called 'x'`. */
  readonly noun: string;
  /** How a path ends that names a file and no preset. */
  readonly ending: RegExp;
  /** After `check the path; `. */
  readonly hint: string;
  /** What a file that is much too large may be. */
  readonly tooLarge: string;
  /** A preset that is in the program and no file. */
  readonly builtIn?: string;
}

const WORD = /^[A-Za-z0-9_.-]+$/;

/** A folder of YAML presets beside src/ and dist/ alike, in the repository and in the installed package. */
export class PresetFolder {
  readonly #name: string;
  readonly #path: string;
  readonly #kind: PresetKind;

  constructor(name: string, kind: PresetKind) {
    this.#name = name;
    this.#path = resolve(fileURLToPath(new URL(`../../${name}/`, import.meta.url)));
    this.#kind = kind;
  }

  /** Names of the presets, alphabetically. */
  names(): string[] {
    const { builtIn } = this.#kind;
    const files = readdirSync(this.#path).filter((file) => file.endsWith('.yaml'));
    return [...(builtIn ? [builtIn] : []), ...files.map((file) => basename(file, '.yaml'))].sort();
  }

  /**
   * The file of a preset's name or a path: a bare word is a preset before it is a file; a path stays a path (from
   * `directory`).
   *
   * @throws InputError when there is neither, naming the nearest preset
   */
  locate(nameOrFile: string, directory: string): string {
    const isWord = WORD.test(nameOrFile);
    const preset = join(this.#path, `${nameOrFile}.yaml`);
    if (isWord && existsSync(preset)) return preset;
    const file = resolve(directory, nameOrFile);
    if (existsSync(file)) return file;
    const { noun, ending, hint } = this.#kind;
    if (!isWord || ending.test(nameOrFile))
      throw new InputError(`no ${noun} file '${nameOrFile}'`, {
        place: file,
        remedy: `check the path; ${hint}`,
      });
    const guess = nearest(nameOrFile, this.names());
    throw new InputError(`no ${noun} is called '${nameOrFile}'`, {
      remedy: guess ? `did you mean '${guess}'?` : `the presets are ${this.names().join(', ')}`,
    });
  }

  /** True for a file that is a preset of its own (not one that presets share). */
  holds(file: string): boolean {
    return dirname(file) === this.#path;
  }

  /** Files of the presets go by `FOLDER/NAME.yaml`, wherever they are installed; others by their path. */
  shortName(file: string): string {
    return file.startsWith(this.#path) ? join(this.#name, relative(this.#path, file)) : file;
  }

  /** The inverse of {@link shortName} for files of the presets. */
  fileOf(shortName: string): string {
    return join(this.#path, '..', shortName);
  }

  /**
   * The text of a located file.
   *
   * @param maxBytes more than any such file needs; anything larger is not one
   * @throws InputError for a directory, a file that is too large or no UTF-8
   */
  read(file: string, maxBytes: number): string {
    const { noun, tooLarge } = this.#kind;
    const place = this.shortName(file);
    const status = statSync(file);
    if (status.isDirectory())
      throw new InputError(`a ${noun} file was expected, and this is a directory`, {
        place,
        remedy: 'name a file in it',
      });
    if (status.size > maxBytes)
      throw new InputError(`${status.size} bytes are too many for a ${noun} file`, {
        place,
        remedy: tooLarge,
      });
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    } catch (error) {
      if (error instanceof TypeError)
        throw new InputError(`a ${noun} file is UTF-8 text, and this is not`, { place });
      throw error;
    }
  }
}

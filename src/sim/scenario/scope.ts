import { nearest } from '../../core/errors.ts';
import type { Line, Token } from './lexer.ts';
import { type FileDeclaration, REGION_PAGES } from './script.ts';

const MAX_PROCESS = 64;
const MAX_REGIONS = 64;
const MAX_FILES = 16;

/** What the lines read so far have named: files, regions with their extents, processes. */
export class Scope {
  readonly files: FileDeclaration[] = [];
  readonly regions: string[] = [];
  readonly #extents: number[] = [];
  readonly #state = new Map<number, 'live' | 'gone'>([[1, 'live']]);
  readonly #parent = new Map<number, number>();

  declareFile(token: Token, file: FileDeclaration): void {
    if (this.files.some((known) => known.name === file.name))
      token.reject(`file '${file.name}' is declared twice`);
    if (this.files.length === MAX_FILES) token.fail(`too many files (at most ${MAX_FILES})`);
    this.files.push(file);
  }

  /** Index of the file that a token names. */
  file(token: Token): number {
    const name = /^[A-Za-z0-9_]*/.exec(token.rest)![0];
    const index = this.files.findIndex((file) => file.name === name);
    if (index < 0) {
      const guess = nearest(
        name,
        this.files.map((file) => file.name),
      );
      token.fail(`no file '${name}' is declared above`, guess ? `did you mean '${guess}'?` : undefined);
    }
    token.accept(name);
    return index;
  }

  /** The region that a token names: one that an mmap or mremap above made. */
  region(token: Token): number {
    const before = token.rest;
    const name = /^[A-Za-z0-9_]*/.exec(before)![0];
    const index = this.regions.indexOf(name);
    if (index < 0) {
      const guess = nearest(name, this.regions);
      token.fail(
        `no mmap or mremap above names region '${name}'`,
        guess ? `did you mean '${guess}'?` : undefined,
      );
    }
    token.accept(name);
    return index;
  }

  /** The region that an mmap or mremap names, made when new. */
  makeRegion(token: Token): number {
    const what = 'a region name';
    const name = token.name(what);
    token.end(what);
    const known = this.regions.indexOf(name);
    if (known >= 0) return known;
    if (this.regions.length === MAX_REGIONS) token.fail(`too many regions (at most ${MAX_REGIONS})`);
    this.#extents.push(0);
    return this.regions.push(name) - 1;
  }

  extent(region: number): number {
    return this.#extents[region]!;
  }

  grow(line: Line, column: number, region: number, pages: number): void {
    if (pages > REGION_PAGES) line.fail(`a region has at most ${REGION_PAGES} pages`, column);
    if (pages > this.#extents[region]!) this.#extents[region] = pages;
  }

  /** The live process that a line begins with. */
  actor(token: Token): number {
    const pid = token.number(MAX_PROCESS, "a process number, '-' or 'file'");
    token.end("a process number, '-' or 'file'");
    const state = this.#state.get(pid);
    if (state !== 'live')
      token.reject(`process ${pid} ${state === 'gone' ? 'has ended' : 'does not exist yet'}`);
    return pid;
  }

  bear(token: Token, parent: number): number {
    const child = processNumber(token);
    if (this.#state.has(child)) token.reject(`process ${child} has existed already`);
    this.#state.set(child, 'live');
    this.#parent.set(child, parent);
    return child;
  }

  end(pid: number): void {
    this.#state.set(pid, 'gone');
  }

  /** wait: ends the process when it is the waiter's live child. */
  await(token: Token, waiter: number): { child: number; ends: boolean; isChild: boolean } {
    const child = processNumber(token);
    const state = this.#state.get(child);
    if (state === undefined) token.reject(`process ${child} does not exist yet`);
    const isChild = this.#parent.get(child) === waiter;
    const ends = isChild && state === 'live';
    if (ends) this.end(child);
    return { child, ends, isChild };
  }
}

function processNumber(token: Token): number {
  const what = 'a process number';
  const pid = token.number(MAX_PROCESS, what);
  token.end(what);
  if (pid < 1) token.reject('process numbers begin at 1');
  return pid;
}

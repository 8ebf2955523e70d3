import { InputError } from '../../core/errors.ts';

interface Word {
  readonly text: string;
  /** Column of its first letter, from 1. */
  readonly column: number;
}

/** The words of one line, taken one after another; every mistake names line and column. */
export class Line {
  readonly number: number;
  readonly #path: string;
  readonly #words: readonly Word[];
  #next = 0;

  constructor(path: string, number: number, text: string) {
    this.#path = path;
    this.number = number;
    const code = text.replace(/#.*/, '');
    this.#words = [...code.matchAll(/\S+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
  }

  get isEmpty(): boolean {
    return this.#words.length === 0;
  }

  get more(): boolean {
    return this.#next < this.#words.length;
  }

  /** The line without comment, words joined by one blank. */
  get text(): string {
    return this.#words.map((word) => word.text).join(' ');
  }

  peek(): string | undefined {
    return this.#words[this.#next]?.text;
  }

  /** Where the next word stands, or would. */
  get column(): number {
    const next = this.#words[this.#next];
    if (next) return next.column;
    const last = this.#words.at(-1);
    return last ? last.column + last.text.length + 1 : 1;
  }

  take(expected: string): Token {
    const word = this.#words[this.#next];
    if (!word) this.fail(`expected ${expected}`, this.column);
    this.#next++;
    return new Token(this, word.text, word.column);
  }

  end(): void {
    if (this.more) this.fail(`unexpected '${this.peek()}'`, this.column);
  }

  fail(message: string, column: number, remedy?: string): never {
    throw new InputError(message, { place: `${this.#path}:${this.number}:${column}`, remedy });
  }
}

/** One word, read from left to right. */
export class Token {
  readonly text: string;
  readonly column: number;
  readonly #line: Line;
  #at = 0;

  constructor(line: Line, text: string, column: number) {
    this.#line = line;
    this.text = text;
    this.column = column;
  }

  get rest(): string {
    return this.text.slice(this.#at);
  }

  /** Takes this text when it comes next. */
  accept(text: string): boolean {
    if (!this.rest.startsWith(text)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected '${text}'`);
  }

  /** A decimal or 0x number of at most `max`. */
  number(max: number, what: string): number {
    const match = /^(0[xX][0-9a-fA-F]+|[0-9]+)/.exec(this.rest);
    if (!match) this.fail(`expected ${what}${this.rest ? `, found '${this.rest}'` : ''}`);
    const value = Number(match[0]);
    if (value > max) this.fail(`${what} is at most ${max}`);
    this.#at += match[0].length;
    return value;
  }

  /** A name: letters, digits and _, not beginning with a digit. */
  name(what: string): string {
    const match = /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.rest);
    if (!match) this.fail(`expected ${what}${this.rest ? `, found '${this.rest}'` : ''}`);
    if (match[0].length > 31) this.fail('a name has at most 31 letters');
    this.#at += match[0].length;
    return match[0];
  }

  end(what: string): void {
    if (this.rest) this.fail(`expected ${what}, found '${this.text}'`);
  }

  /** The mistake is here, where reading has come to. */
  fail(message: string, remedy?: string): never {
    this.#line.fail(message, this.column + this.#at, remedy);
  }

  /** The word as a whole is the mistake. */
  reject(message: string): never {
    this.#line.fail(message, this.column);
  }
}

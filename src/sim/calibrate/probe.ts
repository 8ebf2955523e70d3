import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { InputError } from '../../core/errors.ts';
import type { Reply } from './observations.ts';

/** The running measuring program: one command in, one reply out. Ends with {@link close}. */
export class Probe {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';
  /** Why the program ended, once it has. */
  readonly #ended: Promise<string>;

  /** @param program its path */
  constructor(program: string) {
    this.#process = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', () => resolve(this.#stderr.trim() || 'it was killed (out of memory?)'));
      this.#process.once('error', (error) => resolve(error.message));
    });
    // A program that has died takes no more commands; the missing reply says so.
    this.#process.stdin.on('error', () => undefined);
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param data what follows the command's line
   * @throws InputError when the measurement is impossible here, with the kernel's reason
   */
  async ask(command: string, data?: Uint8Array): Promise<Reply> {
    this.#process.stdin.write(`${command}\n`);
    if (data) this.#process.stdin.write(data);
    const { value, done } = await this.#lines.next();
    if (done)
      throw new InputError(`the measuring program ended: ${await this.#ended}`, {
        place: command,
        remedy: 'leave more memory free, or use --quick, which needs less',
      });
    const reply = JSON.parse(value) as Reply;
    if (typeof reply.error === 'string')
      throw new InputError(`this cannot be measured here: ${reply.error}`, { place: command });
    return reply;
  }

  close(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}

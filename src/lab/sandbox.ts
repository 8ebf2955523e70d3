import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
} from 'quickjs-emscripten-core';

/** Something that a student's program did: threw, ran too long, returned nonsense. Told to the student as it is. */
export class ProgramError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProgramError';
  }
}

const MEMORY_BYTES = 64 << 20;
/** Small enough for the engine to notice before the host does: some hundred nested calls. */
const STACK_BYTES = 128 << 10;
/** QuickJS asks after every 10,000 backward branches and calls whether to go on: 50 million of them in all. */
const MAX_INTERRUPTS = 5000;
const MAX_OUTPUT_LINES = 200;

/** Makes a program deterministic: random numbers by a fixed seed, no clock. `console.log` is collected. */
const PRELUDE = `
delete globalThis.Date;
{
  let state = 1;
  Math.random = () => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return state / 4294967296;
  };
  const show = (value) => typeof value === 'string' ? value : JSON.stringify(value) ?? String(value);
  globalThis.console = { log: (...values) => __print(values.map(show).join(' ')) };
}
`;

/**
 * A student's program in a JavaScript engine of its own (QuickJS in WebAssembly): it reaches no file, no network and
 * no memory but its own, and a budget of steps and memory ends it. The budget counts steps, not seconds, so a
 * grade does not depend on the host. Call {@link dispose} when done.
 */
export class Sandbox {
  /** What the program printed with console.log. */
  readonly output: string[] = [];
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #exports: QuickJSHandle;
  #interrupts = 0;

  /** @throws ProgramError when the module cannot be parsed or fails while it is loaded */
  static async load(source: string, name: string): Promise<Sandbox> {
    return new Sandbox(await engine(), source, name);
  }

  private constructor(quickjs: QuickJSWASMModule, source: string, name: string) {
    this.#runtime = quickjs.newRuntime({ memoryLimitBytes: MEMORY_BYTES, maxStackSizeBytes: STACK_BYTES });
    this.#runtime.setInterruptHandler(() => ++this.#interrupts > MAX_INTERRUPTS);
    this.#context = this.#runtime.newContext();
    const context = this.#context;
    const print = context.newFunction('print', (line) => {
      if (this.output.length < MAX_OUTPUT_LINES) this.output.push(context.getString(line));
    });
    context.setProp(context.global, '__print', print);
    print.dispose();
    try {
      this.#take(context.evalCode(PRELUDE, 'prelude')).dispose();
      this.#exports = this.#take(context.evalCode(source, name, { type: 'module' }));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Steps are counted anew: each part of a grading has its own budget. */
  refill(): void {
    this.#interrupts = 0;
  }

  /** Whether the module exports a function of this name. */
  exports(name: string): boolean {
    const value = this.#context.getProp(this.#exports, name);
    const is = this.#context.typeof(value) === 'function';
    value.dispose();
    return is;
  }

  /** Calls an exported function; arguments and result are plain data. @throws ProgramError */
  call(name: string, ...args: readonly unknown[]): unknown {
    const result = this.#invoke(this.#exports, name, args);
    const value = this.#context.dump(result);
    result.dispose();
    return value;
  }

  /** Calls an exported function that returns an object, and keeps that object. @throws ProgramError */
  create(name: string, ...args: readonly unknown[]): Guest {
    const object = this.#invoke(this.#exports, name, args);
    if (this.#context.typeof(object) !== 'object') {
      object.dispose();
      throw new ProgramError(`${name}() did not return an object`);
    }
    return {
      has: (method) => {
        const value = this.#context.getProp(object, method);
        const is = this.#context.typeof(value) === 'function';
        value.dispose();
        return is;
      },
      call: (method, ...values) => {
        const result = this.#invoke(object, method, values);
        const value = this.#context.dump(result);
        result.dispose();
        return value;
      },
      tell: (method, ...values) => this.#invoke(object, method, values).dispose(),
      dispose: () => object.dispose(),
    };
  }

  /** Gives the engine's memory back. */
  dispose(): void {
    this.#exports?.dispose();
    this.#context.dispose();
    this.#runtime.dispose();
  }

  #invoke(owner: QuickJSHandle, name: string, args: readonly unknown[]): QuickJSHandle {
    const context = this.#context;
    const method = context.getProp(owner, name);
    const handles = args.map((arg) => this.#handOver(arg));
    try {
      const result = context.callFunction(method, owner, handles);
      // Asked only now: a grading makes thousands of calls, and nearly all of them are of functions.
      if (result.error && context.typeof(method) !== 'function') {
        result.error.dispose();
        throw new ProgramError(`there is no function ${name}()`);
      }
      return this.#take(result);
    } finally {
      method.dispose();
      for (const handle of handles) handle.dispose();
    }
  }

  #handOver(value: unknown): QuickJSHandle {
    const context = this.#context;
    if (typeof value === 'number') return context.newNumber(value);
    if (typeof value === 'string') return context.newString(value);
    return this.#take(context.evalCode(`(${JSON.stringify(value)})`, 'data'));
  }

  /** The value, or a ProgramError that says what the program threw and where. */
  #take(result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
    if (result.error === undefined) return result.value;
    const thrown: unknown = this.#context.dump(result.error);
    result.error.dispose();
    throw new ProgramError(describeThrown(thrown));
  }
}

/** An object of the program's, by its methods. */
export interface Guest {
  has(method: string): boolean;
  call(method: string, ...args: readonly unknown[]): unknown;
  /** Calls a method whose answer does not matter. */
  tell(method: string, ...args: readonly unknown[]): void;
  dispose(): void;
}

let loaded: Promise<QuickJSWASMModule> | undefined;

function engine(): Promise<QuickJSWASMModule> {
  loaded ??= (async () => {
    const { newQuickJSWASMModuleFromVariant } = await import('quickjs-emscripten-core');
    return newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-wasmfile-release-sync'));
  })();
  return loaded;
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return `the program threw ${String(thrown)}`;
  const { name, message, stack } = thrown as { name?: string; message?: string; stack?: string };
  if (message === 'interrupted') return 'the program ran for too long: is there a loop that does not end?';
  const line =
    /\((.+?:\d+(?::\d+)?)\)/.exec(stack ?? '')?.[1] ?? /at (\S+:\d+(?::\d+)?)/.exec(stack ?? '')?.[1];
  return `${name ?? 'Error'}: ${message ?? ''}${line ? ` (${line})` : ''}`;
}

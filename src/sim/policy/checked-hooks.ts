import { InputError } from '../../core/errors.ts';
import type { PolicyHooks } from '../../kernel/policy/hooks.ts';

/**
 * The hooks, held to their contract: a typing mistake in an answer is an error, not another policy, and what a hook
 * throws is the module's mistake, not this program's.
 */
export function checkedHooks(given: PolicyHooks, place: string): PolicyHooks {
  const ask = <T extends string>(hook: string, answer: () => T | undefined, allowed: readonly T[]) => {
    const word = called(hook, answer, place);
    if (word === undefined || allowed.includes(word)) return word;
    throw new InputError(`${hook} answered ${JSON.stringify(word) ?? String(word)}`, {
      place,
      remedy: `it may answer ${allowed.map((one) => `'${one}'`).join(', ')} or undefined`,
    });
  };
  return {
    ...(given.onFork && {
      onFork: (area, process) =>
        ask('onFork', () => given.onFork!(area, process), [
          'copy-tables',
          'skip',
          'share-tables',
          'copy-pages',
        ]),
    }),
    ...(given.onWriteFault && {
      onWriteFault: (page) => ask('onWriteFault', () => given.onWriteFault!(page), ['reuse', 'copy']),
    }),
    ...(given.onExit && {
      onExit: (process) => called('onExit', () => given.onExit!(process), place),
    }),
  };
}

function called<T>(hook: string, body: () => T, place: string): T {
  try {
    return body();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InputError(`${hook} threw: ${message}`, {
      place: lineOf(error, place) ?? place,
      remedy: 'a hook answers, or answers undefined to leave the decision to the axes',
    });
  }
}

/** `FILE:line:column` where the module threw, when the stack still says so. */
function lineOf(error: unknown, place: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.split('\n').find((line) => line.includes(place));
  const position = at && /:(\d+:\d+)\)?$/.exec(at);
  return position ? `${place}:${position[1]}` : undefined;
}

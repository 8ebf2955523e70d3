import * as nodeModule from 'node:module';
import { InputError } from '../../core/errors.ts';

/** In Node since 22.13; the types that this project compiles with are those of an older one. */
const strip = (nodeModule as { stripTypeScriptTypes?: (source: string) => string }).stripTypeScriptTypes;

/**
 * A TypeScript program as JavaScript: its types become spaces, so that every line and column stays what it was.
 * @throws InputError for what is more than types (enum, namespace), for wrong syntax, and where Node cannot do it
 */
export function withoutTypes(source: string, place: string): string {
  const remedy = 'write it in JavaScript, or compile it first and hand in the .js file';
  if (strip === undefined)
    throw new InputError(
      `only Node 22.13 and later take TypeScript programs, and this is ${process.version}`,
      {
        place,
        remedy,
      },
    );
  try {
    return strip(source);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InputError(error.message.split('\n')[0]!, { place, remedy });
  }
}

export function isTypeScript(path: string): boolean {
  return /\.m?ts$/.test(path);
}

import {
  type Document,
  type DocumentOptions,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
} from 'yaml';
import { InputError } from '../core/errors.ts';

/**
 * Parses YAML that somebody else may have written; its errors are in the document, as the package has it.
 * @throws InputError where it nests so deeply that the parser, which calls itself, runs out of stack
 */
export function yamlDocument(
  text: string,
  place: string,
  options: ParseOptions & DocumentOptions & SchemaOptions,
): Document.Parsed {
  try {
    return parseDocument(text, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError('not readable as YAML: it nests too deeply', {
      place,
      remedy: 'a few levels are enough for every file of pagewalk',
    });
  }
}

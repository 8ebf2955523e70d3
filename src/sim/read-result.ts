import { InputError } from '../core/errors.ts';
import { RESULT_VERSION, type RunResult } from './result.ts';
import { resultSchema } from './result-schema.ts';

const MAJOR = RESULT_VERSION.split('.')[0];
const REMEDY = 'results are made by pagewalk run TRACE --json FILE';

/**
 * A result file (docs/results.md) from its text; keys that a later 1.x adds are kept.
 * @param path names it in messages
 * @throws InputError for text that is no JSON, other JSON, or a result of another major version
 */
export function parseResult(path: string, text: string): RunResult {
  const data = parseJson(path, text);
  const version = (data as { pagewalk?: { result?: unknown } } | null)?.pagewalk?.result;
  if (typeof version !== 'string')
    throw new InputError('this JSON is no result of pagewalk', { place: path, remedy: REMEDY });
  if (version.split('.')[0] !== MAJOR)
    throw new InputError(`a result of version ${version}; this pagewalk reads ${MAJOR}.x`, { place: path });
  const checked = resultSchema.safeParse(data);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new InputError(`${issue!.path.join('.')}: ${issue!.message}`, { place: path, remedy: REMEDY });
  }
  return data as RunResult;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`no JSON: ${(error as Error).message}`, { place: path, remedy: REMEDY });
  }
}

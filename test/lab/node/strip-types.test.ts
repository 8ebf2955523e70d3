import * as nodeModule from 'node:module';
import { describe, expect, it } from 'vitest';
import { isTypeScript, withoutTypes } from '../../../src/lab/node/strip-types.ts';

const SOURCE =
  'export function createPolicy({ sets }: { sets: number }): number { return sets as number; }\n';

describe('a program in TypeScript', () => {
  it('is told by the name of its file', () => {
    expect(['policy.ts', 'a/cow.mts', 'policy.js', 'ts', 'policy.tsx'].filter(isTypeScript)).toEqual([
      'policy.ts',
      'a/cow.mts',
    ]);
  });

  if ('stripTypeScriptTypes' in nodeModule) {
    it('loses its types, and no character of the rest moves', () => {
      const stripped = withoutTypes(SOURCE, 'policy.ts');
      expect(stripped).toHaveLength(SOURCE.length);
      expect(stripped.replaceAll(/\s+/g, ' ')).toBe(
        'export function createPolicy({ sets } ) { return sets ; } ',
      );
    });

    it('is refused where it is more than JavaScript with types', () => {
      expect(() => withoutTypes('enum A { B }', 'policy.ts')).toThrow('enum');
    });
  } else {
    it('is refused with the version of Node that it needs, and with what to do', () => {
      expect(() => withoutTypes(SOURCE, 'policy.ts')).toThrow('Node 22.13');
    });
  }
});

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { readSheet } from '../../src/lab/sheet.ts';
import { parseMachineText } from '../../src/sim/machine/parse.ts';

describe('YAML that nests deeper than the parser has stack', () => {
  const deep = `a:\n  ${'b: '.repeat(20_000)}c\n`;

  it('is refused as a machine, policy or price file', () => {
    expect(() => parseMachineText(deep, 'deep.yaml')).toThrow(InputError);
  });

  it('is refused as a sheet of answers', () => {
    expect(() => readSheet(deep, 'deep.yaml')).toThrow(InputError);
  });
});

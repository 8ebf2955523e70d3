import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/cli/errors.ts';
import { InputError } from '../../src/core/errors.ts';

describe('what an error prints', () => {
  it('for bad input: message, place, remedy, exit code 2', () => {
    const error = new InputError('0 ways', { place: 'm.yaml:3:4', remedy: 'use 1 or more' });
    expect(describeError(error)).toEqual({
      text: 'pagewalk: 0 ways\n  at:  m.yaml:3:4\n  try: use 1 or more\n',
      exitCode: 2,
    });
    expect(describeError(new InputError('just this')).text).toBe('pagewalk: just this\n');
  });

  it('for a failed file operation: what it means, the path, what to do', () => {
    const denied = Object.assign(new Error('EACCES: permission denied, open'), {
      code: 'EACCES',
      path: '/etc/shadow',
    });
    expect(describeError(denied)).toEqual({
      text: 'pagewalk: permission denied\n  at:  /etc/shadow\n  try: check the permissions, or use another place\n',
      exitCode: 2,
    });
  });

  it('for a bug: how to report it, exit code 70, and no stack', () => {
    const { text, exitCode } = describeError(new TypeError('x is not a function'));
    expect(exitCode).toBe(70);
    expect(text).toContain('a bug in pagewalk: TypeError: x is not a function');
    expect(text).not.toContain('errors.test.ts');
  });
});

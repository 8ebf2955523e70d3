import { describe, expect, it } from 'vitest';
import { parseMachineText } from '../../../src/sim/machine/parse.ts';
import { nearestNode, plain } from '../../../src/sim/machine/tree.ts';
import { inputErrorOf } from './temp-files.ts';

const parse = (text: string) => parseMachineText(text, 'm.yaml');

describe('the text of a machine file', () => {
  it('gives a constant written with its source the same value as one written bare', () => {
    const bare = plain(parse('walkers: { count: 4 }'));
    const sourced = plain(
      parse('walkers: { count: { value: 4, source: a manual, confidence: manual }, source: x }'),
    );
    expect(sourced).toEqual(bare);
  });

  it('lets a source hold for everything below it, and the nearer one win', () => {
    const tree = parse(
      [
        'source: far',
        'confidence: code',
        'tlb:',
        '  source: near',
        '  asids: 6',
        '  other: { value: 1, confidence: measured }',
        'pteLatency: 3',
      ].join('\n'),
    );
    const origin = (...path: string[]) => nearestNode(tree, path).node.origin;
    expect(origin('tlb', 'asids')).toEqual({ source: 'near', confidence: 'code' });
    expect(origin('tlb', 'other')).toEqual({ source: 'near', confidence: 'measured' });
    expect(origin('pteLatency')).toEqual({ source: 'far', confidence: 'code' });
  });

  it('writes out the short names of its table of sources', () => {
    const tree = parse(
      'sources: { sdm: "Intel SDM, volume 3" }\npteLatency: { value: 3, source: sdm, confidence: manual }',
    );
    expect(nearestNode(tree, ['pteLatency']).node.origin?.source).toBe('Intel SDM, volume 3');
    expect(plain(tree)).toEqual({ pteLatency: 3 });
  });

  it('counts a constant as sourced only when both source and confidence are said', () => {
    expect(
      nearestNode(parse('pteLatency: { value: 3, source: s }'), ['pteLatency']).node.origin,
    ).toBeUndefined();
  });

  it('knows the line and column of every value', () => {
    const tree = parse('core:\n  window: 12\n  issueWidth: { value: 2 }\n');
    expect(nearestNode(tree, ['core', 'window']).node.place).toBe('m.yaml:2:11');
    expect(nearestNode(tree, ['core', 'issueWidth']).node.place).toBe('m.yaml:3:24');
  });

  it.each([
    ['a: [1,\n', 'm.yaml:'],
    ['a: 1\na: 2\n', 'm.yaml:2:1'],
    ['- a\n', 'm.yaml:1:1'],
    ['', 'm.yaml:1:1'],
    ['just words', 'm.yaml:1:1'],
    ['\0\x01\x02', 'm.yaml:'],
    ['core: { window: *none }', 'm.yaml:1:17'],
    ['core: { window: { value: 1, confidence: certain } }', 'm.yaml:1:17'],
  ])('refuses %j at its place', async (text, place) => {
    const error = await inputErrorOf(() => parse(text));
    expect(error.place).toContain(place);
  });

  it('refuses an alias that contains itself, and aliases that multiply without end', async () => {
    expect((await inputErrorOf(() => parse('a: &a { b: *a }'))).message).toContain('more than 10000 values');
    const lines = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${Array(9).fill(`*a${i - 1}`)}]`);
    expect((await inputErrorOf(() => parse(lines.join('\n')))).message).toContain('more than 10000 values');
  });
});

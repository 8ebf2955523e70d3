import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { banded } from '../../../src/report/compare/bands.ts';
import { wrapLines, wrappedColumns } from '../../../src/report/wrap.ts';

const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);

describe('a table in bands', () => {
  it('stands in one band where it fits, labels left and numbers right', () => {
    const text = banded(
      [{ head: ['', 'policy'], cells: ['eager', 'vfork'] }],
      [
        { head: ['fork', 'us'], cells: ['2,814.7', '1.2'] },
        { head: ['', 'cycles'], cells: ['57', '8'] },
      ],
      80,
    );
    expect(text).toBe(
      [
        '           fork',
        'policy       us  cycles',
        'eager   2,814.7      57',
        'vfork       1.2       8',
      ].join('\n'),
    );
  });

  it('never exceeds the width where each column fits beside the labels, and leaves no cell out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, word, fc.array(word, { minLength: 2, maxLength: 2 })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 32, max: 100 }),
        (columns, width) => {
          const labels = [{ head: ['', 'policy'] as const, cells: ['first', 'second'] }];
          const text = banded(
            labels,
            columns.map(([top, bottom, cells]) => ({ head: [top, bottom] as const, cells })),
            width,
          );
          const lines = text.split('\n');
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
          const rows = (name: string) =>
            lines.filter((line) => line.startsWith(name)).flatMap((line) => line.split(/ +/).slice(1));
          expect(rows('first ')).toEqual(columns.map(([, , cells]) => cells[0]));
          expect(rows('second ')).toEqual(columns.map(([, , cells]) => cells[1]));
        },
      ),
    );
  });
});

describe('wrapped text', () => {
  it('keeps every word, in order, within the width', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 12, max: 60 }), (words, width) => {
        const lines = wrapLines(words.join(' '), width);
        expect(lines.join(' ')).toBe(words.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('narrows the widest column first, and leaves one line a row where there is no limit', () => {
    const rows = [
      ['name', 'what it is'],
      ['a', 'one two three four'],
    ];
    expect(wrappedColumns(rows, 20)).toBe('name  what it is\na     one two three\n      four');
    expect(wrappedColumns(rows, Number.POSITIVE_INFINITY)).toBe('name  what it is\na     one two three four');
  });
});

import { describe, expect, it } from 'vitest';
import { junitXml } from '../../src/lab/junit.ts';

describe('JUnit XML', () => {
  const result = {
    version: 1,
    lab: 'translate',
    seed: 3,
    points: 4,
    marks: 2.5,
    questions: [
      { id: 'q1', points: 2, marks: 2, verdict: 'right', reason: 'right' },
      { id: 'q2', points: 2, marks: 0.5, verdict: 'partial', reason: 'a < b & "c"\u0007', mistake: 'm' },
    ],
  } as const;

  it('has a suite for a submission, a case for a question, a failure for less than full marks', () => {
    const xml = junitXml([{ name: 'ada translate', result, problem: null }]);
    expect(xml).toContain('<testsuite name="ada translate" tests="2" failures="1" errors="0">');
    expect(xml).toContain('<testcase classname="translate" name="q1"/>');
    expect(xml).toContain('<failure type="m" message="0.5 of 2: a &lt; b &amp; &quot;c&quot; "/>');
    expect(xml).toContain('<property name="marks" value="2.5"/>');
  });

  it('has one error for what could not be graded', () => {
    const xml = junitXml([{ name: 'bob', result: null, problem: 'no such lab' }]);
    expect(xml).toContain('tests="1" failures="0" errors="1"');
    expect(xml).toContain('<error message="no such lab"/>');
  });

  it('closes what it opens', () => {
    const xml = junitXml([
      { name: 'a', result, problem: null },
      { name: 'b', result: null, problem: 'x' },
    ]);
    const open: string[] = [];
    for (const [, close, name, self] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^>]*?)?(\/?)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!self) open.push(name!);
    }
    expect(open).toEqual([]);
  });
});
